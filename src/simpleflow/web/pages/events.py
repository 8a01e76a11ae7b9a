"""The table of events, compact or in full; children, signals and markers beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.files import Picture
from simpleflow.web.pages import parts, values
from simpleflow.web.pages.entries import KINDS, ONLY, Entry, entries_of
from simpleflow.web.runs import Kind, Run
from simpleflow.web.words import count, duration, one_line
from swf.protocol import wire
from swf.protocol.event import HistoryEvent

if TYPE_CHECKING:
    from simpleflow.web.pages.execution import Chosen

FIRST: Final = 38
"""Rows that come with the page, which has at most 1,000 elements."""
CHUNK: Final = 200
LONGEST: Final = 600
"""Characters of one attribute in the full view."""
COLUMNS: Final = ("Event", "Last change", "State", "Task", "Waited", "Ran", "What")

Link = Callable[..., str]


def card(picture: Picture, history: Sequence[HistoryEvent], chosen: Chosen, link: Link) -> Markup:
    """The card with its views."""
    run = picture.run
    words = {
        "compact": f"{count(run.events, 'event')}, a row for each attempt · last change first",
        "full": f"{count(run.events, 'event')}, newest first",
        "signals": count(len(run.signals), "signal"),
        "markers": count(len(run.markers), "marker"),
        "children": count(sum(1 for task in run.tasks if task.kind is Kind.CHILD), "child", "children"),
    }
    head = parts.head("Events", [words[chosen.view]], _views(run, chosen, link), id="h-events")
    match chosen.view:
        case "full":
            body = _full(run, history, chosen, link)
        case "signals":
            body = _signals(run, link)
        case "markers":
            body = _markers(run, link)
        case "children":
            body = _children(run)
        case _:
            body = _compact(run, chosen, link)
    return parts.card("events", head, body, label="h-events")


def _views(run: Run, chosen: Chosen, link: Link) -> Markup:
    views = [("compact", "Compact"), ("full", "Full")]
    views += [("children", "Children")] if any(task.kind is Kind.CHILD for task in run.tasks) else []
    views += [("signals", "Signals")] if run.signals else []
    views += [("markers", "Markers")] if run.markers else []
    links = []
    for view, word in views:
        href = link(view=None if view == "compact" else view) + "#s-events"
        links.append(el("a", {"href": href, "aria-current": "true" if view == chosen.view else None}, word))
    links.append(el("a", {"href": urls.execution(run.domain, run.workflow_id, run.run_id, "history.json")}, "JSON"))
    return el("div", {"class": "segments"}, *links)


def _filters(run: Run, chosen: Chosen) -> Markup:
    only = [("", "all states"), *((each, each) for each in ONLY)]
    there = {str(task.kind) for task in run.tasks} | ({"signal"} if run.signals else set())
    there |= {"marker"} if run.markers else set()
    kinds = [("", "all kinds"), *((each, each) for each in KINDS if each in there or each == chosen.kind)]
    kept = {key: value for key, value in chosen.query(only=None, text=None, kind=None).items() if value}
    text: Attributes = {
        "type": "search", "name": "text", "value": chosen.text, "placeholder": "Filter", "aria-label": "Filter events"
    }  # fmt: skip
    return el(
        "form",
        {"class": "event-filters", "action": urls.execution(run.domain, run.workflow_id, run.run_id) + "#s-events"},
        parts.hidden((key, str(value)) for key, value in kept.items()),
        el("input", text),
        _select("only", "State", only, chosen.only),
        _select("kind", "Kind", kinds, chosen.kind) if len(kinds) > 2 or chosen.kind else None,
        el("button", {"class": "btn", "type": "submit"}, "Filter"),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Markup:
    made = [el("option", {"value": value, "selected": value == (chosen or "")}, word) for value, word in options]
    return el("select", {"name": name, "aria-label": label, "data-submit": "1"}, joined(made))


def _compact(run: Run, chosen: Chosen, link: Link) -> Markup:
    found = entries_of(run, only=chosen.only, kind=chosen.kind, text=chosen.text)
    filters = _filters(run, chosen)
    if not found:
        clear = el("a", {"href": link(only=None, kind=None, text=None) + "#s-events"}, "Show all")
        return joined([filters, el("p", {"class": "empty"}, "No event matches. ", clear)])
    rows = compact_rows(run, found[:FIRST], link)
    more = None
    if len(found) > FIRST:
        more = _more(run, chosen, link, FIRST, len(found))
    return joined([filters, table("compact", COLUMNS, rows), *([more] if more else [])])


def compact_rows(run: Run, found: Sequence[Entry], link: Link) -> Markup:
    """Rows of the compact table."""
    return joined(_row(run, entry, link) for entry in found)


def _row(run: Run, entry: Entry, link: Link) -> Markup:
    if entry.state is None:
        sign = parts.sign("signal") if entry.kind == "signal" else None
        state = el("td", {"class": "st"}, sign, entry.kind.capitalize())
    else:
        state = parts.state_cell(entry.state)
    if entry.task is not None:
        href = link(task=entry.task.id)
        again = el("span", {"class": "quiet"}, f" attempt {entry.attempt}") if entry.attempt else None
        name = el("td", {"class": "mono"}, el("a", {"href": href, "data-task": entry.task.id}, entry.name), again)
    else:
        name = el("td", {"class": "mono"}, entry.name)
    return el(
        "tr",
        None,
        el("td", {"class": "num wide"}, parts.to_event(link, entry.event)),
        el("td", {"class": "num mono wide"}, f"+{entry.at - run.start:,.3f} s"),
        state,
        name,
        el("td", {"class": "num wide"}, "" if entry.waited is None else duration(entry.waited)),
        el("td", {"class": "num"}, "" if entry.ran is None else duration(entry.ran)),
        el("td", {"class": "mono what wide"}, one_line(entry.what, 120)),
    )


def _more(run: Run, chosen: Chosen, link: Link, at: int, total: int) -> Markup:
    """A link to the next rows; a script puts them below the others."""
    query = chosen.query(**{"from": None, "to": None, "open": None, "at": None, "nodes": None, "before": at})
    href = urls.with_query(urls.execution(run.domain, run.workflow_id, run.run_id, "events"), query)
    words = f"{count(min(CHUNK, total - at))} more of {count(total)}"
    return el("p", {"class": "more-rows"}, el("a", {"href": href, "data-append": "events"}, words))


def chunk(run: Run, history: Sequence[HistoryEvent], chosen: Chosen, link: Link, before: int) -> Markup:
    """The rows after the first *before* ones, with the link to those after them."""
    if chosen.view == "full":
        shown, left = _newest(history, before)
        rows = full_rows(run, shown, link)
        more = _more(run, chosen, link, before + CHUNK, len(history)) if left else None
        return joined([table("full", FULL, rows), *([more] if more else [])])
    found = entries_of(run, only=chosen.only, kind=chosen.kind, text=chosen.text)
    rows = compact_rows(run, found[before : before + CHUNK], link)
    more = _more(run, chosen, link, before + CHUNK, len(found)) if len(found) > before + CHUNK else None
    return joined([table("compact", COLUMNS, rows), *([more] if more else [])])


def table(name: str, columns: Sequence[str], rows: Markup) -> Markup:
    numbers = {"Event", "Last change", "Waited", "Ran"}
    narrow = {"State", "Task", "Ran", "Type", "Attributes", "Name", "Input", "Details", "Child"}
    heads = []
    for column in columns:
        names = " ".join(word for word, is_so in (("num", column in numbers), ("wide", column not in narrow)) if is_so)
        heads.append(el("th", {"scope": "col", "class": names or None}, column))
    return el(
        "div",
        {"class": "table"},
        el("table", {"class": f"events {name}"}, el("thead", None, el("tr", None, *heads)), el("tbody", None, rows)),
    )


FULL: Final = ("Event", "Time", "Type", "Attributes")


def _newest(history: Sequence[HistoryEvent], at: int) -> tuple[list[HistoryEvent], int]:
    """Events from the *at*-th newest on, and how many are left after them."""
    stop = max(0, len(history) - at)
    start = max(0, stop - CHUNK)
    return list(reversed(history[start:stop])), start


def _full(run: Run, history: Sequence[HistoryEvent], chosen: Chosen, link: Link) -> Markup:
    at = 0
    if chosen.event is not None and history:
        at = max(0, history[-1].id - chosen.event - 20)
    stop = max(0, len(history) - at)
    shown = list(reversed(history[max(0, stop - FIRST) : stop]))
    rows = full_rows(run, shown, link)
    more = _more(run, chosen, link, at + FIRST, len(history)) if stop > FIRST else None
    newer = None
    if at:
        newer = el(
            "p", {"class": "more-rows"}, el("a", {"href": link(view="full", event=None) + "#s-events"}, "newest events")
        )
    return joined([*([newer] if newer else []), table("full", FULL, rows), *([more] if more else [])])


def full_rows(run: Run, shown: Sequence[HistoryEvent], link: Link, *, is_alone: bool = False) -> Markup:
    """Rows of the full table; *is_alone*: with all of every attribute, for there is nothing to lead to."""
    rows = []
    for event in shown:
        items = []
        for name, value in _attributes(event).items():
            text = value if isinstance(value, str) else values.as_json(value)
            if name.endswith("EventId") and isinstance(value, int) and value:
                said: str | Markup = parts.to_event(link, value)
            elif len(text) > LONGEST and not is_alone:
                whole = urls.value(run.domain, run.workflow_id, run.run_id, event.id, name)
                size = f"show all {len(text.encode()) / 1024:.0f} KB"
                said = joined(
                    [el("span", None, text[:LONGEST] + "… "), el("a", {"href": whole, "download": True}, size)]
                )
            else:
                said = text
            items.append(el("div", None, el("dt", None, name), el("dd", None, said)))
        rows.append(
            el(
                "tr",
                {"id": f"e{event.id}"},
                el("td", {"class": "num"}, str(event.id)),
                el("td", {"class": "num mono wide"}, f"+{event.timestamp - run.start:,.3f} s"),
                el("td", None, event.type),
                el("td", {"class": "mono"}, el("dl", {"class": "attributes"}, *items)),
            )
        )
    return joined(rows)


def _attributes(event: HistoryEvent) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(wire.encode(event))
    found = [value for key, value in members.items() if key.endswith("EventAttributes")]
    return found[0] if found else {}


def attribute(event: HistoryEvent, name: str) -> str | None:
    """An attribute of an event as text; None if it has none of this name."""
    value = _attributes(event).get(name)
    return value if value is None or isinstance(value, str) else values.as_json(value, indent=2)


def _signals(run: Run, link: Link) -> Markup:
    rows = [
        el("tr", None, _event_cell(signal.event, link), el("td", None, parts.time_at(signal.at)),
           el("td", {"class": "mono"}, signal.name), el("td", None, values.block(signal.input)),
           el("td", {"class": "mono wide"}, signal.sender or ""))
        for signal in reversed(run.signals)
    ]  # fmt: skip
    return table("signals", ("Event", "Time", "Name", "Input", "Sender"), joined(rows))


def _markers(run: Run, link: Link) -> Markup:
    rows = [
        el("tr", None, _event_cell(marker.event, link), el("td", None, parts.time_at(marker.at)),
           el("td", {"class": "mono"}, marker.name), el("td", None, values.block(marker.details)))
        for marker in reversed(run.markers)
    ]  # fmt: skip
    return table("markers", ("Event", "Time", "Name", "Details"), joined(rows))


def _event_cell(event: int, link: Link) -> Markup:
    return el("td", {"class": "num wide"}, parts.to_event(link, event))


def _children(run: Run) -> Markup:
    """The children, each with a link to its own children."""
    rows = []
    for task in run.tasks:
        if task.kind is not Kind.CHILD:
            continue
        seconds = (run.end if task.end is None else task.end) - task.begin
        workflow_id = task.id.partition("#")[0]
        href = urls.execution(run.domain, workflow_id, task.run_id)
        tree = urls.execution(run.domain, workflow_id, task.run_id, "tree") if task.run_id else None
        rows.append(
            el("tr", None, el("td", None, parts.with_state(task.state)),
               el("td", {"class": "mono"}, el("a", {"href": href}, task.id)), el("td", None, task.name),
               el("td", {"class": "num"}, duration(seconds)),
               el("td", None, el("a", {"href": tree, "data-tree": "1"}, "children") if tree else None))
        )  # fmt: skip
    return table("children", ("State", "Child", "Type", "Ran", "Below"), joined(rows))
