"""What narrows a list of executions: the histogram, the filters, the views."""

from __future__ import annotations

from typing import Final

from simpleflow.web import filters, urls
from simpleflow.web.drawing import draw_histogram
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.insight import histogram
from simpleflow.web.pages import parts
from simpleflow.web.pages.lists import Listing
from simpleflow.web.words import count, duration

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


def chart(listing: Listing) -> Markup | None:
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
    times = [since + (until - since) * part / 5 for part in range(5)]
    told = [parts.ago(now - at) for at in times]
    marks = [  # two places of one name would be one too many
        el("span", None, "" if told[part] in told[:part] else parts.time_at(at, now=now))
        for part, at in enumerate(times)
    ]
    axis = el("p", {"class": "chart-axis"}, *marks, el("span", None, "now" if listing.filter.until is None else ""))
    box: Attributes = {
        "class": "card chart",
        "data-chart": listing.link(since=None, until=None),
        "data-since": since,
        "data-until": until,
    }
    return el("section", {**box, "aria-label": "Starts by time"}, words, draw_histogram(bars), axis)


def bar(listing: Listing) -> Markup:
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


def conditions(listing: Listing) -> Markup | None:
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
    if filter.sort != "started" and not found.is_all:
        said.append("sorted within these")
    return f"{words}; {', '.join(said)}" if said else words
