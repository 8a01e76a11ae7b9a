"""The execution itself: its start, what is asked of it from outside, its end."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import (
    CANCEL_REQUESTED_AUTOMATICALLY,
    CLOSE_REFUSED,
    CONTINUE_AS_NEW_REFUSED,
    TERMINATED_BY,
    Cause,
)
from swf.protocol.values import (
    Arn,
    ChildPolicy,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    SignalName,
    TagList,
    TaskList,
    TaskPriority,
    TerminateReason,
    TimeoutType,
    WorkflowExecution,
    WorkflowRunId,
    WorkflowRunIdOptional,
    WorkflowType,
)


class WorkflowExecutionStarted(Attributes, frozen=True, kw_only=True):
    """Event 1 of every history: the resolved configuration and the input."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "started"

    child_policy: ChildPolicy
    task_list: TaskList
    workflow_type: WorkflowType
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    tag_list: TagList | None = None
    continued_execution_run_id: WorkflowRunIdOptional | None = None
    parent_workflow_execution: WorkflowExecution | None = None
    parent_initiated_event_id: EventId | None = None
    lambda_role: Arn | None = None


class WorkflowExecutionSignaled(Attributes, frozen=True, kw_only=True):
    """A signal has arrived, expected or not; the external id is 0 when it came from the API."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "signaled"

    signal_name: SignalName
    input: Data | None = None
    external_workflow_execution: WorkflowExecution | None = None
    external_initiated_event_id: EventId | None = None


class WorkflowExecutionCancelRequested(Attributes, frozen=True, kw_only=True):
    """Somebody asks the execution to cancel; the decider decides. Repeated requests repeat the
    event.
    """

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "cancel_requested"
    CAUSES: ClassVar[frozenset[Cause]] = CANCEL_REQUESTED_AUTOMATICALLY

    external_workflow_execution: WorkflowExecution | None = None
    external_initiated_event_id: EventId | None = None
    cause: Cause | None = None


class WorkflowExecutionCompleted(Attributes, frozen=True, kw_only=True):
    """Closed with success, by a decision."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "completed"

    decision_task_completed_event_id: EventId
    result: Data | None = None


class CompleteWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The decision to complete was refused; the execution stays open."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "complete_failed"
    CAUSES: ClassVar[frozenset[Cause]] = CLOSE_REFUSED

    cause: Cause
    decision_task_completed_event_id: EventId


class WorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """Closed with a failure, by a decision."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "failed"

    decision_task_completed_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class FailWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The decision to fail was refused; the execution stays open."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "fail_failed"
    CAUSES: ClassVar[frozenset[Cause]] = CLOSE_REFUSED

    cause: Cause
    decision_task_completed_event_id: EventId


class WorkflowExecutionCanceled(Attributes, frozen=True, kw_only=True):
    """Closed as canceled, by a decision."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "canceled"

    decision_task_completed_event_id: EventId
    details: Data | None = None


class CancelWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The decision to cancel was refused; the execution stays open."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "cancel_failed"
    CAUSES: ClassVar[frozenset[Cause]] = CLOSE_REFUSED

    cause: Cause
    decision_task_completed_event_id: EventId


class WorkflowExecutionContinuedAsNew(Attributes, frozen=True, kw_only=True):
    """Closed, and a new run of the same workflow id begins with these values."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "continued_as_new"

    decision_task_completed_event_id: EventId
    new_execution_run_id: WorkflowRunId
    task_list: TaskList
    child_policy: ChildPolicy
    workflow_type: WorkflowType
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class ContinueAsNewWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The decision to continue as new was refused; the execution stays open."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "continue_as_new_failed"
    CAUSES: ClassVar[frozenset[Cause]] = CONTINUE_AS_NEW_REFUSED

    cause: Cause
    decision_task_completed_event_id: EventId


class WorkflowExecutionTimedOut(Attributes, frozen=True, kw_only=True):
    """Closed because executionStartToCloseTimeout has passed."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "timed_out"

    timeout_type: TimeoutType
    child_policy: ChildPolicy


class WorkflowExecutionTerminated(Attributes, frozen=True, kw_only=True):
    """Closed at once: by an operator, by the child policy of a parent, or by the event limit."""

    NOUN: ClassVar[str] = "WorkflowExecution"
    STATE: ClassVar[str] = "terminated"
    CAUSES: ClassVar[frozenset[Cause]] = TERMINATED_BY

    child_policy: ChildPolicy
    reason: TerminateReason | None = None
    details: Data | None = None
    cause: Cause | None = None
