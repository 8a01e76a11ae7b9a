"""The executions of a domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simpleflow.web import filters, urls
from simpleflow.web.drawing import draw_histogram, draw_strip
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.filters import STATES, Filter
from simpleflow.web.insight import histogram
from simpleflow.web.listed import Counted, Counts, Found, Line
from simpleflow.web.pages import parts, troubles
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.runs import Kind, State
from simpleflow.web.words import count, duration, elapsed

SHOWN: Final = 50
BARS: Final = 72
SPANS: Final = (
    ("", "any time"),
    ("1h", "last hour"),
    ("24h", "last 24 hours"),
    ("7d", "last 7 days"),
    ("30d", "last 30 days"),
)
VIEWS: Final = (
    ("Failed today", {"state": "failed", "since": "24h"}),
    ("Open > 1 h", {"state": "open", "longer": "1h"}),
    ("Timed out", {"state": "timed_out"}),
    ("Cancel requested", {"state": "open", "cancel": "1"}),
)
BULK: Final = (("signal", "Signal…"), ("cancel", "Cancel…"), ("terminate", "Terminate…"), ("rerun", "Rerun failed…"))


@dataclass(frozen=True, slots=True)
class Listing:
    """All that the page tells. *counts* None: a script fetches them after the page is there."""

    domain: str
    filter: Filter
    found: Found
    counts: Counts | None
    now: float
    notes: Sequence[str] = ()
    types: Sequence[str] = ()

    @property
    def lines(self) -> list[Line]:
        """The rows of the page, sorted."""
        return ordered(self.found.lines, self.filter.sort, self.now)[: SHOWN * self.filter.page]

    def link(self, **changes: str | int | None) -> str:
        """The address of the same list with *changes*."""
        return urls.with_query(f"/{urls.segment(self.domain)}/", self.filter.query(**changes))


def ordered(lines: Sequence[Line], sort: str, now: float) -> list[Line]:
    """Lines by one of their times; ``-`` before its name turns it round."""
    keys: dict[str, Callable[[Line], float]] = {
        "started": lambda line: -line.start,
        "closed": lambda line: -(line.close if line.close is not None else float("inf")),
        "duration": lambda line: -line.seconds(now),
    }
    return sorted(lines, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))


def whole(site: Site, where: Where, listing: Listing) -> str:
    """The page."""
    found = listing.found
    title = el("div", {"class": "title"}, el("h1", None, "Executions"), _start(site, listing))
    is_empty = not found.lines and found.is_all and not listing.filter.conditions
    body: list[Markup | None] = [title, tabs(listing)]
    body += [parts.notice("info", note) for note in listing.notes]
    if found.trouble is not None:
        body.append(
            troubles.notice(site, found.trouble, listing.link(), read_at=found.read_at if found.is_old else None)
        )
    if is_empty:
        body.append(_nothing(site))
    else:
        body += [_histogram(listing), _filters(listing), _table(site, where, listing)]
    refresh = 3 if found.trouble is not None and found.trouble.kind == "throttled" else 0
    inner = [each for each in body if each is not None]
    names = "listing is-old" if found.is_old else "listing"
    return page(site, where, "Executions", el("div", {"class": names}, *inner), refresh_s=refresh, scripts=["live.js"])


def _start(site: Site, listing: Listing) -> Markup | None:
    if not site.can("start"):
        return None
    href = {"class": "btn", "href": urls.start(listing.domain), "data-dialog": "1"}
    return el("div", {"class": "actions"}, el("a", href, "Start a workflow…"))


def tabs(listing: Listing) -> Markup:
    """The states with their counts."""
    items = []
    for name, state in (("all", None), *STATES.items()):
        wanted = None if name == "all" else name
        number = None if listing.counts is None else listing.counts.get(name)
        word = "All" if state is None else "Running" if state is State.RUNNING else state.word
        link: Attributes = {
            "href": listing.link(state=wanted),
            "aria-current": "page" if listing.filter.state == wanted else None,
        }
        told = el("strong", {"data-count": name}, "" if number is None else counted(number))
        items.append(el("li", None, el("a", link, None if state is None else parts.sign(state), word, " ", told)))
    address = None
    if listing.counts is None:
        query = {"since": listing.filter.since, "until": listing.filter.until}
        address = urls.with_query(f"/{urls.segment(listing.domain)}/counts", query)
    return el("nav", {"class": "tabs", "aria-label": "States", "data-counts": address}, el("ul", None, joined(items)))


def counted(number: Counted) -> str:
    """A count; what was not counted to its end is at least so many."""
    return f"{'≥ ' if number.is_more else ''}{count(number.number)}"


def _histogram(listing: Listing) -> Markup | None:
    """Starts by time, of what was read."""
    lines, now = listing.found.lines, listing.now
    if not lines:
        return None
    until = listing.filter.latest(now) or now
    oldest = min(line.start for line in lines)
    since = listing.filter.oldest(now) if listing.filter.since is not None and listing.found.is_all else oldest
    if until - since < 60:
        since = until - 60
    bars = histogram(((line.start, line.state) for line in lines), since=since, until=until, bars=BARS)
    each = duration((until - since) / BARS)
    first = f"of the {count(len(lines))} newest, " if not listing.found.is_all else ""
    title = f"Started in the last {duration(until - since)}" if listing.filter.until is None else "Started"
    words = el("p", {"class": "chart-words"}, el("span", None, title), el("span", None, f"{first}{each} a bar"))
    marks = [el("span", None, parts.time_at(since + (until - since) * part / 5, now=now)) for part in range(5)]
    axis = el("p", {"class": "chart-axis"}, *marks, el("span", None, "now" if listing.filter.until is None else ""))
    box: Attributes = {
        "class": "card chart",
        "data-chart": listing.link(since=None, until=None),
        "data-since": since,
        "data-until": until,
    }
    return el("section", {**box, "aria-label": "Starts by time"}, words, draw_histogram(bars), axis)


def _filters(listing: Listing) -> Markup:
    filter = listing.filter
    types = sorted(
        {*listing.types, *(line.type for line in listing.found.lines), *([filter.type] if filter.type else [])}
    )
    options = [el("option", {"value": ""}, "any type")]
    options += [el("option", {"value": name, "selected": name == filter.type}, name) for name in types]
    spans = [
        *SPANS,
        *([(filter.since, f"since {filter.since}")] if filter.since and filter.since not in dict(SPANS) else []),
    ]
    since = [el("option", {"value": value, "selected": value == (filter.since or "")}, word) for value, word in spans]
    kept = [(name, filter.query()[name]) for name in ("state", "version", "id", "until", "parent", "cancel", "sort")]
    form = el(
        "form",
        {"class": "filters", "action": f"/{urls.segment(listing.domain)}/", "aria-label": "Filters"},
        parts.hidden((name, None if value is None else str(value)) for name, value in kept),
        el(
            "label", None, el("span", None, "Type"), el("select", {"name": "type", "data-submit": "1"}, joined(options))
        ),
        el(
            "label",
            None,
            el("span", None, "Tag"),
            el("input", {"name": "tag", "value": filter.tag, "placeholder": "any", "size": 10}),
        ),
        el(
            "label",
            None,
            el("span", None, "Started"),
            el("select", {"name": "since", "data-submit": "1"}, joined(since)),
        ),
        el(
            "label",
            None,
            el("span", None, "Longer than"),
            el("input", {"name": "longer", "value": filter.longer, "placeholder": "e.g. 5m", "size": 8}),
        ),
        el("button", {"class": "btn", "type": "submit"}, "Filter"),
    )
    views = [
        el("a", {"class": "chip", "href": urls.executions(listing.domain, **query)}, name) for name, query in VIEWS
    ]
    save = el(
        "button", {"class": "chip dashed", "type": "button", "data-save-view": "1", "hidden": True}, "Save this view"
    )
    chips = el(
        "div",
        {"class": "views"},
        el("span", None, "Views"),
        joined(views),
        el("span", {"data-views": listing.domain}),
        save,
    )
    return el("div", {"class": "filter-line"}, form, chips)


def _conditions(listing: Listing) -> Markup | None:
    """Each condition as a chip that removes it, and who has looked at it."""
    told = filters.told(listing.filter)
    if not told:
        return None
    chips = [
        el(
            "a",
            {"class": "chip", "href": listing.link(**{name: None}), "aria-label": f"Remove the filter {words}"},
            words,
            " ×",
        )
        for name, words in told.items()
    ]
    return el("span", {"class": "conditions"}, joined(chips))


def summary(listing: Listing) -> str:
    """What was read, what the service filtered, and what was filtered here."""
    filter, found = listing.filter, listing.found
    matching = len(found.lines)
    here = filter.page_filters()
    if found.is_all:
        words = count(matching, "execution")
        if here and found.read != matching:
            words = f"{count(matching)} of {count(found.read)} read match"
    elif here:
        words = f"{count(matching)} match of {count(found.read)} read"
    else:
        words = f"the {count(matching)} newest were read"
    by_service = [name for name in (filter.service_filter(),) if name] + (
        ["time"] if filter.since or filter.until else []
    )
    said = []
    if by_service:
        said.append(f"the service filtered by {' and '.join(by_service)}")
    if here:
        said.append(f"this page by {', '.join(here)}")
    return f"{words}; {', '.join(said)}" if said else words


def _table(site: Site, where: Where, listing: Listing) -> Markup:
    lines, found = listing.lines, listing.found
    about = el("p", {"class": "summary"}, el("span", {"role": "status"}, summary(listing)), _conditions(listing))
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
        (f"Last {elapsed(round(window)) or '0 s'}", None, "wide"),
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
            title = f"Sort by {word.lower()}{whole}"
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
    version = line.version if line.version.startswith("v") else f"v{line.version}"
    tags = [parts.tag(name, listing.link(tag=name)) for name in line.tags]
    state = line.state
    check = None
    if is_bulk:
        check = el(
            "td", {"class": "check"}, _checkbox(f"{line.workflow_id} {line.run_id}", f"Select {line.workflow_id}")
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


def _nothing(site: Site) -> Markup:
    command = site.command("standalone examples.basic.BasicWorkflow --input '[1, 5]'")
    return el(
        "div",
        {"class": "card empty"},
        el("p", None, "No executions yet."),
        el("p", {"class": "quiet"}, "Start the example, and it is shown here:"),
        parts.copyable(command),
    )
