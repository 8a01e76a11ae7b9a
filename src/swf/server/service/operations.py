"""The table of operations: which function answers which request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.server.pending import Pending
from swf.server.service import domains, executions, tasks, types, visibility
from swf.server.service.round import Round

WAITS: Final = tasks.WAITS


@dataclass(frozen=True, slots=True)
class Operation:
    """How one operation is answered, and whether it only reads."""

    answer: Callable[[Round, Pending], Any]
    reads: bool = False


def _on_request(function: Callable[[Round, Any], Any], *, reads: bool = False) -> Operation:
    def answer(round: Round, pending: Pending) -> Any:
        return function(round, pending.request)

    return Operation(answer, reads)


OPERATIONS: dict[type[Request[Any]], Operation] = {
    o.RegisterDomain: _on_request(domains.register_domain),
    o.RegisterActivityType: _on_request(types.register_activity_type),
    o.RegisterWorkflowType: _on_request(types.register_workflow_type),
    o.DescribeActivityType: _on_request(types.describe_activity_type, reads=True),
    o.DescribeWorkflowType: _on_request(types.describe_workflow_type, reads=True),
    o.StartWorkflowExecution: _on_request(executions.start_workflow_execution),
    o.SignalWorkflowExecution: _on_request(executions.signal_workflow_execution),
    o.RequestCancelWorkflowExecution: _on_request(executions.request_cancel_workflow_execution),
    o.TerminateWorkflowExecution: _on_request(executions.terminate_workflow_execution),
    o.DescribeWorkflowExecution: _on_request(visibility.describe_workflow_execution, reads=True),
    o.GetWorkflowExecutionHistory: _on_request(visibility.get_workflow_execution_history, reads=True),
    o.ListOpenWorkflowExecutions: _on_request(visibility.list_open_workflow_executions, reads=True),
    o.ListClosedWorkflowExecutions: _on_request(visibility.list_closed_workflow_executions, reads=True),
    o.PollForDecisionTask: Operation(tasks.poll_for_decision_task),
    o.PollForActivityTask: Operation(tasks.poll_for_activity_task),
    o.RespondDecisionTaskCompleted: _on_request(tasks.respond_decision_task_completed),
    o.RespondActivityTaskCompleted: _on_request(tasks.respond_activity_task_completed),
    o.RespondActivityTaskFailed: _on_request(tasks.respond_activity_task_failed),
    o.RespondActivityTaskCanceled: _on_request(tasks.respond_activity_task_canceled),
    o.RecordActivityTaskHeartbeat: Operation(tasks.record_activity_task_heartbeat),
}
"""Operations that are not here are answered with UnknownOperationException."""
