"""The answering of one command on one execution: what it may look at, and the events it makes."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Protocol

from swf.lifecycle import Execution
from swf.protocol.base import Attributes
from swf.protocol.event import HistoryEvent, history_event
from swf.protocol.events import DecisionTaskScheduled
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import ActivityType, WorkflowType


class Types(Protocol):
    """What the machine asks about the types of the execution's domain; None for an unknown one."""

    def activity_type(self, type: ActivityType, /) -> ActivityTypeDetail | None: ...

    def workflow_type(self, type: WorkflowType, /) -> WorkflowTypeDetail | None: ...


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of an activity: when (seconds since 1970), and what it said."""

    at: float
    details: str | None


@dataclass(slots=True)
class Turn:
    """One command on *execution* at the time *now*; *events* are what it has made so far.

    *beats* maps a scheduled event id to the last heartbeat; heartbeats are not in the history.
    *up_since* is the start of the server: nobody could reach it before.
    """

    execution: Execution
    now: float
    types: Types
    beats: MutableMapping[int, Beat] = field(default_factory=dict)
    up_since: float = 0.0
    events: list[HistoryEvent] = field(default_factory=list)

    def emit(self, attributes: Attributes) -> HistoryEvent:
        """Appends an event to the history."""
        event = history_event(self.execution.last_event_id + 1, self.now, attributes)
        self.execution.evolve(event)
        self.events.append(event)
        return event

    def wake_decider(self) -> None:
        """Schedules a decision task, unless one waits already or the execution is closed."""
        execution = self.execution
        if execution.waiting_decision is not None or not execution.is_open:
            return
        override = execution.override
        started = execution.started
        self.emit(
            DecisionTaskScheduled(
                task_list=execution.task_list,
                task_priority=started.task_priority,
                start_to_close_timeout=started.task_start_to_close_timeout,
                schedule_to_start_timeout=(override.schedule_to_start if override else None) or "NONE",
            )
        )
