"""Which executions and tasks are there: lists and counts."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request, Word
from swf.protocol.values import (
    CloseStatus,
    Count,
    DomainName,
    ExecutionStatus,
    Name,
    PageSize,
    PageToken,
    Tag,
    TagList,
    TaskList,
    Timestamp,
    VersionOptional,
    WorkflowExecution,
    WorkflowId,
    WorkflowType,
)


class WorkflowExecutionInfo(Word, frozen=True, kw_only=True):
    """State of an execution, as lists show it."""

    execution: WorkflowExecution
    workflow_type: WorkflowType
    start_timestamp: Timestamp
    execution_status: ExecutionStatus
    close_timestamp: Timestamp | None = None
    close_status: CloseStatus | None = None
    parent: WorkflowExecution | None = None
    tag_list: TagList | None = None
    cancel_requested: bool | None = None


class ExecutionTimeFilter(Word, frozen=True, kw_only=True):
    """A span of time, both ends included; no latest date means now."""

    oldest_date: Timestamp
    latest_date: Timestamp | None = None


class WorkflowExecutionFilter(Word, frozen=True, kw_only=True):
    """Executions of one workflow id."""

    workflow_id: WorkflowId


class WorkflowTypeFilter(Word, frozen=True, kw_only=True):
    """Executions of one workflow type; an exact version or any."""

    name: Name
    version: VersionOptional | None = None


class TagFilter(Word, frozen=True, kw_only=True):
    """Executions that carry a tag."""

    tag: Tag


class CloseStatusFilter(Word, frozen=True, kw_only=True):
    """Executions that closed in one way."""

    status: CloseStatus


class WorkflowExecutionInfos(Word, frozen=True, kw_only=True):
    """A page of executions."""

    execution_infos: tuple[WorkflowExecutionInfo, ...]
    next_page_token: PageToken | None = None


class WorkflowExecutionCount(Word, frozen=True, kw_only=True):
    """How many executions; truncated is always false here."""

    count: Count
    truncated: bool | None = None


class PendingTaskCount(Word, frozen=True, kw_only=True):
    """How many tasks wait in a list; truncated is always false here."""

    count: Count
    truncated: bool | None = None


class ListOpenWorkflowExecutions(Request[WorkflowExecutionInfos], frozen=True, kw_only=True):
    """Lists open executions, newest start first; at most one filter beside the time."""

    RESULT: ClassVar = WorkflowExecutionInfos
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    start_time_filter: ExecutionTimeFilter
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
    execution_filter: WorkflowExecutionFilter | None = None


class ListClosedWorkflowExecutions(Request[WorkflowExecutionInfos], frozen=True, kw_only=True):
    """Lists closed executions by start or close time, newest first; at most one filter beside the
    time.
    """

    RESULT: ClassVar = WorkflowExecutionInfos
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    start_time_filter: ExecutionTimeFilter | None = None
    close_time_filter: ExecutionTimeFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None
    close_status_filter: CloseStatusFilter | None = None
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class CountOpenWorkflowExecutions(Request[WorkflowExecutionCount], frozen=True, kw_only=True):
    """Counts open executions."""

    RESULT: ClassVar = WorkflowExecutionCount
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    start_time_filter: ExecutionTimeFilter
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None


class CountClosedWorkflowExecutions(Request[WorkflowExecutionCount], frozen=True, kw_only=True):
    """Counts closed executions."""

    RESULT: ClassVar = WorkflowExecutionCount
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    start_time_filter: ExecutionTimeFilter | None = None
    close_time_filter: ExecutionTimeFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    close_status_filter: CloseStatusFilter | None = None


class CountPendingActivityTasks(Request[PendingTaskCount], frozen=True, kw_only=True):
    """Counts the activity tasks that wait in a list."""

    RESULT: ClassVar = PendingTaskCount
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    task_list: TaskList


class CountPendingDecisionTasks(Request[PendingTaskCount], frozen=True, kw_only=True):
    """Counts the decision tasks that wait in a list."""

    RESULT: ClassVar = PendingTaskCount
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    task_list: TaskList
