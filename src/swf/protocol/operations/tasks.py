"""Tasks: polled for by deciders and workers, and answered."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request, Word
from swf.protocol.decision import AnyDecision
from swf.protocol.values import (
    NO_EVENTS,
    ActivityId,
    ActivityType,
    Data,
    DomainName,
    DurationInSecondsOptional,
    EventId,
    EventList,
    FailureReason,
    Identity,
    LimitedData,
    PageSize,
    PageToken,
    TaskList,
    TaskToken,
    WorkflowExecution,
    WorkflowType,
)


class DecisionTask(Word, frozen=True, kw_only=True):
    """A decision task; or the empty answer of a poll that found none: the two event ids, both 0, and nothing else."""

    started_event_id: EventId
    task_token: TaskToken | None = None
    workflow_execution: WorkflowExecution | None = None
    workflow_type: WorkflowType | None = None
    events: EventList = NO_EVENTS
    next_page_token: PageToken | None = None
    previous_started_event_id: EventId | None = None


class ActivityTask(Word, frozen=True, kw_only=True):
    """An activity task; or the empty answer of a poll that found none: startedEventId 0 and nothing else."""

    started_event_id: EventId
    task_token: TaskToken | None = None
    activity_id: ActivityId | None = None
    workflow_execution: WorkflowExecution | None = None
    activity_type: ActivityType | None = None
    input: Data | None = None


class ActivityTaskStatus(Word, frozen=True, kw_only=True):
    """What a heartbeat learns."""

    cancel_requested: bool


class PollForDecisionTask(Request[DecisionTask], frozen=True, kw_only=True):
    """Waits for a decision task of a list, with the history to decide on."""

    RESULT: ClassVar = DecisionTask
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "LimitExceededFault",
    )

    domain: DomainName
    task_list: TaskList
    identity: Identity | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
    start_at_previous_started_event: bool | None = None


class RespondDecisionTaskCompleted(Request[None], frozen=True, kw_only=True):
    """Answers a decision task; the whole call is refused or the whole call is applied."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    task_token: TaskToken
    decisions: tuple[AnyDecision, ...] | None = None
    execution_context: Data | None = None
    task_list: TaskList | None = None
    task_list_schedule_to_start_timeout: DurationInSecondsOptional | None = None


class PollForActivityTask(Request[ActivityTask], frozen=True, kw_only=True):
    """Waits for an activity task of a list."""

    RESULT: ClassVar = ActivityTask
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "LimitExceededFault",
    )

    domain: DomainName
    task_list: TaskList
    identity: Identity | None = None


class RecordActivityTaskHeartbeat(Request[ActivityTaskStatus], frozen=True, kw_only=True):
    """Tells that an activity is alive, and asks whether it should cancel."""

    RESULT: ClassVar = ActivityTaskStatus
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    task_token: TaskToken
    details: LimitedData | None = None


class RespondActivityTaskCompleted(Request[None], frozen=True, kw_only=True):
    """Answers an activity task with a result."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    task_token: TaskToken
    result: Data | None = None


class RespondActivityTaskFailed(Request[None], frozen=True, kw_only=True):
    """Answers an activity task with a failure."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    task_token: TaskToken
    reason: FailureReason | None = None
    details: Data | None = None


class RespondActivityTaskCanceled(Request[None], frozen=True, kw_only=True):
    """Answers an activity task: it has canceled."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    task_token: TaskToken
    details: Data | None = None
