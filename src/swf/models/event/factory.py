"""From what a service sends to events."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from swf.exceptions import ResponseError
from swf.models.event.base import Event
from swf.protocol import wire
from swf.protocol.event import HistoryEvent


class EventFactory:
    """``EventFactory(raw)`` is the event that *raw* shows: JSON values as the service or boto3 gives them."""

    def __new__(cls, raw: Mapping[str, Any]) -> Event:  # type: ignore[misc]  # a factory, named as the seed named it
        return Event.of(fact_of(raw))


def fact_of(raw: Mapping[str, Any]) -> HistoryEvent:
    """The fact in an event as plain values; raises ResponseError if it is none."""
    (fact,) = facts_of([raw])
    return fact


def facts_of(raws: Iterable[Mapping[str, Any]]) -> list[HistoryEvent]:
    """The facts in events as plain values; raises ResponseError if one is none."""
    return decoded(msgspec.json.encode([_with_number(raw) for raw in raws]))


def decoded(page: bytes | msgspec.Raw) -> list[HistoryEvent]:
    """The facts in a JSON array of events; raises ResponseError if one is none."""
    try:
        return wire.decode_events(page)
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as error:
        raise ResponseError(f"no events: {error}") from error


def _with_number(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event with its time in seconds, which boto3 has made a moment."""
    at = raw.get("eventTimestamp")
    return {**raw, "eventTimestamp": at.timestamp()} if isinstance(at, datetime.datetime) else raw
