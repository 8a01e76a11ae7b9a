"""One scheduled call of an activity, from its scheduling to its end."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import REQUEST_CANCEL_ACTIVITY_TASK_REFUSED, SCHEDULE_ACTIVITY_TASK_REFUSED, Cause
from swf.protocol.values import (
    ActivityId,
    ActivityType,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    Identity,
    LimitedData,
    TaskList,
    TaskPriority,
    TimeoutType,
)


class ActivityTaskScheduled(Attributes, frozen=True, kw_only=True):
    """A task waits for a worker, with all values resolved (decision, else type default)."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "scheduled"

    activity_type: ActivityType
    activity_id: ActivityId
    task_list: TaskList
    decision_task_completed_event_id: EventId
    input: Data | None = None
    control: Data | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None
    schedule_to_close_timeout: DurationInSecondsOptional | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    heartbeat_timeout: DurationInSecondsOptional | None = None


class ScheduleActivityTaskFailed(Attributes, frozen=True, kw_only=True):
    """The decision to schedule was refused."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "schedule_failed"
    CAUSES: ClassVar[frozenset[Cause]] = SCHEDULE_ACTIVITY_TASK_REFUSED

    activity_type: ActivityType
    activity_id: ActivityId
    cause: Cause
    decision_task_completed_event_id: EventId


class ActivityTaskStarted(Attributes, frozen=True, kw_only=True):
    """A worker has the task."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "started"

    scheduled_event_id: EventId
    identity: Identity | None = None


class ActivityTaskCompleted(Attributes, frozen=True, kw_only=True):
    """The worker has answered with a result."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "completed"

    scheduled_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class ActivityTaskFailed(Attributes, frozen=True, kw_only=True):
    """The worker has answered with a failure."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "failed"

    scheduled_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class ActivityTaskTimedOut(Attributes, frozen=True, kw_only=True):
    """One of the four timeouts has struck; startedEventId is 0 if nobody had started the task."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "timed_out"

    timeout_type: TimeoutType
    scheduled_event_id: EventId
    started_event_id: EventId
    details: LimitedData | None = None


class ActivityTaskCanceled(Attributes, frozen=True, kw_only=True):
    """The task is canceled: by its worker, or at once if nobody had started it (startedEventId 0)."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "canceled"

    scheduled_event_id: EventId
    started_event_id: EventId
    details: Data | None = None
    latest_cancel_requested_event_id: EventId | None = None


class ActivityTaskCancelRequested(Attributes, frozen=True, kw_only=True):
    """The decider asks the worker to cancel; workers learn it by heartbeat."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "cancel_requested"

    decision_task_completed_event_id: EventId
    activity_id: ActivityId


class RequestCancelActivityTaskFailed(Attributes, frozen=True, kw_only=True):
    """The decision to ask for a cancel was refused: no open activity has the id."""

    NOUN: ClassVar[str] = "ActivityTask"
    STATE: ClassVar[str] = "request_cancel_failed"
    CAUSES: ClassVar[frozenset[Cause]] = REQUEST_CANCEL_ACTIVITY_TASK_REFUSED

    activity_id: ActivityId
    cause: Cause
    decision_task_completed_event_id: EventId
