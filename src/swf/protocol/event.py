"""The envelope of an event: its id, its time, and the attributes that say what happened."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from swf.protocol.base import Attributes, decapitalized
from swf.protocol.events import EVENTS


class HistoryEvent(
    Struct,
    frozen=True,
    gc=False,
    tag_field="eventType",
    rename={"id": "eventId", "timestamp": "eventTimestamp"},
):
    """One recorded fact of an execution.

    *id* counts 1, 2, 3 ... within its history. *timestamp* is in seconds since 1970 UTC, with
    milliseconds. The subclasses, one per event type, put *attributes* where the wire wants them.
    """

    id: int
    timestamp: float
    attributes: Attributes

    @property
    def type(self) -> str:
        """The event type as the wire spells it, e.g. ``ActivityTaskScheduled``."""
        return type(self.attributes).__name__


def _envelope(attributes: type[Attributes]) -> type[HistoryEvent]:
    name = attributes.__name__
    envelope: Any = msgspec.defstruct(
        f"{name}Event",
        [("attributes", attributes)],
        bases=(HistoryEvent,),
        tag=name,
        rename={"attributes": f"{decapitalized(name)}EventAttributes"},
        frozen=True,
        gc=False,
    )
    return envelope  # type: ignore[no-any-return]  # defstruct makes a subclass of its base


ENVELOPES: dict[type[Attributes], type[HistoryEvent]] = {attributes: _envelope(attributes) for attributes in EVENTS}
"""The envelope class of each attributes class."""


if TYPE_CHECKING:
    AnyEvent = HistoryEvent
else:
    AnyEvent = functools.reduce(operator.or_, ENVELOPES.values())  # what a decoder needs to know to choose the subclass


class UnknownAttributes(Attributes, frozen=True, kw_only=True):
    """The attributes of an event type that this library does not know: kept, not interpreted."""

    event_type: str
    members: dict[str, Any]
    """The whole event as decoded JSON, envelope included."""


class UnknownEvent(HistoryEvent, frozen=True, tag=False):
    """An event of a type from a newer SWF; :attr:`attributes` holds all of it."""

    @property
    def type(self) -> str:
        """The event type as the wire spells it."""
        assert isinstance(self.attributes, UnknownAttributes)
        return self.attributes.event_type


def history_event(id: int, timestamp: float, attributes: Attributes) -> HistoryEvent:
    """The event with these attributes."""
    return ENVELOPES[type(attributes)](id, timestamp, attributes)
