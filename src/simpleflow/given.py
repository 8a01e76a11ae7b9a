"""What people type in: values, the input of a workflow, tags."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

MOST_TAGS: Final = 5


class Unreadable(ValueError):
    """What was typed means nothing: its text goes on after the name of what was typed, as in ``is not JSON``.

    *hint* says how it is written, empty if there is nothing to say. *is_object*: what was typed is an object.
    """

    def __init__(self, problem: str, hint: str = "", *, is_object: bool = False) -> None:
        super().__init__(problem)
        self.hint = hint
        self.is_object = is_object


def value_of(text: str) -> Any:
    """The value of a JSON text. Raises Unreadable."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        text.encode()
    except RecursionError as error:
        raise Unreadable("is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"is not JSON: {error}", 'a text is JSON with its quotes: "yes"') from error
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(f"{text[:20]}, which is out of range,")


def input_of(text: str) -> dict[str, Any]:
    """The input of a workflow, ``{"args": [...], "kwargs": {...}}``, from its three forms. Raises Unreadable.

    A list is the positional arguments, an object holds ``args`` and ``kwargs``, any other value is the one argument.
    """
    value = value_of(text)
    if isinstance(value, list):
        return {"args": value, "kwargs": {}}
    if not isinstance(value, dict):
        return {"args": [value], "kwargs": {}}
    strange = sorted(set(value) - {"args", "kwargs"})
    if strange or not value:
        what = f"has {', '.join(map(repr, strange))}" if strange else "is empty"
        raise Unreadable(what, "it may have 'args' (a list) and 'kwargs'", is_object=True)
    args, kwargs = value.get("args", []), value.get("kwargs", {})
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise Unreadable("needs a list as 'args' and an object as 'kwargs'")
    return {"args": args, "kwargs": kwargs}


def tags_of(text: str) -> tuple[str, ...]:
    """Tags from a comma-separated list. Raises ValueError."""
    tags = tuple(tag.strip() for tag in text.split(",") if tag.strip())
    if len(tags) > MOST_TAGS:
        raise ValueError(f"{len(tags)} tags are given; an execution has five at most")
    return tags
