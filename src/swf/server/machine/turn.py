"""The answering of one command on one execution: what it may look at, and the events it makes."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Protocol

from swf.lifecycle import Execution
from swf.protocol.base import Attributes, DecisionAttributes
from swf.protocol.event import HistoryEvent, history_event
from swf.protocol.events import DecisionTaskScheduled
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import ActivityType, WorkflowExecution, WorkflowType
from swf.server.machine.outbox import Command
from swf.server.machine.quotas import Quotas


class World(Protocol):
    """What the machine asks about the world outside the execution: its domain, and what the service can do."""

    @property
    def quotas(self) -> Quotas:
        """The quotas to keep."""

    @property
    def open_execution_count(self) -> int:
        """How many executions of the domain are open."""

    @property
    def calls_functions(self) -> bool:
        """Whether there is somebody who calls Lambda functions."""

    def activity_type(self, type: ActivityType, /) -> ActivityTypeDetail | None:
        """The activity type of the domain, None if it is unknown."""

    def workflow_type(self, type: WorkflowType, /) -> WorkflowTypeDetail | None:
        """The workflow type of the domain, None if it is unknown."""

    def admits(self, decision: type[DecisionAttributes], /) -> bool:
        """Whether the rate of such decisions allows one more; asking counts as one."""

    def new_run_id(self) -> str:
        """An id for a run that is about to begin."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of an activity: when (seconds since 1970), and what it said."""

    at: float
    details: str | None


@dataclass(slots=True)
class Turn:
    """One command on *execution* at the time *now*; *events* are what it has made so far.

    *beats* maps a scheduled event id to the last heartbeat; heartbeats are not in the history.
    *up_since* is the start of the server: nobody could reach it before. *outbox* holds what is to happen to
    other executions, or to this one in a turn of its own: each after this turn, at a later time.
    """

    execution: Execution
    now: float
    name: WorkflowExecution
    world: World
    beats: MutableMapping[int, Beat] = field(default_factory=dict)
    up_since: float = 0.0
    events: list[HistoryEvent] = field(default_factory=list)
    outbox: list[Command] = field(default_factory=list)

    def emit(self, attributes: Attributes) -> HistoryEvent:
        """Appends an event to the history."""
        event = history_event(self.execution.last_event_id + 1, self.now, attributes)
        self.execution.evolve(event)
        self.events.append(event)
        return event

    def send(self, command: Command) -> None:
        """Puts a command into the outbox."""
        self.outbox.append(command)

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
