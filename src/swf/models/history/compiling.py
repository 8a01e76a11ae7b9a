"""From events to things: each event goes to the thing that it concerns, and must follow from its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

from swf.exceptions import InconsistentStateError
from swf.lifecycle.transitions import CLOSE_STATES, NAMED_BY, OPENED_BY, SHARED_IDS, TRANSITIONS, follows
from swf.models.event.compiler import CompiledEvent
from swf.protocol.event import HistoryEvent, UnknownAttributes
from swf.protocol.events import (
    DecisionTaskCompleted,
    RequestCancelExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionFailed,
    StartChildWorkflowExecutionFailed,
)

_LATER = (
    StartChildWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionFailed,
    RequestCancelExternalWorkflowExecutionFailed,
)
"""Failures that may come long after their decision: a service may write 0 for it."""


class CompiledHistory(Sequence[CompiledEvent]):
    """The things of a history, in the order in which they began: the execution, its tasks, timers, children, ..."""

    def __init__(self, things: Iterable[CompiledEvent]) -> None:
        self._things = tuple(things)

    @overload
    def __getitem__(self, index: int) -> CompiledEvent: ...

    @overload
    def __getitem__(self, index: slice) -> CompiledHistory: ...

    def __getitem__(self, index: int | slice) -> CompiledEvent | CompiledHistory:
        return CompiledHistory(self._things[index]) if isinstance(index, slice) else self._things[index]

    def __len__(self) -> int:
        return len(self._things)

    def __eq__(self, other: object) -> bool:
        return self._things == other._things if isinstance(other, CompiledHistory) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # what it holds goes on

    def of_type(self, type: str) -> list[CompiledEvent]:
        """The things of one noun: ``of_type("Timer")``."""
        return [thing for thing in self._things if thing.type == type]

    def find(self, type: str, id: str) -> CompiledEvent | None:
        """The latest thing of that noun and id; None if there is none."""
        return next((thing for thing in reversed(self._things) if thing.type == type and thing.id == id), None)

    def __repr__(self) -> str:
        return f"<CompiledHistory of {len(self)} things>"


def compiled(facts: Iterable[HistoryEvent]) -> CompiledHistory:
    """The things that these events tell, from event 1 on.

    Raises InconsistentStateError or TransitionError, which name the first event that a service cannot have written:
    an id or time out of order, an event after the close, a reference to what is not there, a state out of turn.
    """
    compiler = Compiler()
    for fact in facts:
        compiler.take(fact)
    return CompiledHistory(compiler.things)


class Compiler:
    """Takes events one after the other."""

    def __init__(self) -> None:
        self.things: list[CompiledEvent] = []
        self._execution: CompiledEvent | None = None
        self._decision: CompiledEvent | None = None
        """The decision task that was scheduled last."""
        self._by_opening: dict[tuple[str, int], CompiledEvent] = {}
        self._by_name: dict[tuple[str, str], CompiledEvent] = {}
        self._decided: set[int] = set()
        """The ids of DecisionTaskCompleted events."""
        self._last_id = 0
        self._last_timestamp = float("-inf")

    def take(self, fact: HistoryEvent) -> None:
        """Takes in the next event."""
        self._check_order(fact)
        attributes = fact.attributes
        if isinstance(attributes, UnknownAttributes):
            return
        cause = getattr(attributes, "decision_task_completed_event_id", None)
        may_be_unknown = cause == 0 and isinstance(attributes, _LATER)
        if cause is not None and cause not in self._decided and not may_be_unknown:
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}) names event {cause} as its decision, which is no DecisionTaskCompleted "
                "before it",
                fact.id,
            )
        thing = self._concerned(fact)
        if thing is None:
            thing = CompiledEvent(fact)
            self.things.append(thing)
        else:
            thing.transit(fact)
        self._remember(thing, fact)

    def _check_order(self, fact: HistoryEvent) -> None:
        if fact.id != self._last_id + 1:
            wanted = f"event {self._last_id + 1} comes next" if self._last_id else "a history begins with event 1"
            raise InconsistentStateError(f"event {fact.id} ({fact.type}) is out of order: {wanted}", fact.id)
        if fact.timestamp < self._last_timestamp:
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}) is of {fact.timestamp}, before the event before it", fact.id
            )
        if self._execution is None and (fact.id > 1 or fact.type != "WorkflowExecutionStarted"):
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}): a history begins with WorkflowExecutionStarted", fact.id
            )
        if self._execution is not None and self._execution.state in CLOSE_STATES:
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}) comes after the execution has {self._execution.state}", fact.id
            )
        self._last_id, self._last_timestamp = fact.id, fact.timestamp

    def _concerned(self, fact: HistoryEvent) -> CompiledEvent | None:
        """The thing that the event concerns; None: it begins one."""
        attributes = fact.attributes
        noun = attributes.NOUN
        if noun == "WorkflowExecution":
            return self._execution
        member = OPENED_BY.get(noun)
        opening: int = (getattr(attributes, member, 0) or 0) if member else 0
        if opening:
            return self._opened(fact, opening)
        if noun == "DecisionTask":
            latest = self._decision
            return latest if latest is not None and latest.state in ("scheduled", "timed_out") else None
        name = getattr(attributes, NAMED_BY.get(noun, ""), None)
        thing = self._by_name.get((noun, name)) if name is not None else None
        if thing is None or attributes.STATE not in follows(noun, None):
            return thing
        if not thing.next_states:
            return None  # the id is free again
        begins = attributes.STATE in TRANSITIONS[noun][None]
        return None if begins and noun in SHARED_IDS and thing.is_open else thing

    def _opened(self, fact: HistoryEvent, opening: int) -> CompiledEvent:
        """The thing that event *opening* began, after a look whether the two fit."""
        attributes = fact.attributes
        noun = attributes.NOUN
        thing = self._by_opening.get((noun, opening))
        if thing is None or thing.opened.id != opening:
            why = f"which began no {noun}" if thing is None else f"but event {thing.opened.id} has begun it again since"
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}) names event {opening} as its {OPENED_BY[noun]}, {why}", fact.id
            )
        if noun != "Timer":
            started: int | None = getattr(attributes, "started_event_id", None)
            if started is not None and started != thing.started_id:
                raise InconsistentStateError(
                    f"event {fact.id} ({fact.type}) names event {started} as its started_event_id, but {thing.label} "
                    f"was {f'started by event {thing.started_id}' if thing.started_id else 'not started'}",
                    fact.id,
                )
        name = getattr(attributes, NAMED_BY.get(noun, ""), None)
        if name is not None and name != thing.id:
            raise InconsistentStateError(
                f"event {fact.id} ({fact.type}) is about {name!r}, but event {opening} about {thing.id!r}", fact.id
            )
        return thing

    def _remember(self, thing: CompiledEvent, fact: HistoryEvent) -> None:
        noun = thing.type
        if isinstance(fact.attributes, DecisionTaskCompleted):
            self._decided.add(fact.id)
        if thing.opened is not fact:
            return
        self._by_opening[noun, fact.id] = thing
        if noun == "WorkflowExecution":
            self._execution = thing
        elif noun == "DecisionTask":
            self._decision = thing
        elif thing.id is not None:
            self._by_name[noun, thing.id] = thing
