"""The request to decide, from its scheduling to its end."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.values import Data, DurationInSecondsOptional, EventId, Identity, TaskList, TaskPriority, TimeoutType


class DecisionTaskScheduled(Attributes, frozen=True, kw_only=True):
    """The execution waits for a decider; written at once, also while another decision task runs."""

    NOUN: ClassVar[str] = "DecisionTask"
    STATE: ClassVar[str] = "scheduled"

    task_list: TaskList
    task_priority: TaskPriority | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None


class DecisionTaskStarted(Attributes, frozen=True, kw_only=True):
    """A decider has the task; the poll that took it shows events up to this one."""

    NOUN: ClassVar[str] = "DecisionTask"
    STATE: ClassVar[str] = "started"

    scheduled_event_id: EventId
    identity: Identity | None = None


class DecisionTaskCompleted(Attributes, frozen=True, kw_only=True):
    """The decider has answered; a task list here overrides the one of the execution."""

    NOUN: ClassVar[str] = "DecisionTask"
    STATE: ClassVar[str] = "completed"

    scheduled_event_id: EventId
    started_event_id: EventId
    execution_context: Data | None = None
    task_list: TaskList | None = None
    task_list_schedule_to_start_timeout: DurationInSecondsOptional | None = None


class DecisionTaskTimedOut(Attributes, frozen=True, kw_only=True):
    """Nobody took the task (startedEventId 0) or nobody answered it in time."""

    NOUN: ClassVar[str] = "DecisionTask"
    STATE: ClassVar[str] = "timed_out"

    timeout_type: TimeoutType
    scheduled_event_id: EventId
    started_event_id: EventId
