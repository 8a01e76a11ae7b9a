"""Values as texts: JSON, and pointers to what is too long for its field."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import types
import uuid
from typing import Any, Final

from simpleflow.futures import Future

POINTER: Final = re.compile(r"simpleflow\+file:([0-9a-f]{64}) ([0-9]+)\Z")
"""A value kept in the local store: the SHA-256 of its UTF-8 text, and its length in characters."""


def encode(value: Any) -> str:
    """Compact JSON with sorted keys, characters as they are.

    Beyond JSON's own types: bytes (as UTF-8 text), dates and times (ISO, milliseconds, ``Z`` for UTC), UUIDs,
    sets and generators (as lists), futures (as their results). TypeError or ValueError for anything else,
    NaN included.
    """
    # A file name that is no UTF-8 comes as lone surrogates: escaped, they can travel, and are JSON.
    return sendable(_encoder.encode(value))


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return value.decode("utf-8")
        case datetime.datetime() | datetime.time():
            text = value.isoformat(timespec="milliseconds")
            return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
        case datetime.date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case set() | frozenset():
            return sorted(value, key=repr)
        case types.GeneratorType():
            return list(value)
        case Future():
            return value.result
    raise TypeError(f"{value!r} of type {type(value).__name__} is not JSON")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False, ensure_ascii=False)


def decode(text: str | None) -> Any:
    """The value of a JSON text; text that is no JSON is passed through, None stays None."""
    if text is None:
        return None
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def pointer_of(text: str) -> str:
    """What stands for *text* where it is too long."""
    return f"simpleflow+file:{hashlib.sha256(text.encode()).hexdigest()} {len(text)}"


def is_pointer(text: str | None) -> bool:
    """Whether *text* stands for a longer one."""
    return text is not None and POINTER.match(text) is not None


def shortened(text: str, limit: int) -> str:
    """At most *limit* characters that can travel; what was cut ends in an ellipsis."""
    text = sendable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def sendable(text: str) -> str:
    """*text* with lone surrogates, which no wire carries, written as ``\\udcff``."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
