"""What a decider can answer: the attributes of all 13 decision types."""

from __future__ import annotations

from swf.protocol.base import DecisionAttributes
from swf.protocol.values import (
    ActivityId,
    ActivityType,
    Arn,
    ChildPolicy,
    Data,
    DurationInSeconds,
    DurationInSecondsOptional,
    FailureReason,
    FunctionId,
    FunctionInput,
    FunctionName,
    MarkerName,
    SignalName,
    TagList,
    TaskList,
    TaskPriority,
    TimerId,
    Version,
    WorkflowId,
    WorkflowRunIdOptional,
    WorkflowType,
)


class CompleteWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Closes the execution with success."""

    result: Data | None = None


class StartTimer(DecisionAttributes, frozen=True, kw_only=True):
    """Starts a timer; 0 seconds fire at once, in a transaction of their own."""

    timer_id: TimerId
    start_to_fire_timeout: DurationInSeconds
    control: Data | None = None


class RequestCancelExternalWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Asks another execution of the domain to cancel."""

    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class SignalExternalWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Sends a signal to another execution of the domain."""

    workflow_id: WorkflowId
    signal_name: SignalName
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None
    control: Data | None = None


class CancelTimer(DecisionAttributes, frozen=True, kw_only=True):
    """Stops an open timer."""

    timer_id: TimerId


class RecordMarker(DecisionAttributes, frozen=True, kw_only=True):
    """Leaves a note in the history."""

    marker_name: MarkerName
    details: Data | None = None


class ScheduleActivityTask(DecisionAttributes, frozen=True, kw_only=True):
    """Schedules an activity; what is left out comes from the defaults of its type."""

    activity_type: ActivityType
    activity_id: ActivityId
    control: Data | None = None
    input: Data | None = None
    schedule_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    heartbeat_timeout: DurationInSecondsOptional | None = None


class ContinueAsNewWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Closes the run and starts a new one of the same workflow id."""

    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    tag_list: TagList | None = None
    workflow_type_version: Version | None = None
    lambda_role: Arn | None = None


class ScheduleLambdaFunction(DecisionAttributes, frozen=True, kw_only=True):
    """Calls an AWS Lambda function."""

    id: FunctionId
    name: FunctionName
    control: Data | None = None
    input: FunctionInput | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None


class FailWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Closes the execution with a failure."""

    reason: FailureReason | None = None
    details: Data | None = None


class RequestCancelActivityTask(DecisionAttributes, frozen=True, kw_only=True):
    """Asks the worker of an open activity to cancel; one that nobody started is canceled at once."""

    activity_id: ActivityId


class StartChildWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Starts a child execution; what is left out comes from the defaults of its type."""

    workflow_type: WorkflowType
    workflow_id: WorkflowId
    control: Data | None = None
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class CancelWorkflowExecution(DecisionAttributes, frozen=True, kw_only=True):
    """Closes the execution as canceled."""

    details: Data | None = None


DECISIONS: tuple[type[DecisionAttributes], ...] = (
    CompleteWorkflowExecution,
    StartTimer,
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
    CancelTimer,
    RecordMarker,
    ScheduleActivityTask,
    ContinueAsNewWorkflowExecution,
    ScheduleLambdaFunction,
    FailWorkflowExecution,
    RequestCancelActivityTask,
    StartChildWorkflowExecution,
    CancelWorkflowExecution,
)
"""Every decision type, in the order in which the service lists them in its messages."""

CLOSING: tuple[type[DecisionAttributes], ...] = (
    CompleteWorkflowExecution,
    FailWorkflowExecution,
    CancelWorkflowExecution,
    ContinueAsNewWorkflowExecution,
)
"""The decisions that close the execution; one may stand last in an answer."""
