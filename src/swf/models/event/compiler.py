"""A thing of a history through all its events: what state it is in, and what brought it there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swf.exceptions import InconsistentStateError, TransitionError
from swf.lifecycle.transitions import AGAIN, NAMED_BY, NOTES, OPENED_BY, TRANSITIONS, follows
from swf.models.event.base import Event
from swf.protocol import wire
from swf.protocol.event import HistoryEvent

__all__ = ["CompiledEvent", "InconsistentStateError", "TransitionError"]


class CompiledEvent:
    """One activity, decision task, timer, child, ... through its events, another attempt under its id included.

    Events that change no state (signals, cancel requests, refusals of a second one) are among its events.
    """

    __slots__ = ("_attempt", "_facts", "_is_sealed", "attempts", "state", "type")

    type: str
    """The noun: ``ActivityTask``."""
    state: str
    """The present state."""
    attempts: int
    """How often it was begun, refusals included."""

    def __init__(self, event: Event | HistoryEvent) -> None:
        """Begins with *event*; raises InconsistentStateError if no such thing begins so."""
        fact = event.fact if isinstance(event, Event) else event
        self._facts = [fact]
        self._attempt = 0
        self._is_sealed = False
        self.state = _first_state(fact)
        self.type = fact.attributes.NOUN
        self.attempts = 1 if self.state in follows(self.type, None) else 0

    def transit(self, event: Event | HistoryEvent) -> CompiledEvent:
        """Takes in its next event; raises TransitionError if that does not follow from the present state, TypeError if
        the thing is sealed.
        """
        if self._is_sealed:
            raise TypeError(f"{self!r} is kept by its history; those of compile(), or a copy, can go on")
        fact = event.fact if isinstance(event, Event) else event
        attributes = fact.attributes
        noun, state = getattr(attributes, "NOUN", ""), getattr(attributes, "STATE", "")
        if noun != self.type:
            raise TransitionError(f"event {fact.id} ({fact.type}) is none of {self!r}", fact.id)
        # A refusal that names no opening event (0) is about another thing than the one that is open under the id.
        refers = getattr(attributes, OPENED_BY.get(noun, ""), None) != 0
        if refers and state in TRANSITIONS.get(noun, {}).get(self.state, ()):
            self.state = state
        elif self.state in AGAIN.get(noun, ()) and state in follows(noun, self.state):
            self._attempt = len(self._facts)
            self.attempts += 1
            self.state = state
        elif self.state not in NOTES.get(noun, {}).get(state, ()):
            raise TransitionError(
                f"event {fact.id} ({fact.type}) does not follow: since event {self._facts[-1].id}, {self.label} is "
                f"{self.state!r}, after which comes {_one_of(self.next_states)}",
                fact.id,
            )
        self._facts.append(fact)
        return self

    def seal(self) -> None:
        """Lets it go on no more: others will see it as it is now. A copy can."""
        self._is_sealed = True

    @property
    def id(self) -> str | None:
        """The id that a decider gave it: of the activity, timer, child workflow or function; None: it has none."""
        name: str | None = getattr(self._facts[0].attributes, NAMED_BY.get(self.type, ""), None)
        return name

    @property
    def label(self) -> str:
        """What it is, in words: ``ActivityTask 'charge-1'``."""
        return f"{self.type} {self.id!r}" if self.id is not None else f"{self.type} of event {self._facts[0].id}"

    @property
    def next_states(self) -> frozenset[str]:
        """The states that it can be in next; another attempt counts."""
        return follows(self.type, self.state)

    @property
    def is_open(self) -> bool:
        """Whether the present attempt has not ended."""
        return bool(TRANSITIONS.get(self.type, {}).get(self.state))

    @property
    def events(self) -> list[Event]:
        """All its events, in order."""
        return [Event.of(fact) for fact in self._facts]

    @property
    def first(self) -> Event:
        """Its first event."""
        return Event.of(self._facts[0])

    @property
    def latest(self) -> Event:
        """Its newest event."""
        return Event.of(self._facts[-1])

    @property
    def opened(self) -> HistoryEvent:
        """The fact that began the present attempt."""
        return self._facts[self._attempt]

    @property
    def started_id(self) -> int:
        """The event by which the present attempt was started; 0 if it was not."""
        for fact in self._facts[self._attempt :]:
            if fact.attributes.STATE == "started":
                return fact.id
        return 0

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self._facts)

    def __getattr__(self, name: str) -> Any:
        """The attribute of the newest event of the present attempt that has it: ``compiled.result``."""
        if name.startswith("_"):  # never an event's: copying asks for some before there are events
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        known = False
        for fact in reversed(self._facts[self._attempt :]):
            event = Event.of(fact)
            value = getattr(event, name, None)
            if value is not None:
                return value
            known = known or name in fact.attributes.__struct_fields__
        if known:
            return None
        raise AttributeError(f"no event of {self!r} has {name!r}")

    def __eq__(self, other: object) -> bool:
        return self._facts == other._facts if isinstance(other, CompiledEvent) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it goes on

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), wire.join_events(map(wire.encode, self._facts)))

    def __repr__(self) -> str:
        return f"<CompiledEvent {self.label} : {self.state}>"


def _again(kind: type[CompiledEvent], events: bytes) -> CompiledEvent:
    """The thing through the same events."""
    first, *others = wire.decode_events(events)
    thing = kind(first)
    for fact in others:
        thing.transit(fact)
    return thing


def _first_state(fact: HistoryEvent) -> str:
    attributes = fact.attributes
    noun: str | None = getattr(attributes, "NOUN", None)
    if noun is None:
        raise InconsistentStateError(f"event {fact.id} ({fact.type}) is of a type that is not known", fact.id)
    if attributes.STATE in follows(noun, None) or None in NOTES.get(noun, {}).get(attributes.STATE, ()):
        return attributes.STATE
    raise InconsistentStateError(
        f"event {fact.id} ({fact.type}): a {noun} begins as {_one_of(follows(noun, None))}, not as "
        f"{attributes.STATE!r}",
        fact.id,
    )


def _one_of(states: frozenset[str]) -> str:
    return " or ".join(map(repr, sorted(states))) if states else "nothing"
