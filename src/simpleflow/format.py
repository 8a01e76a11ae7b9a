"""Values as texts: JSON with futures as their results, and pointers to what is too long for its field."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from simpleflow.futures import Future
from swf.format import decode, plain, sendable, shortened

__all__ = ["POINTER", "decode", "encode", "is_pointer", "pointer_of", "sendable", "shortened"]

POINTER: Final = re.compile(r"simpleflow\+file:([0-9a-f]{64}) ([0-9]+)\Z")
"""A value kept in the local store: the SHA-256 of its UTF-8 text, and its length in characters."""


def encode(value: Any) -> str:
    """As :func:`swf.format.encode`, futures as their results."""
    return sendable(_encoder.encode(value))


def _plain(value: Any) -> Any:
    return value.result if isinstance(value, Future) else plain(value)


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False, ensure_ascii=False)


def pointer_of(text: str) -> str:
    """What stands for *text* where it is too long."""
    return f"simpleflow+file:{hashlib.sha256(text.encode()).hexdigest()} {len(text)}"


def is_pointer(text: str | None) -> bool:
    """Whether *text* stands for a longer one."""
    return text is not None and POINTER.match(text) is not None
