"""Values as texts: JSON; and texts cut to what their fields hold."""

from __future__ import annotations

import datetime
import json
import logging
import types
import uuid
from typing import Any, Final

from swf.protocol import limits

log = logging.getLogger(__name__)


def encode(value: Any) -> str:
    """Compact JSON with sorted keys, characters as they are.

    Beyond JSON's own types: bytes (as UTF-8 text), dates and times (ISO, milliseconds, ``Z`` for UTC), UUIDs, sets
    and generators (as lists). TypeError or ValueError for anything else, NaN included.
    """
    # A file name that is no UTF-8 comes as lone surrogates: escaped, they can travel, and are JSON.
    return sendable(_encoder.encode(value))


def plain(value: Any) -> Any:
    """What stands in JSON for a value of a type that JSON does not know; TypeError if nothing does."""
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
    raise TypeError(f"{value!r} of type {type(value).__name__} is not JSON")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=plain, allow_nan=False, ensure_ascii=False)


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


def text_of(value: Any) -> str | None:
    """What travels for a value: a text as it is, None not at all, anything else as JSON."""
    return value if value is None or isinstance(value, str) else encode(value)


def shortened(text: str, limit: int) -> str:
    """At most *limit* characters that can travel; what was cut ends in an ellipsis."""
    text = sendable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def sendable(text: str) -> str:
    """*text* with lone surrogates, which no wire carries, written as ``\\udcff``."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def reason(text: str | None) -> str | None:
    """A reason that fits its field: cut, with a warning in the log, if it is too long."""
    return _cut("reason", text, limits.REASON_LENGTH)


def details(text: str | None) -> str | None:
    """Details that fit their field, cut as a reason is."""
    return _cut("details", text, limits.DATA_LENGTH)


def heartbeat_details(text: str | None) -> str | None:
    """Details of a heartbeat that fit their field, cut as a reason is."""
    return _cut("heartbeat details", text, limits.HEARTBEAT_DETAILS_LENGTH)


def identity(text: str | None) -> str | None:
    """An identity that fits its field, cut as a reason is."""
    return _cut("identity", text, limits.IDENTITY_LENGTH)


def input(value: Any) -> str:
    """The JSON of an input. It is never cut, which would make it no JSON: ValueError if it is too long."""
    return _whole("input", value)


def result(value: Any) -> str:
    """The JSON of a result, never cut: ValueError if it is too long."""
    return _whole("result", value)


def control(value: Any) -> str:
    """The JSON of a control, never cut: ValueError if it is too long."""
    return _whole("control", value)


def execution_context(value: Any) -> str:
    """The JSON of an execution context, never cut: ValueError if it is too long."""
    return _whole("execution context", value)


_LONGEST: Final = limits.DATA_LENGTH


def _cut(field: str, text: str | None, limit: int) -> str | None:
    if text is None:
        return None
    if len(text) > limit:
        log.warning("text cut field=%s characters=%d limit=%d", field, len(text), limit)
    return shortened(text, limit)


def _whole(field: str, value: Any) -> str:
    text = encode(value)
    if len(text) > _LONGEST:
        raise ValueError(f"the {field} is {len(text)} characters of JSON; SWF takes {_LONGEST}")
    return text
