"""The table of executions, and what can be done with its rows."""

from __future__ import annotations

from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing import draw_strip
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.listed import Line
from simpleflow.web.pages import parts
from simpleflow.web.pages.lists import Listing
from simpleflow.web.pages.narrowing import conditions, summary
from simpleflow.web.pages.shell import Site, Where
from simpleflow.web.runs import Kind
from simpleflow.web.words import count, duration, elapsed

BULK: Final = (("signal", "Signal…"), ("cancel", "Cancel…"), ("terminate", "Terminate…"), ("rerun", "Rerun failed…"))
SORTED_BY: Final = {"started": "start", "closed": "close", "duration": "duration"}


def table(site: Site, where: Where, listing: Listing) -> Markup:
    lines, found = listing.lines, listing.found
    about = el("p", {"class": "summary"}, el("span", {"role": "status"}, summary(listing)), conditions(listing))
    if not lines:
        more = None
        if not found.is_all:
            more = el("a", {"href": listing.link(page=listing.filter.page + 1)}, "Read more")
        return el("div", {"class": "card empty"}, el("p", None, "No execution matches."), about, more)
    is_bulk = site.can("bulk")
    since = min(line.start for line in lines)
    until = max(listing.now if line.close is None else line.close for line in lines)
    heads = _heads(listing, until - since, is_bulk=is_bulk)
    rows = []
    ids = {(line.workflow_id, line.run_id) for line in lines}
    children: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if line.parent in ids:
            children.setdefault(line.parent, []).append(line)
    for line in lines:
        if line.parent in ids:
            continue
        rows += _family(listing, line, children, (since, until), 0, is_bulk=is_bulk)
    table = el(
        "table",
        {"class": "executions"},
        el("caption", {"class": "hide"}, "Executions"),
        el("thead", None, el("tr", None, *heads)),
        el("tbody", None, *rows),
    )
    card = el("div", {"class": "card table"}, table)
    if is_bulk:
        action = f"/{urls.segment(listing.domain)}/bulk/choose"
        card = el("form", {"method": "post", "action": action, "class": "bulk-form"}, _bulk(where, listing), card)
    return el("div", None, about, card, _more(listing) or Markup(""))


def _family(
    listing: Listing,
    line: Line,
    children: dict[tuple[str, str], list[Line]],
    window: tuple[float, float],
    depth: int,
    *,
    is_bulk: bool,
) -> list[Markup]:
    """A row, and below it those of its children."""
    rows = [_row(listing, line, window, depth, is_bulk=is_bulk)]
    for child in children.get((line.workflow_id, line.run_id), ()):
        rows += _family(listing, child, children, window, min(depth + 1, 4), is_bulk=is_bulk)
    return rows


def _heads(listing: Listing, window: float, *, is_bulk: bool) -> list[Markup]:
    whole = "" if listing.found.is_all else " (of what was read)"
    columns: list[tuple[str, str | None, str | None]] = [
        ("State", None, None),
        ("Workflow id", None, None),
        ("Type", None, "wide"),
        ("Started", "started", "wide"),
        ("Duration", "duration", "num"),
        (f"Last {elapsed(round(window)) or '0 s'}", "closed", "wide"),
        ("Tags", None, "wide"),
    ]
    heads = []
    if is_bulk:
        heads.append(el("th", {"scope": "col", "class": "check"}, _checkbox("all", "Select all rows", is_all=True)))
    for word, sort, names in columns:
        inner: Markup | str = word
        order = None
        if sort is not None:
            now = listing.filter.sort
            other = f"-{sort}" if now == sort else sort
            order = "descending" if now == sort else "ascending" if now == f"-{sort}" else None
            arrow = {"descending": " ↓", "ascending": " ↑"}.get(order or "", "")
            title = f"Sort by {SORTED_BY[sort]}{whole}"
            inner = el("a", {"href": listing.link(sort=other), "title": title}, f"{word}{arrow}")
        heads.append(el("th", {"scope": "col", "class": names, "aria-sort": order}, inner))
    return heads


def _checkbox(value: str, label: str, *, is_all: bool = False) -> Markup:
    box: Attributes = {"type": "checkbox", "aria-label": label}
    more: Attributes = {"data-all": "1", "hidden": True} if is_all else {"name": "run", "value": value}
    return el("input", {**box, **more})


def _row(listing: Listing, line: Line, window: tuple[float, float], depth: int, *, is_bulk: bool) -> Markup:
    href = urls.execution(listing.domain, line.workflow_id, line.run_id)
    end = listing.now if line.close is None else line.close
    child = None
    if line.parent is not None:
        about = f"child of {line.parent[0]}"
        parent = {
            "class": "tag",
            "href": urls.execution(listing.domain, *line.parent),
            "title": about,
            "aria-label": about,
        }
        child = el("a", parent, parts.sign(Kind.CHILD, 11), "child")
    asked = parts.tag("cancel requested") if line.is_cancel_requested and line.close is None else None
    version = parts.version(line.version)
    tags = [parts.tag(name, listing.link(tag=name)) for name in line.tags]
    state = line.state
    check = None
    if is_bulk:
        check = el(
            "td",
            {"class": "check"},
            _checkbox(f"{urls.segment(line.workflow_id)} {urls.segment(line.run_id)}", f"Select {line.workflow_id}"),
        )
    return el(
        "tr",
        {"class": f"depth-{depth}" if depth else None},
        check,
        parts.state_cell(state, names="st c-state"),
        el("td", {"class": "c-id"}, el("a", {"class": "mono strong", "href": href}, line.workflow_id), child, asked),
        el("td", {"class": "c-type"}, line.type, " ", el("span", {"class": "quiet"}, version)),
        el("td", {"class": "c-started"}, parts.time_at(line.start, now=listing.now)),
        el("td", {"class": "num c-duration"}, duration(line.seconds(listing.now))),
        el("td", {"class": "c-when"}, draw_strip(line.start, end, *window, state)),
        el("td", {"class": "c-tags"}, joined(tags)),
    )


def _bulk(where: Where, listing: Listing) -> Markup:
    """What can be done with the rows that are chosen; shown when some are."""
    buttons = [
        el(
            "button",
            {"class": "btn", "type": "submit", "formaction": f"/{urls.segment(listing.domain)}/bulk/{name}"},
            word,
        )
        for name, word in BULK
    ]
    matching = len(listing.found.lines)
    everything = None
    if matching > len(listing.lines) or not listing.found.is_all:
        word = f"Select all {count(matching)} that match" if listing.found.is_all else "Select all that match"
        everything = el(
            "label", {"class": "all"}, el("input", {"type": "checkbox", "name": "everything", "value": "1"}), word
        )
    kept = parts.hidden((name, value) for name, value in listing.filter.conditions.items())
    token = el("input", {"type": "hidden", "name": "token", "value": where.token})
    words = el("span", {"data-chosen": "1"}, "With the chosen rows:")
    return el(
        "div",
        {"class": "bulk", "role": "group", "aria-label": "With the chosen rows"},
        token,
        kept,
        words,
        *buttons,
        everything,
    )


def _more(listing: Listing) -> Markup | None:
    found = listing.found
    if found.is_all and len(found.lines) <= len(listing.lines):
        return None
    word = "Show more" if len(found.lines) > len(listing.lines) else "Read more"
    return el("p", {"class": "more-rows"}, el("a", {"href": listing.link(page=listing.filter.page + 1)}, word))
