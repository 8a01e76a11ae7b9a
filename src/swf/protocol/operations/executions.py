"""Executions: start them, speak to them, stop them, read them."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request, Word
from swf.protocol.operations.visibility import WorkflowExecutionInfo
from swf.protocol.values import (
    Arn,
    ChildPolicy,
    Count,
    Data,
    DomainName,
    DurationInSeconds,
    DurationInSecondsOptional,
    EventList,
    ExecutionTimeout,
    OpenDecisionTasksCount,
    PageSize,
    PageToken,
    SignalName,
    TagList,
    TaskList,
    TaskPriority,
    TerminateReason,
    Timestamp,
    WorkflowExecution,
    WorkflowId,
    WorkflowRunId,
    WorkflowRunIdOptional,
    WorkflowType,
)


class Run(Word, frozen=True, kw_only=True):
    """The run that was started."""

    run_id: WorkflowRunId | None = None


class WorkflowExecutionConfiguration(Word, frozen=True, kw_only=True):
    """What an execution was started with."""

    task_start_to_close_timeout: DurationInSeconds
    execution_start_to_close_timeout: DurationInSeconds
    task_list: TaskList
    child_policy: ChildPolicy
    task_priority: TaskPriority | None = None
    lambda_role: Arn | None = None


class WorkflowExecutionOpenCounts(Word, frozen=True, kw_only=True):
    """How many things of an execution are open."""

    open_activity_tasks: Count
    open_decision_tasks: OpenDecisionTasksCount
    open_timers: Count
    open_child_workflow_executions: Count
    open_lambda_functions: Count | None = None


class WorkflowExecutionDetail(Word, frozen=True, kw_only=True):
    """All that the service tells of one execution."""

    execution_info: WorkflowExecutionInfo
    execution_configuration: WorkflowExecutionConfiguration
    open_counts: WorkflowExecutionOpenCounts
    latest_activity_task_timestamp: Timestamp | None = None
    latest_execution_context: Data | None = None


class History(Word, frozen=True, kw_only=True):
    """A page of events."""

    events: EventList
    next_page_token: PageToken | None = None


class StartWorkflowExecution(Request[Run], frozen=True, kw_only=True):
    """Starts an execution; what is left out comes from the defaults of its type."""

    RESULT: ClassVar = Run
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeDeprecatedFault",
        "WorkflowExecutionAlreadyStartedFault",
        "LimitExceededFault",
        "DefaultUndefinedFault",
    )

    domain: DomainName
    workflow_id: WorkflowId
    workflow_type: WorkflowType
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    input: Data | None = None
    execution_start_to_close_timeout: ExecutionTimeout | None = None
    tag_list: TagList | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    lambda_role: Arn | None = None


class SignalWorkflowExecution(Request[None], frozen=True, kw_only=True):
    """Sends a signal to an open execution."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    workflow_id: WorkflowId
    signal_name: SignalName
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None


class RequestCancelWorkflowExecution(Request[None], frozen=True, kw_only=True):
    """Asks an open execution to cancel; its decider decides."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None


class TerminateWorkflowExecution(Request[None], frozen=True, kw_only=True):
    """Closes an open execution at once."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None
    reason: TerminateReason | None = None
    details: Data | None = None
    child_policy: ChildPolicy | None = None


class DescribeWorkflowExecution(Request[WorkflowExecutionDetail], frozen=True, kw_only=True):
    """Tells state, configuration and open counts of one run."""

    RESULT: ClassVar = WorkflowExecutionDetail
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    execution: WorkflowExecution


class GetWorkflowExecutionHistory(Request[History], frozen=True, kw_only=True):
    """Reads the events of one run, open or closed."""

    RESULT: ClassVar = History
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    execution: WorkflowExecution
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
