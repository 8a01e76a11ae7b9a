"""Operations that read one execution: what is known of it, and its history."""

from __future__ import annotations

from swf.protocol.operations import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    History,
    WorkflowExecutionConfiguration,
    WorkflowExecutionDetail,
    WorkflowExecutionInfo,
    WorkflowExecutionOpenCounts,
)
from swf.protocol.values import ExecutionStatus
from swf.server.service.pages import event_page
from swf.server.service.round import Later, Round
from swf.server.store.histories import Warm


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
            now=round.now,
        )
        return History(events=events, next_page_token=following)

    if request.next_page_token is not None:
        compose()  # an invalid token must fault before anything is answered
    return Later(compose)
