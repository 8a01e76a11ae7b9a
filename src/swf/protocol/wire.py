"""Words to JSON and back. Decoding checks types and limits at the speed of C."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from swf.protocol.event import ENVELOPES, AnyEvent, HistoryEvent, UnknownAttributes, UnknownEvent
from swf.protocol.faults import FAULTS, Fault, InternalFailure, OtherFault
from swf.protocol.values import NO_EVENTS

KNOWN_EVENTS = frozenset(attributes.__name__ for attributes in ENVELOPES)

_encoder = msgspec.json.Encoder()
_events = msgspec.json.Decoder(list[AnyEvent])
_event = msgspec.json.Decoder(AnyEvent)


def encode(word: msgspec.Struct) -> bytes:
    """The JSON of a word, compact, members that were not given left out."""
    if isinstance(word, UnknownEvent):
        assert isinstance(word.attributes, UnknownAttributes)
        return _encoder.encode(word.attributes.members)
    return _encoder.encode(word)


def decode_events(page: bytes | msgspec.Raw) -> list[HistoryEvent]:
    """The events of a JSON array, unknown types kept as :class:`UnknownEvent`; none if none are given.

    Raises :class:`msgspec.ValidationError` if an event is not as the API model says.
    """
    if page == NO_EVENTS:
        return []
    try:
        return _events.decode(page)
    except msgspec.ValidationError:
        return [_decode_event(body) for body in msgspec.json.decode(page, type=list[msgspec.Raw])]


class _AnyEvent(msgspec.Struct, rename="camel"):
    """What every event has."""

    event_id: int
    event_timestamp: float
    event_type: str


def _decode_event(body: msgspec.Raw) -> HistoryEvent:
    try:
        return _event.decode(body)
    except msgspec.ValidationError:
        known = msgspec.json.decode(body, type=_AnyEvent)
        if known.event_type in KNOWN_EVENTS:
            raise
        members: dict[str, Any] = msgspec.json.decode(body)
        return UnknownEvent(
            known.event_id, known.event_timestamp, UnknownAttributes(event_type=known.event_type, members=members)
        )


def join_events(bodies: Iterable[bytes]) -> bytes:
    """The JSON array of events that are encoded already."""
    return b"[%b]" % b",".join(bodies)


def encode_json(value: object) -> bytes:
    """The JSON of a plain value, compact."""
    return _encoder.encode(value)


def encode_fault(fault: Fault) -> bytes:
    """The body of an error answer; its status is ``fault.STATUS``."""
    return _encoder.encode({"__type": f"{fault.NAMESPACE}#{fault.code}", "message": fault.message})


def decode_fault(body: bytes, status: int = 400) -> Fault:
    """The fault in the body of an error answer; what cannot be read is an InternalFailure that quotes it."""
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return InternalFailure(f"status {status}: {body[:200].decode(errors='replace')}")
    code = str(answer.get("__type", "InternalFailure")).rpartition("#")[2]
    message = str(answer.get("message") or answer.get("Message") or "")
    known = FAULTS.get(code)
    return known(message) if known else OtherFault(message, code=code, status=status)
