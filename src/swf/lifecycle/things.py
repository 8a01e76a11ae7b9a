"""The things in an execution that live through several events.

Each keeps the events that made it what it is, so that nothing is copied out of them: an activity's
input is ``task.scheduled.attributes.input``, the reason of its failure ``task.closed.attributes.reason``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from swf.lifecycle.transitions import allows
from swf.protocol.base import Attributes
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskScheduled,
    DecisionTaskScheduled,
    LambdaFunctionScheduled,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
    StartChildWorkflowExecutionInitiated,
    TimerStarted,
)

Opening = TypeVar("Opening", bound=Attributes)


@dataclass(slots=True)
class Thing(Generic[Opening]):
    """What an opening event began and a closing event ends.

    *opened*, *started* and *closed* are events; the last two are None until they happen.
    """

    opened: HistoryEvent
    started: HistoryEvent | None = None
    closed: HistoryEvent | None = None

    @property
    def latest(self) -> HistoryEvent:
        """The event that gave the thing its present state."""
        return self.closed or self.started or self.opened

    @property
    def state(self) -> str:
        """The present state, e.g. ``scheduled``, ``started``, ``timed_out``."""
        return self.latest.attributes.STATE

    @property
    def is_open(self) -> bool:
        """Whether no closing event has happened yet."""
        return self.closed is None

    @property
    def wanted(self) -> Opening:
        """The attributes of the opening event: what was asked for."""
        return self.opened.attributes  # type: ignore[return-value]  # the type parameter says which

    def start(self, event: HistoryEvent) -> None:
        """Enters the started state."""
        assert allows(self.state, type(event.attributes)), f"event {event.id}: {event.type} after {self.state}"
        self.started = event

    def close(self, event: HistoryEvent) -> None:
        """Enters a last state."""
        assert allows(self.state, type(event.attributes)), f"event {event.id}: {event.type} after {self.state}"
        self.closed = event


@dataclass(slots=True)
class ActivityTask(Thing[ActivityTaskScheduled]):
    """One scheduled call of an activity; a retry is another task, mostly with the same activity id."""

    cancel_requested: HistoryEvent | None = None
    """The latest request to cancel, or None."""

    @property
    def id(self) -> str:
        """The activity id."""
        return self.wanted.activity_id

    @property
    def scheduled(self) -> HistoryEvent:
        """The event that scheduled the task."""
        return self.opened


@dataclass(slots=True)
class DecisionTask(Thing[DecisionTaskScheduled]):
    """One request to decide."""

    deliverable_since: float = 0.0
    """When it could first be handed out: later than its scheduling if another one ran. Seconds since 1970."""


@dataclass(slots=True)
class Timer(Thing[TimerStarted]):
    """A timer."""

    @property
    def id(self) -> str:
        """The timer id."""
        return self.wanted.timer_id


@dataclass(slots=True)
class Child(Thing[StartChildWorkflowExecutionInitiated]):
    """A child execution, as its parent sees it."""

    @property
    def id(self) -> str:
        """The workflow id."""
        return self.wanted.workflow_id


@dataclass(slots=True)
class ExternalRequest(
    Thing[SignalExternalWorkflowExecutionInitiated | RequestCancelExternalWorkflowExecutionInitiated]
):
    """A signal or cancel request on its way to another execution."""


@dataclass(slots=True)
class LambdaFunction(Thing[LambdaFunctionScheduled]):
    """One call of a Lambda function."""
