"""Events as objects: what happened to what, and what can happen next."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import msgspec

from swf import format
from swf.lifecycle.transitions import NOTES, REFUSED, follows
from swf.protocol import wire
from swf.protocol.base import Attributes, wire_name
from swf.protocol.event import HistoryEvent, UnknownAttributes
from swf.utils import moment_of


class Event:
    """One fact of a history.

    Every attribute that Amazon gives an event is one of the object's, in snake case: ``event.activity_id``. One that
    the service did not send is None.
    """

    __slots__ = ("fact",)

    TYPE: ClassVar[str] = ""
    """The noun of the class; "" for the class of events that are not known."""
    CLASSES: ClassVar[dict[str, type[Event]]] = {}
    """The class of each noun."""

    fact: HistoryEvent

    def __init__(self, fact: HistoryEvent) -> None:
        object.__setattr__(self, "fact", fact)

    def __init_subclass__(cls) -> None:
        Event.CLASSES[cls.TYPE] = cls

    @staticmethod
    def of(fact: HistoryEvent) -> Event:
        """The object for a fact, of the class of its noun."""
        return Event.CLASSES.get(getattr(fact.attributes, "NOUN", ""), UnknownEvent)(fact)

    @property
    def id(self) -> int:
        """Its place in the history, from 1."""
        return self.fact.id

    @property
    def name(self) -> str:
        """The event type as Amazon spells it: ``ActivityTaskScheduled``."""
        return self.fact.type

    @property
    def type(self) -> str:
        """The noun: ``ActivityTask``."""
        return self.fact.attributes.NOUN

    @property
    def state(self) -> str:
        """What became of the noun: ``scheduled``."""
        return self.fact.attributes.STATE

    @property
    def timestamp(self) -> datetime.datetime:
        """When it was recorded: aware, UTC."""
        return moment_of(self.fact.timestamp)

    @property
    def attributes(self) -> Attributes:
        """All attributes, typed."""
        return self.fact.attributes

    @property
    def input(self) -> Any:
        """The input, decoded; None if there is none."""
        return format.decode(getattr(self.fact.attributes, "input", None))

    @property
    def control(self) -> Any:
        """The control, decoded; None if there is none."""
        return format.decode(getattr(self.fact.attributes, "control", None))

    @property
    def changes_state(self) -> bool:
        """Whether the thing is in another state from here on. Signals, requests and refusals change none."""
        return self.state not in NOTES.get(self.type, ()) or self.state in REFUSED.get(self.type, ())

    @property
    def next_states(self) -> frozenset[str]:
        """The states that the thing can be in next; empty after a last one."""
        return follows(self.type, self.state)

    @property
    def raw(self) -> dict[str, Any]:
        """The event as the service sends it, as plain values."""
        raw: dict[str, Any] = msgspec.json.decode(wire.encode(self.fact))
        return raw

    def __getattr__(self, name: str) -> Any:
        attributes = object.__getattribute__(self, "fact").attributes
        if name in attributes.__struct_fields__:
            return getattr(attributes, name)
        raise AttributeError(f"{self.fact.type} has no {name!r}, but {', '.join(attributes.__struct_fields__)}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"an event is a fact: {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an event is a fact: {name!r} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        return self.fact == other.fact if isinstance(other, Event) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.fact.id, self.fact.timestamp))

    def __reduce__(self) -> tuple[Any, ...]:
        return _read, (wire.encode(self.fact),)

    def __repr__(self) -> str:
        return f"<Event {self.id} {self.type} : {self.state}>"


def _read(text: bytes) -> Event:
    (fact,) = wire.decode_events(b"[%b]" % text)
    return Event.of(fact)


class WorkflowExecutionEvent(Event):
    """Something happened to the execution itself."""

    __slots__ = ()
    TYPE = "WorkflowExecution"


class DecisionTaskEvent(Event):
    """Something happened to a decision task."""

    __slots__ = ()
    TYPE = "DecisionTask"


class ActivityTaskEvent(Event):
    """Something happened to an activity task."""

    __slots__ = ()
    TYPE = "ActivityTask"


class ChildWorkflowExecutionEvent(Event):
    """Something happened to a child execution."""

    __slots__ = ()
    TYPE = "ChildWorkflowExecution"


class ExternalWorkflowExecutionEvent(Event):
    """A signal or cancel request to another execution got further."""

    __slots__ = ()
    TYPE = "ExternalWorkflowExecution"


class MarkerEvent(Event):
    """A marker was recorded, or not."""

    __slots__ = ()
    TYPE = "Marker"


class TimerEvent(Event):
    """Something happened to a timer."""

    __slots__ = ()
    TYPE = "Timer"


class LambdaFunctionEvent(Event):
    """Something happened to the call of a Lambda function."""

    __slots__ = ()
    TYPE = "LambdaFunction"


class UnknownEvent(Event):
    """An event of a type that this library does not know: kept, not interpreted. :attr:`raw` has all of it."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The whole event type."""
        return self.fact.type

    @property
    def state(self) -> str:
        """Not known."""
        return "unknown"

    @property
    def changes_state(self) -> bool:
        """Nobody knows."""
        return False

    @property
    def raw(self) -> dict[str, Any]:
        """The event as the service sent it."""
        return dict(self._members)

    @property
    def input(self) -> Any:
        """The input, if it has one where events have it."""
        return format.decode(self._attribute("input"))

    @property
    def control(self) -> Any:
        """The control, if it has one where events have it."""
        return format.decode(self._attribute("control"))

    @property
    def _members(self) -> dict[str, Any]:
        assert isinstance(self.fact.attributes, UnknownAttributes)
        return self.fact.attributes.members

    def _attribute(self, name: str) -> Any:
        name_on_wire = wire_name(name)
        found = [m for key, m in self._members.items() if key.endswith("EventAttributes") and isinstance(m, dict)]
        return found[0].get(name_on_wire) if found else None

    def __getattr__(self, name: str) -> Any:
        value = None if name.startswith("__") else self._attribute(name)
        if value is None:
            raise AttributeError(f"{self.fact.type} has no {name!r}")
        return value
