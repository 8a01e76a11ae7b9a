"""A history: the events of an execution as a list that can be read, searched, folded and compiled."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import msgspec

from swf.lifecycle import Execution, fold
from swf.lifecycle.transitions import CLOSE_STATES
from swf.models.event import Event
from swf.models.event.factory import decoded, fact_of, facts_of
from swf.models.history.compiling import CompiledHistory, compiled
from swf.protocol import wire
from swf.protocol.event import HistoryEvent

_ABSENT: Final = object()
_FROM_EVENTS: Final = frozenset({"facts", "compiled", "execution"})
"""The attributes of a history that are made of its events."""


class History(Sequence[Event]):
    """Events in their order. Every iteration begins anew; a slice is a history."""

    def __init__(
        self, events: Iterable[Event | HistoryEvent | Mapping[str, Any]] | None = None, raw: Any = None
    ) -> None:
        """*events* may also be as the service or boto3 gives them. *raw* is what they came from, kept for whoever wants
        it. Raises TypeError for what is no event.
        """
        self.facts: list[HistoryEvent] = [
            event if isinstance(event, HistoryEvent) else _fact(event) for event in (() if events is None else events)
        ]
        """The events as values of :mod:`swf.protocol`."""
        self.raw = raw

    @classmethod
    def from_event_list(cls, events: Iterable[Mapping[str, Any]]) -> History:
        """The history in a list of events as the service or boto3 gives them."""
        raws = list(events)
        return cls(facts_of(raws), raw=raws)

    @classmethod
    def from_json(cls, text: bytes | str | msgspec.Raw) -> History:
        """The history in a JSON array of events: the fastest way."""
        return cls(decoded(text.encode() if isinstance(text, str) else text))

    def to_json(self) -> bytes:
        """The JSON array of the events, as the service sends it."""
        return wire.join_events(map(wire.encode, self.facts))

    def __len__(self) -> int:
        return len(self.facts)

    def __iter__(self) -> Iterator[Event]:
        return map(Event.of, self.facts)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> History: ...

    def __getitem__(self, index: int | slice) -> Event | History:
        if isinstance(index, slice):
            return History(self.facts[index])
        if isinstance(index, int):
            return Event.of(self.facts[index])
        raise TypeError(f"a history is indexed by numbers and slices, not by {index!r}")

    def __add__(self, other: History) -> History:
        return History([*self.facts, *other.facts]) if isinstance(other, History) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return self.facts == other.facts if isinstance(other, History) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as for lists

    @property
    def events(self) -> list[Event]:
        """The events."""
        return list(self)

    @property
    def first(self) -> Event:
        """The first event."""
        return self[0]

    @property
    def last(self) -> Event:
        """The last event."""
        return self[-1]

    def latest(self, n: int) -> History:
        """The last *n* events."""
        return self[max(0, len(self) - n) :]

    @property
    def reversed(self) -> Iterator[Event]:
        """The events, the last one first."""
        return map(Event.of, reversed(self.facts))

    @property
    def finished(self) -> bool:
        """Whether the execution has ended: its last event closes it."""
        return bool(self.facts) and self.last.type == "WorkflowExecution" and self.last.state in CLOSE_STATES

    def filter(self, **values: Any) -> list[Event]:
        """The events that have all these attributes: ``filter(type="ActivityTask", state="failed")``."""
        return [
            event for event in self if all(getattr(event, name, _ABSENT) == value for name, value in values.items())
        ]

    @property
    def distinct(self) -> list[History]:
        """The events in runs of the same type."""
        return [
            History(run)
            for _, run in itertools.groupby(self.facts, lambda fact: getattr(fact.attributes, "NOUN", fact.type))
        ]

    def compile(self) -> CompiledHistory:
        """The things of the execution through their events, checked.

        Raises InconsistentStateError or TransitionError, which name the first event that no service has written.
        """
        return compiled(self.facts)

    @functools.cached_property
    def compiled(self) -> CompiledHistory:
        """What :meth:`compile` gives, once; as it is kept, its things cannot go on."""
        things = self.compile()
        for thing in things:
            thing.seal()
        return things

    @functools.cached_property
    def execution(self) -> Execution:
        """The execution that the events tell, folded; checked as :meth:`compile` checks."""
        _ = self.compiled
        return fold(self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        others = {name: value for name, value in self.__dict__.items() if name not in _FROM_EVENTS}
        return _again, (type(self), self.to_json()), others

    def __repr__(self) -> str:
        return f"<History of {len(self)} events>"


def _fact(event: object) -> HistoryEvent:
    if isinstance(event, Event):
        return event.fact
    if isinstance(event, Mapping):
        return fact_of(event)
    raise TypeError(f"events: {event!r} is none, as the service, boto3 or swf.models has them")


def _again(kind: type[History], events: bytes) -> History:
    """A history of these events, to which its other attributes are still to be given."""
    history = kind.__new__(kind)
    history.facts = decoded(events)
    return history
