"""The page of one execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.files import Picture
from simpleflow.web.insight.sentence import Mood
from simpleflow.web.pages import drawings, events, inspector, parts
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.runs import Run, State, Task
from simpleflow.web.sketches import Sketch
from simpleflow.web.words import count, duration, visible
from swf.protocol.event import HistoryEvent


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address says: the selected task, how events are shown, the groups that are open, the zoom."""

    task: str | None = None
    view: str = "compact"
    only: str | None = None
    text: str | None = None
    kind: str | None = None
    open: str | None = None
    at: int = 0
    """The first row of an open group that is drawn."""
    since: str | None = None
    until: str | None = None
    """The zoom, in percent of the whole."""
    is_folded: bool = False
    """Whether the time in which no task ran is folded."""
    event: int | None = None
    all_nodes: bool = False

    def query(self, **changes: str | int | None) -> dict[str, str | int | None]:
        """The query of the same page with *changes*."""
        now: dict[str, str | int | None] = {
            "task": self.task,
            "view": None if self.view == "compact" else self.view,
            "only": self.only,
            "text": self.text,
            "kind": self.kind,
            "open": self.open,
            "at": self.at or None,
            "from": self.since,
            "to": self.until,
            "fold": "idle" if self.is_folded else None,
            "nodes": "all" if self.all_nodes else None,
        }
        return {**now, **changes}


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page tells.

    *runs* are those of the same id, newest first: id, start and state.
    """

    picture: Picture
    history: Sequence[HistoryEvent]
    chosen: Chosen = Chosen()
    runs: Sequence[tuple[str, float, State]] = ()
    parent: tuple[str, str] | None = None
    timeouts: Mapping[str, str] = field(default_factory=dict)
    is_cancel_requested: bool = False
    notes: Sequence[str] = ()
    place: Callable[[Mapping[str, str | int | None]], str] | None = None
    """Where the page with some changes is, if it is no address of a server."""
    is_here: bool = False
    """Whether links are read on the page itself, where a query is enough: an address is long, and there are many."""

    @property
    def run(self) -> Run:
        """The run."""
        return self.picture.run

    @property
    def base(self) -> str:
        """The address of the page without a query."""
        return urls.execution(self.run.domain, self.run.workflow_id, self.run.run_id)

    def link(self, **changes: str | int | None) -> str:
        """The address of the same page with *changes*."""
        if self.place is not None:
            return self.place(changes)
        return urls.with_query("" if self.is_here else self.base, self.chosen.query(**changes)) or "?"

    @property
    def to_task(self) -> Callable[[str], str]:
        """What gives the address of the same page with another task selected: for many tasks, so made once."""
        if self.place is not None:
            return lambda task_id: self.link(task=task_id)
        return urls.varying("" if self.is_here else self.base, self.chosen.query(), "task")


def selected(picture: Picture, wanted: str | None) -> Task | None:
    """The task that is shown: the wanted one, else the one that failed, else the last of the critical path."""
    tasks = {task.id: task for task in picture.run.tasks}
    for id in (wanted, picture.sentence.task, *reversed(picture.path)):
        if id in tasks:
            return tasks[id]
    return picture.run.tasks[-1] if picture.run.tasks else None


def whole(site: Site, where: Where, shown: Shown) -> str:
    """The page."""
    run = shown.run
    columns = el(
        "div",
        {"class": "columns"},
        el("div", {"class": "main-column"}, section("graph", site, shown), section("timeline", site, shown),
           section("events", site, shown)),
        el("aside", {"class": "side-column", "aria-label": "Selected task"}, section("task", site, shown)),
    )  # fmt: skip
    return page(
        site,
        where,
        f"{run.workflow_id}: {run.state.word}",
        section("title", site, shown),
        _gone(site, where) if run.close is None else Markup(""),
        joined(parts.notice("info", note) for note in shown.notes),
        _runs(shown) or Markup(""),
        section("say", site, shown),
        section("where", site, shown),
        columns,
        scripts=["timeline.js", *(["live.js"] if run.close is None else [])],
        is_live=run.close is None,
    )


def being_read(site: Site, where: Where, shown: Shown, sketch: Sketch, whole: str) -> str:
    """The page of a history of which the first and the newest events were read so far, as *shown* tells.

    Its other sections come one by one, by a script; the page at *whole* is answered when all is there.
    """
    about = f"As the newest {count(sketch.newest)} of {count(sketch.total)} events tell; the others are being read."
    hollow = {name: _hollow(name, title, sketch) for name, title in HOLLOW.items()}
    columns = el(
        "div",
        {"class": "columns"},
        el("div", {"class": "main-column"}, hollow["graph"], hollow["timeline"], hollow["events"]),
        el("aside", {"class": "side-column", "aria-label": "Selected task"}, hollow["task"]),
    )
    return page(
        site,
        where,
        f"{shown.run.workflow_id}: {shown.run.state.word}",
        section("title", site, shown),
        _gone(site, where),
        joined(parts.notice("info", note) for note in shown.notes),
        section("say", site, shown),
        el("p", {"class": "quiet sketch", "data-sketch": "1"}, about),
        hollow["where"],
        columns,
        scripts=["timeline.js", "live.js"],
        is_live=True,
        without_script=whole,
    )


HOLLOW = {
    "where": "Where the time went",
    "graph": "Dataflow",
    "timeline": "Timeline",
    "events": "Events",
    "task": "Selected task",
}
"""The sections that need the whole history."""


def _hollow(name: str, title: str, sketch: Sketch) -> Markup:
    """A section that is still to come."""
    told = el("p", {"class": "quiet", "data-read": "1"}, reading_of(sketch.read, sketch.total))
    names = {"class": "card hollow", "id": f"s-{name}", "data-section": name, "data-hollow": "1", "aria-busy": "true"}
    return el("section", names, parts.head(title, []), told)


def reading_of(read: int, total: int | None) -> str:
    """How far the reading of events is; *total* None: it is not known how many there are."""
    return f"reading events… {count(read)}" + ("" if total is None else f" of {count(total)}")


def _gone(site: Site, where: Where) -> Markup:
    """What is said when the process of the pages has ended; a script shows it. At the same port the page goes on."""
    command = "web" if where.port is None else f"web --port {where.port}"
    command = site.command(command if site.actions else f"{command} --read-only")
    told = parts.notice(
        "warning",
        el("p", None, el("strong", None, "The server of this page is gone."), " Below is what it showed last. "
           "This command shows it again, and the page goes on by itself:"),
        parts.copyable(command),
        live=True,
    )  # fmt: skip
    return el("div", {"hidden": True, "data-gone": "1"}, told)


def section(name: str, site: Site, shown: Shown) -> Markup:
    """One part of the page, as it is replaced when there is news."""
    shown = replace(shown, is_here=True)
    match name:
        case "title":
            return _title(site, shown)
        case "say":
            return _sentence(site, shown)
        case "where":
            return drawings.spent_card(shown.picture)
        case "graph":
            task = selected(shown.picture, shown.chosen.task)
            signals = shown.link(task=None, view="signals") + ("" if shown.place is not None else "#s-events")
            return drawings.graph_card(
                shown.picture,
                shown.to_task,
                task.id if task else None,
                shown.link(nodes="all"),
                signals,
                is_alone=shown.place is not None,
            )
        case "timeline":
            return _timeline(shown)
        case "events":
            return events.card(shown.picture, shown.history, shown.chosen, shown.link)
        case "task":
            task = selected(shown.picture, shown.chosen.task)
            return inspector.card(site, shown.picture, task, shown.link, shown.history)
    raise ValueError(f"the page has no section {name!r}")


SECTIONS = ("title", "say", "where", "graph", "timeline", "events", "task")
"""The parts that change while an execution runs."""


def _timeline(shown: Shown) -> Markup:
    task = selected(shown.picture, shown.chosen.task)
    return drawings.timeline_card(
        shown.picture,
        drawings.Links(
            task=shown.to_task,
            group=lambda group: shown.link(open=group, at=None),
            further=lambda at: shown.link(at=at),
            fold=lambda is_folded: shown.link(fold="idle" if is_folded else None),
        ),
        selected=task.id if task else None,
        opened=shown.chosen.open,
        at=shown.chosen.at,
        zoom=(shown.chosen.since, shown.chosen.until),
        is_folded=shown.chosen.is_folded,
        is_alone=shown.place is not None,
    )


def _title(site: Site, shown: Shown) -> Markup:
    run = shown.run
    crumbs = el(
        "nav",
        {"class": "crumbs", "aria-label": "Where this is"},
        el("a", {"href": urls.HOME + "?all=1"}, run.domain), " / ",
        el("a", {"href": urls.executions(run.domain)}, "executions"),
    )  # fmt: skip
    live = None
    if run.state is State.RUNNING:
        live = el(
            "span",
            {"class": "live", "data-live": run.events, "data-most": 15_000 if site.is_amazon else None},
            el("span", {"class": "dot-live"}),
            el("span", None, "live"),
        )
    title = el("div", {"class": "h"}, el("h1", None, run.workflow_id), parts.pill(run.state), live)
    about = parts.facts(
        [
            ("Type", el("a", {"href": urls.executions(run.domain, type=run.type)},
                        f"{run.type} {parts.version(run.version)}")),
            ("Started", parts.time_at(run.start)),
            ("Running for" if run.close is None else "Duration", _lasting(run)),
            ("Task list", run.task_list),
            ("Run", _run_id(run)),
            ("Tags", _tags(run)),
            ("Parent", _parent(shown)),
            ("Cancel", "requested" if shown.is_cancel_requested and run.close is None else None),
            ("Timeouts", _timeouts(shown)),
        ]
    )  # fmt: skip
    top = el("div", {"class": "title"}, el("div", None, crumbs, title), _buttons(site, shown))
    return el("section", {"id": "s-title", "data-section": "title", "class": "titled"}, top, about)


def _lasting(run: Run) -> Markup:
    counts = {"data-since": run.start, "data-now": run.now} if run.close is None else {}
    return el("span", {"class": "num", **counts}, duration(run.end - run.start))


def _run_id(run: Run) -> Markup:
    short = run.run_id if len(run.run_id) <= 14 else f"{run.run_id[:10]}…"
    about = {"class": "copy-id", "type": "button", "data-copy": run.run_id}
    return el("button", {**about, "title": f"Copy the run id {visible(run.run_id)}"}, short)


def _tags(run: Run) -> Markup | None:
    links = [el("a", {"href": urls.executions(run.domain, tag=name)}, name) for name in run.tags]
    return el("span", None, Markup(", ".join(links))) if links else None


def _parent(shown: Shown) -> Markup | None:
    if shown.parent is None:
        return None
    workflow_id, run_id = shown.parent
    return el("a", {"href": urls.execution(shown.run.domain, workflow_id, run_id)}, workflow_id)


def _timeouts(shown: Shown) -> Markup | None:
    if not shown.timeouts:
        return None
    told = " · ".join(f"{name} {text}" for name, text in shown.timeouts.items())
    return el("details", {"class": "small-menu"}, el("summary", None, "more"), told)


def _buttons(site: Site, shown: Shown) -> Markup:
    """What can be done now; what cannot is not there."""
    run, base = shown.run, shown.base
    offered = (
        [("signal", "Signal…", ""), ("cancel", "Cancel…", ""), ("terminate", "Terminate…", "danger")]
        if run.close is None
        else [("rerun", "Rerun…", ""), ("replay", "Replay check", "")]
    )
    links = [
        el("a", {"class": f"btn {names}".rstrip(), "href": f"{base}/{name}", "data-dialog": "1"}, word)
        for name, word, names in offered
        if site.can(name)
    ]
    history = el("a", {"class": "btn-link", "href": f"{base}/history.json"}, "History JSON")
    return el("div", {"class": "actions"}, *links, history)


def _runs(shown: Shown) -> Markup | None:
    """Other runs of the same id: continued as new, started again."""
    if len(shown.runs) < 2:
        return None
    run = shown.run
    items = []
    ids = [run_id for run_id, _, _ in shown.runs]
    at = ids.index(run.run_id) if run.run_id in ids else -1
    for number, (run_id, began, state) in enumerate(shown.runs):
        rel = "next" if number == at - 1 else "prev" if number == at + 1 else None
        current = "true" if run_id == run.run_id else None
        href = urls.execution(run.domain, run.workflow_id, run_id)
        link = {"href": href, "aria-current": current, "data-run": rel, "title": run_id}
        items.append(el("li", None, el("a", link, parts.sign(state, 14), parts.time_at(began))))
    words = el("span", None, f"{count(len(shown.runs), 'run')} of this id, newest first")
    return el("nav", {"class": "runs", "aria-label": "Runs of this workflow id"}, words, el("ol", None, joined(items)))


def _sentence(site: Site, shown: Shown) -> Markup:
    """Why it failed, what it waits for, what it gave."""
    run, it = shown.run, shown.picture.sentence
    task = it.task if it.task in {each.id for each in run.tasks} else None
    icon = "warning" if it.mood is Mood.WARNING else str(State(it.mood))
    value = el("code", {"class": "alone" if it.mood is Mood.BAD else None}, it.value) if it.value else None
    first = el("p", None, el("strong", None, it.lead), it.text, " " if value else None, value)
    links = []
    mark = "#s-task" if shown.place is None else ""
    if task is not None and it.mood in (Mood.BAD, Mood.WARNING):
        links.append(el("a", {"href": shown.to_task(task) + mark, "data-task": task}, "Show the task"))
        if run.close is not None and site.can("rerun"):
            href = urls.with_query(f"{shown.base}/rerun", {"from": task})
            links.append(el("a", {"href": href, "data-dialog": "1"}, "Rerun from here…"))
    note = _note(it.note, task, shown) if it.note else None
    below = el("p", {"class": "links"}, Markup(" · ".join(links))) if links else None
    if it.mood is Mood.BAD and task is None and run.details:
        below = el("details", None, el("summary", None, "Traceback"), el("pre", {"tabindex": "0"}, run.details[:8000]))
    body = el("div", None, first, note, below)
    mood = {"class": f"card say say-{it.mood}", "id": "s-say", "data-section": "say", "aria-label": "What happened"}
    return el("section", {**mood, "data-state": run.state}, parts.sign(icon, 16), body)


def _note(note: str, task: str | None, shown: Shown) -> Markup:
    """The note, with a link where it names the task."""
    before, found, after = note.partition(task) if task else (note, "", "")
    link = el("a", {"href": shown.to_task(found), "data-task": found}, found) if found else None
    return el("p", {"class": "note"}, before, link, after)
