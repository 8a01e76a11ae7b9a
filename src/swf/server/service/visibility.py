"""Operations that only read: one execution, its history, lists of executions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from swf.protocol import texts, wire
from swf.protocol.base import Request, wire_name
from swf.protocol.limits import PAGE_SIZE
from swf.protocol.operations import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    History,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
    WorkflowExecutionConfiguration,
    WorkflowExecutionDetail,
    WorkflowExecutionInfo,
    WorkflowExecutionInfos,
    WorkflowExecutionOpenCounts,
)
from swf.protocol.values import CloseStatus, ExecutionStatus, TagList, WorkflowExecution, WorkflowType
from swf.server.service.pages import event_page
from swf.server.service.round import Later, Round
from swf.server.store.histories import Warm
from swf.server.store.visibility import ExecutionQuery, ExecutionRow
from swf.server.tokens import page_position, page_token

_tags = msgspec.json.Decoder(TagList)


def describe_workflow_execution(round: Round, request: DescribeWorkflowExecution) -> Later:
    """All that is known of one run, open or closed."""
    warm = round.run(round.domain(request.domain), request.execution)
    return Later(lambda: _detail(warm))


def _detail(warm: Warm) -> WorkflowExecutionDetail:
    """Open counts are not reset when the execution closes; a running decision task does not count as open."""
    execution = warm.execution
    started = execution.started
    return WorkflowExecutionDetail(
        execution_info=_info(warm),
        execution_configuration=WorkflowExecutionConfiguration(
            task_start_to_close_timeout=started.task_start_to_close_timeout or "NONE",
            execution_start_to_close_timeout=started.execution_start_to_close_timeout or "NONE",
            task_list=started.task_list,
            task_priority=started.task_priority,
            child_policy=started.child_policy,
            lambda_role=started.lambda_role,
        ),
        open_counts=WorkflowExecutionOpenCounts(
            open_activity_tasks=execution.open_activity_count,
            open_decision_tasks=0 if execution.waiting_decision is None else 1,
            open_timers=execution.open_timer_count,
            open_child_workflow_executions=execution.open_child_count,
            open_lambda_functions=execution.open_lambda_count,
        ),
        latest_activity_task_timestamp=execution.latest_activity_at,
        latest_execution_context=execution.execution_context,
    )


def _info(warm: Warm) -> WorkflowExecutionInfo:
    execution = warm.execution
    started = execution.started
    assert execution.opened is not None
    return WorkflowExecutionInfo(
        execution=warm.name,
        workflow_type=started.workflow_type,
        start_timestamp=execution.opened.timestamp,
        close_timestamp=execution.closed.timestamp if execution.closed else None,
        execution_status=ExecutionStatus.OPEN if execution.is_open else ExecutionStatus.CLOSED,
        close_status=execution.close_status,
        parent=started.parent_workflow_execution,
        tag_list=started.tag_list,
        cancel_requested=execution.cancel_requested and execution.is_open,
    )


def get_workflow_execution_history(round: Round, request: GetWorkflowExecutionHistory) -> Later:
    """A page of the events of one run."""
    warm = round.run(round.domain(request.domain), request.execution)

    def compose() -> History:
        events, following = event_page(
            round.service.histories,
            warm,
            first=1,
            last=warm.execution.last_event_id,
            size=request.maximum_page_size,
            newest_first=bool(request.reverse_order),
            token=request.next_page_token,
            question=f"GetWorkflowExecutionHistory {warm.row}",
        )
        return History(events=events, next_page_token=following)

    if request.next_page_token is not None:
        compose()  # an invalid token must fault before anything is answered
    return Later(compose)


def list_open_workflow_executions(round: Round, request: ListOpenWorkflowExecutions) -> Later:
    """Open executions by start, newest first."""
    domain = round.domain(request.domain)
    _refuse_several(request, ("execution_filter", "type_filter", "tag_filter"))
    window = request.start_time_filter
    query = ExecutionQuery(
        domain=domain.id,
        is_open=True,
        by_close=False,
        oldest=window.oldest_date,
        latest=round.now if window.latest_date is None else window.latest_date,
        workflow_id=request.execution_filter.workflow_id if request.execution_filter else None,
        type_name=request.type_filter.name if request.type_filter else None,
        type_version=request.type_filter.version if request.type_filter else None,
        tag=request.tag_filter.tag if request.tag_filter else None,
        newest_first=not request.reverse_order,
    )
    return _listed(round, request, query)


def list_closed_workflow_executions(round: Round, request: ListClosedWorkflowExecutions) -> Later:
    """Closed executions by start or by close, newest first."""
    domain = round.domain(request.domain)
    _refuse_several(request, ("execution_filter", "type_filter", "tag_filter", "close_status_filter"))
    if request.start_time_filter is not None and request.close_time_filter is not None:
        raise texts.both_time_filters()
    window = request.start_time_filter or request.close_time_filter
    if window is None:
        raise texts.no_time_filter()
    query = ExecutionQuery(
        domain=domain.id,
        is_open=False,
        by_close=request.close_time_filter is not None,
        oldest=window.oldest_date,
        latest=round.now if window.latest_date is None else window.latest_date,
        workflow_id=request.execution_filter.workflow_id if request.execution_filter else None,
        type_name=request.type_filter.name if request.type_filter else None,
        type_version=request.type_filter.version if request.type_filter else None,
        tag=request.tag_filter.tag if request.tag_filter else None,
        close_status=request.close_status_filter.status if request.close_status_filter else None,
        newest_first=not request.reverse_order,
    )
    return _listed(round, request, query)


def _refuse_several(request: Request[WorkflowExecutionInfos], filters: Sequence[str]) -> None:
    given = [wire_name(name) for name in filters if getattr(request, name) is not None]
    if len(given) > 1:
        raise texts.several_exclusive_filters(given)


def _listed(
    round: Round, request: ListOpenWorkflowExecutions | ListClosedWorkflowExecutions, query: ExecutionQuery
) -> Later:
    """A page of executions. The token is bound to the arguments, page size and token aside."""
    question = type(request).__name__.encode() + wire.encode(
        msgspec.structs.replace(request, next_page_token=None, maximum_page_size=None)
    )
    after: tuple[float, int] | None = None
    if request.next_page_token is not None:
        at, _, row = page_position(request.next_page_token, question).partition(" ")
        after = float(at), int(row)
    limit = min(request.maximum_page_size or PAGE_SIZE, PAGE_SIZE)

    def compose() -> WorkflowExecutionInfos:
        rows = query.rows(round.service.database.connection, after=after, limit=limit + 1)
        following = None
        if len(rows) > limit:
            del rows[limit:]
            following = page_token(question, f"{rows[-1].at!r} {rows[-1].id}")
        return WorkflowExecutionInfos(execution_infos=tuple(map(_listed_info, rows)), next_page_token=following)

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
