"""Values as they are on the wire, field by field; and back.

Each function takes a value and gives the text of its field: JSON, through the codec if one is set, and what is too
long for the field is kept in the store of values and stands there as a pointer. Nothing is ever cut, but an identity.
"""

from __future__ import annotations

from typing import Any

from simpleflow import constants
from simpleflow.storage import ValueStore
from simpleflow.texts import POINTER, decode, encode, is_pointer, named_content, pointer_of, sendable, shortened

__all__ = [
    "POINTER",
    "control",
    "decode",
    "details",
    "encode",
    "execution_context",
    "heartbeat_details",
    "identity",
    "input",
    "is_pointer",
    "named_content",
    "pointer_of",
    "reason",
    "result",
    "sendable",
    "shortened",
    "value",
]


def value(text: str | None, store: ValueStore | None = None) -> Any:
    """The value of a field, wherever it is kept. Raises StorageError, CodecError."""
    return decode((store or ValueStore()).resolve(text)) if is_pointer(text) else decode(text)


def input(value: Any, store: ValueStore | None = None) -> str:
    """The input of a workflow, an activity or a signal."""
    return _fitting(encode(value), constants.MAX_INPUT_LENGTH, store)


def result(value: Any, store: ValueStore | None = None) -> str:
    """The result of a workflow or an activity."""
    return _fitting(encode(value), constants.MAX_RESULT_LENGTH, store)


def control(value: Any, store: ValueStore | None = None) -> str:
    """What is kept in the history beside a decision."""
    return _fitting(encode(value), constants.MAX_CONTROL_LENGTH, store)


def heartbeat_details(value: Any, store: ValueStore | None = None) -> str:
    """What a heartbeat tells."""
    return _fitting(encode(value), constants.MAX_HEARTBEAT_DETAILS_LENGTH, store)


def execution_context(value: Any, store: ValueStore | None = None) -> str:
    """What a decider tells of an execution."""
    return _fitting(encode(value), constants.MAX_EXECUTION_CONTEXT_LENGTH, store)


def reason(text: str | None, store: ValueStore | None = None) -> str | None:
    """Why something has failed, as text."""
    return None if text is None else _fitting(sendable(text), constants.MAX_REASON_LENGTH, store)


def details(text: str | None, store: ValueStore | None = None) -> str | None:
    """More about a failure, as text."""
    return None if text is None else _fitting(sendable(text), constants.MAX_DETAILS_LENGTH, store)


def identity(value: Any) -> str:
    """Who polls; the only field that is cut."""
    return shortened(value if isinstance(value, str) else encode(value), constants.MAX_IDENTITY_LENGTH)


def _fitting(text: str, limit: int, store: ValueStore | None) -> str:
    return (store or ValueStore()).fitting(text, limit=limit)
