"""Inputs, results and errors as people read them."""

from __future__ import annotations

import json
from typing import Any, Final

from simpleflow import texts
from simpleflow.exceptions import CodecError
from simpleflow.replay.inputs import arguments, comparable
from simpleflow.web.drawing.markup import Markup, el
from simpleflow.web.runs import label
from simpleflow.web.words import count, one_line

LONGEST: Final = 2048
"""Characters of a value that are shown; the rest is behind a link."""
WHOLE: Final = 64 * 1024
"""The same where there is nothing to lead to: more than SWF takes in one event."""
DEEPEST: Final = 3
WIDEST: Final = 50
HEAD_LINES: Final = 6
TAIL_LINES: Final = 18


def decoded(text: str | None) -> Any:
    """The value of a JSON text; text that is none, or in a codec that is not known here, as it is."""
    try:
        return texts.decode(text)
    except (CodecError, RecursionError, ValueError):
        return text


def plain(text: str | None) -> Any:
    """The value of an input without what the engine has added to it."""
    value = comparable(text, decoded(text))
    return {key: each for key, each in value.items() if key != "__extra"} if isinstance(value, dict) else value


def compact(text: str | None, most: int = 120) -> str:
    """The beginning of a value on one line."""
    if not text:
        return ""
    if texts.is_pointer(text):
        return pointed(text)
    return one_line(as_json(decoded(text)) if len(text) <= LONGEST else text, most)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON as people write it: characters as they are."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def pointed(text: str) -> str:
    """A pointer in words: where the value is kept, how it is named, how long it is."""
    here = texts.POINTER.match(text)
    if here:
        return f"kept in a file: {here.group(1)[:12]}…, {count(int(here.group(2)), 'character')}"
    there = texts.S3_POINTER.match(text)
    assert there is not None
    bucket, prefix, name, size = there.groups()
    return f"kept in s3://{bucket}/{prefix}{name}, {count(int(size), 'character')}"


def call(name: str, text: str | None, most: int = LONGEST) -> str:
    """The call of an activity as Python: ``fetch_page("https://…", depth=2)``."""
    function = label(name)
    if texts.is_pointer(text):
        return f"{function}(…)  # {pointed(text or '')}"
    if text is not None and len(text) > most:
        return f"{function}({one_line(text, 200)})"
    value = plain(text)
    if isinstance(value, dict) and not set(value) <= {"args", "kwargs", "meta"}:
        return f"{function}({_python(value)})"
    try:
        args, kwargs = arguments(value)
    except (TypeError, ValueError):
        return f"{function}({_python(value)})"
    return (
        f"{function}({', '.join([*map(_python, args), *(f'{key}={_python(each)}' for key, each in kwargs.items())])})"
    )


def worker(text: str) -> str:
    """Who has worked, in short: ``root@vm, process 123``; an identity that is not ours as it is."""
    value = decoded(text)
    if isinstance(value, dict) and {"user", "hostname", "pid"} <= set(value):
        return one_line(f"{value['user']}@{value['hostname']}, process {value['pid']}", 60)
    return one_line(text, 60)


def _python(value: Any, depth: int = 0) -> str:
    """As Python writes it, with double quotes; what is very deep as it comes."""
    if isinstance(value, str) and texts.is_pointer(value):
        return f"<{pointed(value)}>"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if depth >= DEEPEST:
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_python(each, depth + 1) for each in value)}]"
    if isinstance(value, dict):
        pairs = (f"{_python(key, depth + 1)}: {_python(each, depth + 1)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    return repr(value)


def block(text: str | None, href: str | None = None, *, names: str = "", most: int = LONGEST) -> Markup:
    """A value as a block: JSON indented, deep parts folded, one of more than *most* characters cut.

    *href* leads to all of it.
    """
    if text is None:
        return el("p", {"class": "none"}, "none")
    if texts.is_pointer(text):
        link = el("a", {"href": href, "download": True}, "read it") if href else None
        return el(
            "pre", {"class": f"value {names}".rstrip()}, el("code", None, pointed(text)), " " if link else None, link
        )
    value = decoded(text)
    shown = value if isinstance(value, str) and value == text else as_json(value, indent=2 if len(text) > 60 else None)
    cut = len(shown) > most
    if not cut and isinstance(value, dict | list) and _depth(value) > DEEPEST:
        return el("div", {"class": f"value tree {names}".rstrip()}, _tree(value, 0))
    body = el("code", None, shown[:most] + ("…" if cut else ""))
    more = None
    if cut:
        size = f"{len(text.encode()) / 1024:.0f} KB"
        more = el("a", {"class": "more", "href": href, "download": True}, f"show all {size}") if href else None
        more = more or el("span", {"class": "more"}, f"cut; {size} in all")
    return el("div", {"class": "valued"}, el("pre", {"class": f"value {names}".rstrip(), "tabindex": "0"}, body), more)


def _depth(value: Any, at: int = 0) -> int:
    if at > DEEPEST or not isinstance(value, dict | list) or not value:
        return at
    parts = value.values() if isinstance(value, dict) else value
    return max(_depth(each, at + 1) for each in list(parts)[:WIDEST])


def _tree(value: Any, depth: int) -> Markup:
    """A deep value: what is below the third level is folded."""
    if not isinstance(value, dict | list) or not value:
        return el("code", None, as_json(value))
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    items = [
        el("li", None, el("span", {"class": "key"}, f"{key}: "), _tree(each, depth + 1)) for key, each in pairs[:WIDEST]
    ]
    if len(pairs) > WIDEST:
        items.append(el("li", None, f"… and {count(len(pairs) - WIDEST)} more"))
    noun = ("member", "members") if isinstance(value, dict) else ("element", "elements")
    summary = el("summary", None, count(len(pairs), *noun))
    return el("details", {"open": depth < DEEPEST}, summary, el("ul", None, *items))


def traceback(text: str) -> str:
    """An error with its head and tail: the reason, then where it came from, the user's frames kept."""
    lines = text.splitlines()
    if len(lines) <= HEAD_LINES + TAIL_LINES:
        return text
    left = len(lines) - HEAD_LINES - TAIL_LINES
    return "\n".join([*lines[:HEAD_LINES], f"  … {count(left, 'line')} left out …", *lines[-TAIL_LINES:]])
