"""Operations that list and count: executions, and tasks that wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from swf.protocol import texts
from swf.protocol.base import Request, wire_name
from swf.protocol.operations import (
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    ExecutionTimeFilter,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
    PendingTaskCount,
    WorkflowExecutionCount,
    WorkflowExecutionInfo,
    WorkflowExecutionInfos,
)
from swf.protocol.values import CloseStatus, ExecutionStatus, TagList, WorkflowExecution, WorkflowType
from swf.server.service.pages import list_page, position_of
from swf.server.service.round import Later, Round
from swf.server.store.changes import ListKey
from swf.server.store.visibility import ExecutionQuery, ExecutionRow

_tags = msgspec.json.Decoder(TagList)


def list_open_workflow_executions(round: Round, request: ListOpenWorkflowExecutions) -> Later:
    """Open executions by start, newest first."""
    return _listed(round, request, _query_open(round, request, newest_first=not request.reverse_order))


def list_closed_workflow_executions(round: Round, request: ListClosedWorkflowExecutions) -> Later:
    """Closed executions by start or by close, newest first."""
    return _listed(round, request, _query_closed(round, request, newest_first=not request.reverse_order))


def count_open_workflow_executions(round: Round, request: CountOpenWorkflowExecutions) -> Later:
    """How many the list would show."""
    return _counted(round, _query_open(round, request))


def count_closed_workflow_executions(round: Round, request: CountClosedWorkflowExecutions) -> Later:
    """How many the list would show."""
    return _counted(round, _query_closed(round, request))


def count_pending_activity_tasks(round: Round, request: CountPendingActivityTasks) -> Later:
    """How many tasks of the list could be handed out; a list that was never used has none."""
    return _pending(round, (round.domain(request.domain).id, "activity", request.task_list.name))


def count_pending_decision_tasks(round: Round, request: CountPendingDecisionTasks) -> Later:
    """How many tasks of the list could be handed out; one that waits behind a running one could not."""
    return _pending(round, (round.domain(request.domain).id, "decision", request.task_list.name))


def _query_open(
    round: Round, request: ListOpenWorkflowExecutions | CountOpenWorkflowExecutions, *, newest_first: bool = True
) -> ExecutionQuery:
    domain = round.domain(request.domain)
    _refuse_several(request, ("execution_filter", "type_filter", "tag_filter"))
    return ExecutionQuery(
        domain=domain.id,
        is_open=True,
        by_close=False,
        oldest=request.start_time_filter.oldest_date,
        latest=_latest(request.start_time_filter),
        workflow_id=request.execution_filter.workflow_id if request.execution_filter else None,
        type_name=request.type_filter.name if request.type_filter else None,
        type_version=(request.type_filter.version or None) if request.type_filter else None,
        tag=request.tag_filter.tag if request.tag_filter else None,
        newest_first=newest_first,
    )


def _query_closed(
    round: Round, request: ListClosedWorkflowExecutions | CountClosedWorkflowExecutions, *, newest_first: bool = True
) -> ExecutionQuery:
    domain = round.domain(request.domain)
    if request.start_time_filter is not None and request.close_time_filter is not None:
        raise texts.both_time_filters()
    window = request.start_time_filter or request.close_time_filter
    if window is None:
        raise texts.no_time_filter()
    _refuse_several(request, ("execution_filter", "type_filter", "tag_filter", "close_status_filter"))
    return ExecutionQuery(
        domain=domain.id,
        is_open=False,
        by_close=request.close_time_filter is not None,
        oldest=window.oldest_date,
        latest=_latest(window),
        workflow_id=request.execution_filter.workflow_id if request.execution_filter else None,
        type_name=request.type_filter.name if request.type_filter else None,
        type_version=(request.type_filter.version or None) if request.type_filter else None,
        tag=request.tag_filter.tag if request.tag_filter else None,
        close_status=request.close_status_filter.status if request.close_status_filter else None,
        newest_first=newest_first,
        now=round.now,
    )


def _latest(window: ExecutionTimeFilter) -> float:
    """The default is now. What a turn has sent to another execution happens there some milliseconds later, and
    whoever asks meanwhile is to see it."""
    return math.inf if window.latest_date is None else window.latest_date


def _refuse_several(request: Request[Any], filters: Sequence[str]) -> None:
    given = [wire_name(name) for name in filters if getattr(request, name) is not None]
    if len(given) > 1:
        raise texts.several_exclusive_filters(given)


def _listed(
    round: Round, request: ListOpenWorkflowExecutions | ListClosedWorkflowExecutions, query: ExecutionQuery
) -> Later:
    """A page of executions, by time and row."""
    after = position_of(request, tuple[float, int], round.now)

    def fetch(limit: int) -> list[ExecutionRow]:
        return query.rows(round.service.database.connection, after=after, limit=limit)

    def compose() -> WorkflowExecutionInfos:
        rows, following = list_page(request, fetch, lambda row: (row.at, row.id), round.now)
        return WorkflowExecutionInfos(execution_infos=tuple(map(_listed_info, rows)), next_page_token=following)

    return Later(compose)


def _counted(round: Round, query: ExecutionQuery) -> Later:
    connection = round.service.database.connection
    return Later(lambda: WorkflowExecutionCount(count=query.count(connection), truncated=False))


def _pending(round: Round, key: ListKey) -> Later:
    service = round.service

    def compose() -> PendingTaskCount:
        count: int = service.database.connection.execute(
            "select count(*) from tasks where list = ?", (service.registry.find_list(key),)
        ).get
        return PendingTaskCount(count=count, truncated=False)

    return Later(compose)


def _listed_info(row: ExecutionRow) -> WorkflowExecutionInfo:
    is_open = row.close_at is None
    return WorkflowExecutionInfo(
        execution=WorkflowExecution(workflow_id=row.workflow_id, run_id=row.run_id),
        workflow_type=WorkflowType(name=row.type_name, version=row.type_version),
        start_timestamp=row.start_at,
        close_timestamp=row.close_at,
        execution_status=ExecutionStatus.OPEN if is_open else ExecutionStatus.CLOSED,
        close_status=CloseStatus(row.close_status) if row.close_status else None,
        parent=(
            WorkflowExecution(workflow_id=row.parent_workflow_id, run_id=row.parent_run_id)
            if row.parent_workflow_id and row.parent_run_id
            else None
        ),
        tag_list=_tags.decode(row.tags) if row.tags else None,
        cancel_requested=bool(row.cancel_requested) and is_open,
    )
