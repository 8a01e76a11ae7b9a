"""The only way to make markup: elements whose text and attributes are escaped.

There is no ``style`` attribute: a strict Content-Security-Policy forbids it. What depends on data is an attribute
of SVG, all else a class.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from simpleflow.web.words import visible

Value: TypeAlias = str | float | int | bool | None
Attributes: TypeAlias = dict[str, Value]

EMPTY_IN_HTML: Final = frozenset({"meta", "link", "br", "hr", "img", "input"})
OPEN_IN_HTML: Final = frozenset(
    {"a", "aside", "body", "button", "caption", "code", "datalist", "dd", "details", "div", "dl", "dt", "fieldset",
     "footer", "form", "h1", "h2", "h3", "head", "header", "html", "kbd", "label", "legend", "li", "main", "nav",
     "ol", "option", "p", "pre", "script", "section", "select", "small", "span", "strong", "style", "summary",
     "table", "tbody", "td", "textarea", "th", "thead", "time", "title", "tr", "ul"}
)  # fmt: skip
"""Elements that HTML does not let end in a slash."""


_SPECIAL: Final = re.compile(r"""[^ !#-%'-;=?-~]""")
"""Any other character than those of ASCII that can be seen and mean nothing in markup: most texts have none."""


class Markup(str):
    """Text that is markup already. Only :func:`el` and :func:`joined` make it."""

    __slots__ = ()


def el(name: str, attributes: Mapping[str, Value] | None = None, *children: str | None) -> Markup:
    """An element. Attributes that are None or False are left out; children that are no markup are escaped."""
    assert _is_name(name), name
    opening = name
    for key, value in attributes.items() if attributes else ():
        assert _may_be_attribute(key), f"{key} is no attribute, or one that a strict Content-Security-Policy forbids"
        if value is None or value is False:
            continue
        if isinstance(value, str):
            text = value if _SPECIAL.search(value) is None else escaped(value, in_quotes=True, is_sent=key == "value")
        elif value is True:
            text = ""
        else:
            text = number(value) if isinstance(value, float) else str(value)
        opening += f' {key}="{text}"'
    inner = ""
    for child in children:
        if child is not None:
            inner += child if isinstance(child, Markup) else escaped(child, is_sent=name == "textarea")
    if not inner and name not in OPEN_IN_HTML:
        return Markup(f"<{opening}>" if name in EMPTY_IN_HTML else f"<{opening}/>")
    return Markup(f"<{opening}>{inner}</{name}>")


@functools.cache
def _is_name(name: str) -> bool:
    return name.replace("-", "").isalnum()


@functools.cache
def _may_be_attribute(key: str) -> bool:
    return key.replace("-", "").replace(":", "").isalnum() and key != "style" and not key.startswith("on")


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements one after the other."""
    return Markup("".join(parts))


def style(css: str) -> Markup:
    """A style element; *css* is ours, never data."""
    assert "<" not in css
    return Markup(f"<style>{css}</style>")


def document(*parts: Markup) -> Markup:
    """A document of HTML."""
    return Markup("<!doctype html>\n" + "".join(parts) + "\n")


def escaped(text: str, *, in_quotes: bool = False, is_sent: bool = False) -> str:
    """*text* as text of markup. What cannot be seen, or is no character of XML, is written as an escape.

    What *is_sent* by a form comes back as it is: there a character that cannot be seen is named by its number.
    """
    if _SPECIAL.search(text) is None:
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if is_sent:
        text = "".join(each if visible(each) == each else _by_number(each) for each in text)
    text = visible(text)
    if in_quotes:
        text = text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return text


def _by_number(character: str) -> str:
    """A reference, unless HTML has none for it."""
    number = ord(character)
    has_none = number == 0 or 0x7F <= number < 0xA0 or 0xD800 <= number < 0xE000 or number & 0xFFFE == 0xFFFE
    return character if has_none else f"&#{number};"


def number(value: float) -> str:
    """A coordinate, as short as it can be."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(part: float) -> str:
    """A part of the whole as a coordinate, 0 to 100 %."""
    return f"{number(min(100.0, max(0.0, part * 100)))}%"
