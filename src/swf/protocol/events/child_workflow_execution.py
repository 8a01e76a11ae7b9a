"""Child executions, as their parent sees them."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import START_CHILD_REFUSED, Cause
from swf.protocol.values import (
    Arn,
    ChildPolicy,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    TagList,
    TaskList,
    TaskPriority,
    TimeoutType,
    WorkflowExecution,
    WorkflowId,
    WorkflowType,
)


class StartChildWorkflowExecutionInitiated(Attributes, frozen=True, kw_only=True):
    """The service is going to start a child, with all values resolved."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "start_initiated"

    workflow_id: WorkflowId
    workflow_type: WorkflowType
    task_list: TaskList
    decision_task_completed_event_id: EventId
    child_policy: ChildPolicy
    control: Data | None = None
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class StartChildWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """No child was started; initiatedEventId is 0 if the refusal came before anything was
    initiated.
    """

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "start_failed"
    CAUSES: ClassVar[frozenset[Cause]] = START_CHILD_REFUSED

    workflow_type: WorkflowType
    cause: Cause
    workflow_id: WorkflowId
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    control: Data | None = None


class ChildWorkflowExecutionStarted(Attributes, frozen=True, kw_only=True):
    """The child runs, under this run id."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "started"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    initiated_event_id: EventId


class ChildWorkflowExecutionCompleted(Attributes, frozen=True, kw_only=True):
    """The child has completed."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "completed"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    initiated_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class ChildWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The child has failed."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "failed"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    initiated_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class ChildWorkflowExecutionTimedOut(Attributes, frozen=True, kw_only=True):
    """The child has timed out."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "timed_out"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    timeout_type: TimeoutType
    initiated_event_id: EventId
    started_event_id: EventId


class ChildWorkflowExecutionCanceled(Attributes, frozen=True, kw_only=True):
    """The child has canceled itself."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "canceled"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    initiated_event_id: EventId
    started_event_id: EventId
    details: Data | None = None


class ChildWorkflowExecutionTerminated(Attributes, frozen=True, kw_only=True):
    """The child was terminated."""

    NOUN: ClassVar[str] = "ChildWorkflowExecution"
    STATE: ClassVar[str] = "terminated"

    workflow_execution: WorkflowExecution
    workflow_type: WorkflowType
    initiated_event_id: EventId
    started_event_id: EventId
