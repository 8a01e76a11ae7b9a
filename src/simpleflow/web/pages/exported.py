"""One execution as a file: the whole page, with nothing behind it. It outlives the history."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from simpleflow.web.drawing.markup import Markup, document, el, joined, style
from simpleflow.web.pages import events, execution, inspector, parts, values
from simpleflow.web.pages.entries import entries_of
from simpleflow.web.pages.execution import Shown
from simpleflow.web.pages.shell import Site
from simpleflow.web.runs import Run, Task
from simpleflow.web.words import count, duration, visible
from swf.protocol import wire
from swf.protocol.event import HistoryEvent

MOST_ROWS: Final = 2000
MOST_TASKS: Final = 500
"""Tasks with their details: those that failed first, then those of the critical path, then the others."""
MOST_EVENTS: Final = 2000
MOST_CHARACTERS: Final = 4_000_000
"""Of events in full: the newest ones, and the first, which has the input and the timeouts."""


def exported(shown: Shown, css: str, version: str) -> str:
    """The document."""
    run = shown.run
    tasks = _chosen(shown)
    numbers = {task.id: number for number, task in enumerate(tasks)}
    history = _newest(shown.history)
    told = {event.id for event in history}

    def place(changes: Mapping[str, str | int | None]) -> str:
        if "event" in changes:
            return f"#e{changes['event']}" if changes["event"] in told else ""
        number = numbers.get(str(changes.get("task")))
        return "#s-events" if number is None else f"#h-t{number}"  # a mark inside, so that a browser opens it

    shown = replace(shown, place=place)
    site = Site("", False, "", frozenset(), {}, version, is_alone=True)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    inner = el(
        "main",
        {"id": "main"},
        el(
            "div", {"class": "title"}, el("div", {"class": "h"}, el("h1", None, run.workflow_id), parts.pill(run.state))
        ),
        _facts(run),
        *(execution.section(name, site, shown) for name in ("say", "where", "graph", "timeline")),
        _values(run),
        _events(shown),
        _tasks(site, shown, tasks),
        _history(shown, history),
    )
    said = f"Written by simpleflow {version}. As it was at {parts.absolute(run.now)}."
    head = el(
        "head",
        None,
        el("meta", {"charset": "utf-8"}),
        el("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        el("meta", {"name": "viewport", "content": "width=device-width,initial-scale=1"}),
        el("title", None, f"{visible(run.workflow_id)}: {run.state.word}"),
        style(css),
    )
    body = el("body", {"class": "alone"}, parts.symbols(inner), inner, el("footer", None, said))
    return document(el("html", {"lang": "en"}, head, body))


def _chosen(shown: Shown) -> list[Task]:
    """The tasks that are told of in detail."""
    run = shown.run
    critical = set(shown.picture.path)
    ranked = sorted(run.tasks, key=lambda task: (not task.state.is_failure, task.id not in critical))
    return ranked[:MOST_TASKS]


def _facts(run: Run) -> Markup:
    return parts.facts(
        [
            ("Domain", run.domain),
            ("Type", f"{run.type} {run.version}"),
            ("Started", parts.time_at(run.start)),
            ("Running for" if run.close is None else "Duration", duration(run.end - run.start)),
            ("Task list", run.task_list),
            ("Run", run.run_id),
            ("Tags", ", ".join(run.tags)),
        ]
    )


def _events(shown: Shown) -> Markup:
    found = entries_of(shown.run)
    words = [f"{count(shown.run.events, 'event')}, a row for each attempt"]
    if len(found) > MOST_ROWS:
        words.append(f"the last {count(MOST_ROWS)} of {count(len(found))} rows")
    rows = events.compact_rows(shown.run, found[:MOST_ROWS], shown.link)
    head = parts.head("Events", words, id="h-events")
    return parts.card("events", head, events.table("compact", events.COLUMNS, rows), label="h-events")


def _values(run: Run) -> Markup:
    """What it began with, what it gave."""
    told = [("Input", run.input), ("Result", run.result), ("Details", run.details)]
    made = [
        el("div", {"class": "part"}, el("h3", None, title), values.block(text, most=values.WHOLE))
        for title, text in told
        if text is not None
    ]
    if not made:
        made = [el("p", {"class": "quiet"}, "It had no input and gave no result.")]
    head = parts.head("Values", [], id="h-values")
    return parts.card("values", head, el("div", {"class": "inspector"}, *made), label="h-values")


def _newest(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The events that are told of in full, newest first."""
    found: list[HistoryEvent] = []
    left = MOST_CHARACTERS
    for event in reversed(history[1:]):
        left -= len(wire.encode(event))
        if left < 0 or len(found) == MOST_EVENTS - 1:
            break
        found.append(event)
    return [*found, *history[:1]]


def _history(shown: Shown, told: Sequence[HistoryEvent]) -> Markup | None:
    """All events with all their attributes, folded away."""
    if not told:
        return None
    words = [count(shown.run.events, "event")]
    if len(told) < shown.run.events:
        words.append(f"the first and the last {count(len(told) - 1)}")
    rows = events.full_rows(shown.run, told, shown.link, is_alone=True)
    table = el(
        "details",
        None,
        el("summary", None, "Every event, with every attribute"),
        events.table("full", events.FULL, rows),
    )
    return parts.card("history", parts.head("History", words, id="h-history"), table, label="h-history")


def _tasks(site: Site, shown: Shown, tasks: Sequence[Task]) -> Markup:
    words = [count(len(shown.run.tasks), "task")]
    if len(tasks) < len(shown.run.tasks):
        words.append(f"{count(len(tasks))} of them in detail, those that failed first")
    made = []
    for number, task in enumerate(tasks):
        name = el("summary", {"class": "mono"}, parts.sign(task.state, 14), " ", task.id)
        told = inspector.inspector(site, shown.picture, task, shown.link, shown.history, id=f"h-t{number}")
        made.append(el("details", {"id": f"t{number}", "class": "told", "open": task.state.is_failure}, name, told))
    return el("section", {"class": "card"}, parts.head("Tasks", words), joined(made))
