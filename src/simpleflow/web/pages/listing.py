"""The executions of a domain."""

from __future__ import annotations

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.filters import STATES
from simpleflow.web.pages import parts, troubles
from simpleflow.web.pages.lists import Listing, counted
from simpleflow.web.pages.narrowing import bar, chart
from simpleflow.web.pages.rows import table
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.runs import State


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
        body += [chart(listing), bar(listing), table(site, where, listing)]
    refresh = 3 if found.trouble is not None and found.trouble.kind == "throttled" else 0
    inner = [each for each in body if each is not None]
    names = "listing is-old" if found.is_old else "listing"
    return page(site, where, "Executions", el("div", {"class": names}, *inner), refresh_s=refresh)


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


def _nothing(site: Site) -> Markup:
    command = site.command("standalone examples.basic.BasicWorkflow --input '[1, 5]'")
    return el(
        "div",
        {"class": "card empty"},
        el("p", None, "No executions yet."),
        el("p", {"class": "quiet"}, "Start the example, and it is shown here:"),
        parts.copyable(command),
    )
