"""Pages and notices that say what did not work, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.listed import Trouble
from simpleflow.web.pages import parts
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.words import count

STATUS: Final = {
    "silent": 502,
    "throttled": 503,
    "denied": 403,
    "unknown": 403,
    "gone": 404,
    "lacking": 501,
    "refused": 400,
}
"""The status of a page that says nothing else."""
TITLES: Final = {
    "silent": "The service does not answer",
    "throttled": "Slowed down",
    "denied": "No right to do this",
    "unknown": "The service does not know who asks",
    "gone": "Not there",
    "lacking": "The service lacks this",
    "refused": "The service refused the call",
}


def advice(site: Site, trouble: Trouble) -> str:
    """What to do."""
    match trouble.kind:
        case "silent":
            return f"{trouble.operation} was tried at {site.endpoint}. Is the service running there?"
        case "throttled":
            who = "Amazon" if site.is_amazon else "The service"
            return f"{who} slows us down; going on in 3 s."
        case "denied":
            return f"{trouble.operation} needs the IAM action swf:{trouble.operation}; the credentials here lack it."
        case "unknown":
            return (
                f"{trouble.operation} was tried at {site.endpoint} with the credentials that boto3 finds: in its "
                "environment, its files, or the role of this machine. There are none, or they are not accepted."
            )
        case "lacking":
            return f"This endpoint does not offer {trouble.operation}; the pages work with what it has."
    return f"{trouble.operation} was tried at {site.endpoint}."


def notice(site: Site, trouble: Trouble, again: str, *, read_at: float | None = None) -> Markup:
    """A line above what could be read; *read_at* says when that was, if it is old."""
    old = [" Below is the list of ", parts.time_at(read_at), "."] if read_at is not None else []
    return parts.notice(
        "bad" if trouble.kind in ("silent", "denied", "unknown") else "warning",
        el("p", None, el("strong", None, TITLES[trouble.kind]), ". ", advice(site, trouble), *old),
        el("p", {"class": "mono"}, trouble.message),
        el("p", None, el("a", {"href": again}, "Try again")),
        live=True,
    )


def of_trouble(site: Site, where: Where, trouble: Trouble, again: str | None) -> str:
    """A page for a call without which there is nothing to show; *again* None: what was sent is not sent again."""
    card = el(
        "section",
        {"class": "card empty"},
        el("p", None, advice(site, trouble)),
        el("pre", {"class": "value bad", "tabindex": "0"}, el("code", None, trouble.message)),
        el("p", None, "Go back, and send the form again.")
        if again is None
        else el("p", None, el("a", {"class": "btn", "href": again}, "Try again")),
    )
    title = TITLES[trouble.kind]
    return page(
        site, where, title, el("h1", None, title), card, refresh_s=3 if trouble.kind == "throttled" and again else 0
    )


def not_found(
    site: Site, where: Where, what: str, *, retention: str | None = None, near: Sequence[tuple[str, str]] = ()
) -> str:
    """What is not there, and what is near it (names and addresses)."""
    words = [el("p", None, what)]
    if retention not in (None, "NONE"):
        words.append(el("p", None, f"If it was there once, its retention of {retention} days may be over."))
    if near:
        items = [el("li", None, el("a", {"class": "mono", "href": href}, name)) for name, href in near]
        words += [el("p", None, "Near it:"), el("ul", None, joined(items))]
    back = urls.HOME if where.domain is None else urls.executions(where.domain)
    words.append(
        el("p", None, el("a", {"class": "btn", "href": back}, "All executions" if where.domain else "All domains"))
    )
    return page(site, where, "Not found", el("h1", None, "Not found"), el("section", {"class": "card empty"}, *words))


def reading(site: Site, where: Where, read: int, *, comes_again: bool) -> str:
    """What cannot be shown before a long history has been read; *comes_again*: the page asks again by itself."""
    words = el("p", None, f"reading events… {count(read)}")
    what = "it comes by itself when it has been read" if comes_again else "go back in a moment, and send it again"
    note = el("p", {"class": "quiet"}, f"The history of this execution is long: {what}.")
    card = el("section", {"class": "card empty", "role": "status"}, words, note)
    title = "A long history"
    return page(site, where, title, el("h1", None, title), card, refresh_s=2 if comes_again else 0)


def broken(site: Site, where: Where, what: str) -> str:
    """A mistake of these pages."""
    advice = "This is a mistake of these pages: the log of their process says what and where."
    error = el("pre", {"class": "value bad", "tabindex": "0"}, el("code", None, what))
    card = el("section", {"class": "card empty"}, el("p", None, advice), error)
    title = "This page failed"
    return page(site, where, title, el("h1", None, title), card)


def refused(site: Site, where: Where, title: str, what: str, what_to_do: str) -> str:
    """A request that a door did not let in."""
    card = el("section", {"class": "card empty"}, el("p", None, what), el("p", None, what_to_do))
    return page(site, where, title, el("h1", None, title), card)
