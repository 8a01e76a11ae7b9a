"""One task in detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from simpleflow import texts
from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.files import Picture
from simpleflow.web.insight.sentence import without_tasks
from simpleflow.web.pages import parts, values
from simpleflow.web.pages.shell import Site
from simpleflow.web.runs import Attempt, Kind, Run, State, Task
from simpleflow.web.words import count, duration
from swf.protocol.event import HistoryEvent

MOST: Final = 10
"""Neighbours that are named."""
OPENING: Final = ("scheduled_event_id", "initiated_event_id", "started_event_id")

Link = Callable[..., str]


def card(site: Site, picture: Picture, task: Task | None, link: Link, history: Sequence[HistoryEvent]) -> Markup:
    """The card beside the drawings."""
    run = picture.run
    if task is None:
        title = el("h2", {"id": "h-task"}, "Task")
        none = el("p", {"class": "quiet"}, without_tasks(run))
        return parts.card("task", el("div", {"class": "inspector"}, title, none), label="h-task")
    return parts.card("task", inspector(site, picture, task, link, history), label="h-task")


def inspector(
    site: Site, picture: Picture, task: Task, link: Link, history: Sequence[HistoryEvent], *, id: str = "h-task"
) -> Markup:
    """All about a task; *id* is that of its title."""
    run = picture.run
    last = task.attempts[-1]
    about = [parts.kind_of(task.kind)]
    if task.version is not None:
        about.append(parts.version(task.version))
    about += [f"on {task.task_list}"] if task.task_list and task.task_list != run.task_list else []
    state = el("p", {"class": "state"}, parts.pill(task.state), el("span", {"class": "quiet"}, " · ".join(about)))
    first = _first_event(task, history)
    long = {
        name: urls.value(run.domain, run.workflow_id, run.run_id, event, name)
        for name, event in (("input", first), ("result", last.event), ("details", last.event))
    }
    most = values.WHOLE if site.is_alone else values.LONGEST
    if site.is_alone:
        long = {}
    return el(
        "div",
        {"class": "inspector", "data-task-shown": task.id},
        el("h2", {"id": id, "class": "mono"}, task.id),
        state,
        _child(run, task) if not site.is_alone else None,
        _part("Call", _call(task, long.get("input"), most)),
        _part("Attempts", _attempts(run, task)),
        _error(task, long.get("details"), most),
        _part("Result", values.block(task.result, long.get("result"), most=most))
        if task.state is State.COMPLETED
        else None,
        _neighbours("After", task.after, run, link),
        _neighbours("Unblocks", [each.id for each in run.tasks if task.id in each.after], run, link),
        _below(site, run, task, link, first),
    )


def _part(title: str, body: Markup) -> Markup:
    return el("div", {"class": "part"}, el("h3", None, title), body)


def _child(run: Run, task: Task) -> Markup | None:
    if task.kind is not Kind.CHILD:
        return None
    href = urls.child(run.domain, task.id, task.run_id)
    return el("p", None, el("a", {"href": href}, "Open the child execution"))


def _call(task: Task, href: str | None, most: int) -> Markup:
    if task.kind is Kind.TIMER:
        return el("pre", {"class": "value"}, el("code", None, f"timer of {task.input}"))
    text = values.call(task.name, task.input, most)
    more = None
    if href is not None and task.input is not None and len(task.input) > values.LONGEST:
        size = f"show all {len(task.input.encode()) / 1024:.0f} KB"
        more = el("a", {"class": "more", "href": href, "download": True}, size)
    return el("div", {"class": "valued"}, el("pre", {"class": "value", "tabindex": "0"}, el("code", None, text)), more)


def _attempts(run: Run, task: Task) -> Markup:
    heads = [
        el("th", {"scope": "col", "class": names}, name)
        for name, names in (("#", None), ("waited", "num"), ("ran", "num"), ("outcome", None))
    ]
    rows = []
    total = len(task.attempts)
    shown = list(enumerate(task.attempts, 1))
    if total > 2 * MOST:
        shown = [*shown[:MOST], *shown[-MOST:]]
    for number, attempt in shown:
        entry = _outcome(run, task, attempt)
        waited = (run.end_of(attempt) if attempt.started is None else attempt.started) - attempt.scheduled
        ran = "" if attempt.started is None else duration(run.end_of(attempt) - attempt.started)
        worker = (
            el("span", {"class": "worker", "title": attempt.worker}, values.worker(attempt.worker))
            if attempt.worker
            else None
        )
        rows.append(
            el(
                "tr",
                None,
                el("td", {"class": "num"}, str(number)),
                el("td", {"class": "num"}, duration(waited)),
                el("td", {"class": "num"}, ran),
                el("td", None, parts.with_state(entry), worker),
            )
        )
    left = count(total - len(shown))
    note = el("p", {"class": "quiet"}, f"{left} attempts between them are not shown") if total > len(shown) else None
    table = el("table", {"class": "attempts"}, el("thead", None, el("tr", None, *heads)), el("tbody", None, *rows))
    return joined([table, *([note] if note else [])])


def _outcome(run: Run, task: Task, attempt: Attempt) -> State:
    if attempt.outcome is not None:
        return attempt.outcome
    if run.close is not None:
        return State.UNFINISHED
    return State.WAITING if attempt.started is None else State.RUNNING


def _error(task: Task, href: str | None, most: int) -> Markup | None:
    """The last error of any attempt, with its traceback."""
    failed = [
        attempt for attempt in task.attempts if attempt.outcome is not None and attempt.outcome is not State.COMPLETED
    ]
    if not failed:
        return None
    attempt = failed[-1]
    reason = attempt.reason or (attempt.outcome.word if attempt.outcome else "")
    if attempt.outcome is State.TIMED_OUT:
        reason = f"{reason} timeout"
    body = [
        el(
            "pre",
            {"class": "value bad", "tabindex": "0"},
            el("code", None, values.pointed(reason) if texts.is_pointer(reason) else reason[:most]),
        )
    ]
    if attempt.details:
        decoded = values.decoded(attempt.details)
        told = decoded if isinstance(decoded, str) else values.as_json(decoded, indent=2)
        if isinstance(decoded, dict) and isinstance(decoded.get("traceback"), str):
            told = decoded["traceback"]
        if texts.is_pointer(attempt.details):
            told = values.pointed(attempt.details)
        title = "Heartbeat details" if attempt.outcome is State.TIMED_OUT else "Traceback"
        said = values.traceback(told) if most == values.LONGEST else told[:most]
        text = el("pre", {"class": "value", "tabindex": "0"}, el("code", None, said))
        whole = (
            el("a", {"class": "more", "href": href, "download": True}, "whole text")
            if href is not None and attempt is task.attempts[-1]
            else None
        )
        body.append(el("details", None, el("summary", None, title), text, whole))
    return _part("Last error", joined(body))


def _neighbours(title: str, ids: Sequence[str], run: Run, link: Link) -> Markup | None:
    """Links to tasks before or after it."""
    if not ids:
        return None
    tasks = {task.id: task for task in run.tasks}
    items = []
    for id in ids[:MOST]:
        found = tasks.get(id)
        if found is None:
            items.append(el("li", None, parts.sign("signal", 14), el("span", {"class": "mono"}, id)))
        else:
            name = el("a", {"class": "mono", "href": link(task=id), "data-task": id}, id)
            items.append(el("li", None, parts.sign(found.state, 14), name))
    if len(ids) > MOST:
        items.append(el("li", {"class": "quiet"}, f"and {count(len(ids) - MOST)} more"))
    return _part(title, el("ul", {"class": "neighbours"}, *items))


def _below(site: Site, run: Run, task: Task, link: Link, first: int) -> Markup:
    last = task.attempts[-1].event
    words = f"Events {first}–{last}" if first != last else f"Event {last}"  # noqa: RUF001  # a dash between numbers
    events = parts.to_event(link, last, words, names="btn-link")
    again = None
    if site.can("rerun") and run.close is not None and task.kind in (Kind.ACTIVITY, Kind.CHILD):
        base = urls.execution(run.domain, run.workflow_id, run.run_id, "rerun")
        again = el(
            "a",
            {"class": "btn", "href": urls.with_query(base, {"from": task.id}), "data-dialog": "1"},
            "Rerun from here…",
        )
    return el("p", {"class": "below"}, again, events)


def _first_event(task: Task, history: Sequence[HistoryEvent]) -> int:
    """The event that scheduled its first attempt."""
    event = task.attempts[0].event
    if not 0 < event <= len(history) or history[event - 1].id != event:
        return event
    attributes = history[event - 1].attributes
    for name in OPENING:
        found = getattr(attributes, name, None)
        if isinstance(found, int) and found:
            return found
    return event
