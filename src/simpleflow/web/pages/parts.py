"""Small things that many pages have: icons, states, times, buttons, notes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.drawing.patterns import GLYPHS, definitions, diamond, icon
from simpleflow.web.runs import Kind, State
from simpleflow.web.words import duration
from swf.utils import moment_of

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))

SIGNS: Final = {
    "search": "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3.5 3.5",
    "theme": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z",
    "down": "M4 6l4 4 4-4",
    "right": "M6 4l4 4-4 4",
    "copy": "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
    "warning": "M8 2.5l6 11H2zM8 6.5v3M8 11.6v.2",
}
"""Signs of the pages, in a box of 16."""
USED: Final = re.compile(r'"#i-(\w+)"')


def symbols(used_in: str | None) -> Markup:
    """What the icons and textures of a page refer to; once in it, and only those that are *used_in* it.

    None: all of them.
    """
    used = None if used_in is None else set(USED.findall(used_in))
    parts = [markup for name, markup in _symbols().items() if used is None or name in used]
    return el("svg", {"class": "sf hide", "width": 0, "height": 0, "aria-hidden": "true"}, definitions(), *parts)


@functools.cache
def _symbols() -> dict[str, Markup]:
    """All icons, by name."""
    box: Attributes = {"class": "sf", "viewBox": "0 0 16 16"}
    half = el("path", {"class": "half", "d": "M8 2.5a5.5 5.5 0 0 1 0 11z"})
    drawn: dict[str, Markup] = {str(state): icon(state, 0, 0, size=16) for state in State}
    drawn |= {str(kind): _sign(path) for kind, path in GLYPHS.items()}
    drawn |= {name: _sign(path) for name, path in SIGNS.items()}
    drawn |= {"signal": diamond(8, 8, 5.5), "half": joined([_sign(SIGNS["theme"]), half])}
    return {name: el("symbol", {"id": f"i-{name}", **box}, markup) for name, markup in drawn.items()}


def _sign(path: str) -> Markup:
    return el("path", {"class": "sign", "d": path})


def sign(name: str, size: int = 16) -> Markup:
    """An icon that only repeats what a word says."""
    use = el("use", {"href": f"#i-{name}"})
    return el("svg", {"class": "i", "width": size, "height": size, "aria-hidden": "true"}, use)


def with_state(state: State, word: str | None = None) -> Markup:
    """The icon of a state and its word."""
    return el("span", {"class": "st"}, sign(state), word or state.word)


def state_cell(state: State, *more: Markup, names: str = "st") -> Markup:
    """The same as a cell of a table."""
    return el("td", {"class": names}, sign(state), state.word, *more)


def pill(state: State) -> Markup:
    """The state beside a title."""
    return el("span", {"class": f"pill p-{state}"}, sign(state, 14), state.word)


def kind_of(kind: Kind) -> str:
    """What a task is, in words."""
    return {Kind.CHILD: "child workflow", Kind.LAMBDA: "Lambda function"}.get(kind, str(kind))


def absolute(at: float, *, with_milliseconds: bool = False) -> str:
    """``23 Nov 2026, 08:00:00 UTC``."""
    moment = moment_of(at)
    more = f".{moment.microsecond // 1000:03d}" if with_milliseconds else ""
    day = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}{more} UTC"


def iso(at: float) -> str:
    """``2026-11-23T08:00:00.000Z``."""
    return moment_of(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ago(seconds: float) -> str:
    """``19 s ago``, ``3 min ago``, ``2 d ago``."""
    if seconds < 1:
        return "now"
    for size, unit in STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "now"


def time_at(at: float, *, now: float | None = None) -> Markup:
    """A moment: relative to *now* (lists), or absolute."""
    if now is None:
        return el("time", {"datetime": iso(at)}, absolute(at))
    return el("time", {"datetime": iso(at), "data-rel": "1", "title": absolute(at)}, ago(now - at))


def tag(text: str, href: str | None = None) -> Markup:
    """A tag; with an address it narrows a list."""
    return el("span", {"class": "tag"}, text) if href is None else el("a", {"class": "tag", "href": href}, text)


def button(text: str, href: str, names: str = "") -> Markup:
    """A link that looks like what it does."""
    return el("a", {"class": f"btn {names}".rstrip(), "href": href}, text)


def titled(title: str, href: str, of: str) -> Markup:
    """The title of a page about a part of something, with the way back to it."""
    way = el("nav", {"class": "crumbs", "aria-label": "Where this is"}, el("a", {"href": href}, of))
    return el("div", {"class": "title"}, el("div", None, way, el("h1", None, title)))


def head(title: str, words: Sequence[str], *more: Markup, id: str | None = None) -> Markup:
    """The head of a card."""
    told = el("span", {"class": "about"}, " · ".join(words)) if words else None
    return el("div", {"class": "head"}, el("h2", {"id": id}, title), told, *more)


def card(name: str, *children: Markup, label: str | None = None) -> Markup:
    """A section with a border; *name* is the part of the page that it is, *label* the id of its title.

    From within a drawing Escape leads to its section.
    """
    about: Attributes = {"class": f"card {name}", "id": f"s-{name}", "data-section": name, "aria-labelledby": label}
    return el("section", {**about, "tabindex": -1 if name in ("graph", "timeline") else None}, *children)


def facts(pairs: Iterable[tuple[str, str | Markup | None]]) -> Markup:
    """Names and values; those without a value are left out."""
    items = [el("div", None, el("dt", None, name), el("dd", None, value)) for name, value in pairs if value]
    return el("dl", {"class": "facts"}, joined(items))


def notice(mood: str, *children: Markup | str, live: bool = False) -> Markup:
    """A line that says something about the page itself."""
    return el("div", {"class": f"notice n-{mood}", "role": "status" if live else None}, *children)


def copyable(command: str) -> Markup:
    """A command, ready to be copied."""
    copy = el("button", {"class": "copy", "type": "button", "data-copy": command}, sign("copy", 14), "Copy")
    return el("div", {"class": "command"}, el("code", None, command), copy)


def hidden(pairs: Iterable[tuple[str, str | None]]) -> Markup:
    """Fields of a form that nobody sees."""
    return joined(el("input", {"type": "hidden", "name": name, "value": value}) for name, value in pairs if value)


def seconds_of(text: str | None) -> str:
    """A timeout as SWF writes it, for people."""
    if text is None:
        return ""
    return "never" if text == "NONE" else duration(float(text)) if text.isdecimal() else text


def version(text: str) -> str:
    """``v3`` for ``3``; other versions as they are."""
    return f"v{text}" if text[:1].isdigit() else text


def to_event(link: Callable[..., str], event: int, words: str | None = None, *, names: str | None = None) -> Markup:
    """A link to an event in the full view; where there is no such view, its number alone."""
    address = link(view="full", event=event)
    if not address:
        return el("span", {"class": names}, words or str(event))
    href = address if "#" in address else f"{address}#e{event}"
    return el("a", {"class": names, "href": href}, words or str(event))
