"""The table of operations: which function answers which request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.server.pending import Pending
from swf.server.service import domains, executions, functions, lists, tasks, types, visibility
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
    o.DescribeDomain: Operation(domains.describe_domain, reads=True),
    o.ListDomains: Operation(domains.list_domains, reads=True),
    o.DeprecateDomain: _on_request(domains.deprecate_domain),
    o.UndeprecateDomain: _on_request(domains.undeprecate_domain),
    o.TagResource: _on_request(domains.tag_resource),
    o.UntagResource: _on_request(domains.untag_resource),
    o.ListTagsForResource: _on_request(domains.list_tags_for_resource, reads=True),
    o.RegisterActivityType: _on_request(types.register_activity_type),
    o.DescribeActivityType: _on_request(types.describe_activity_type, reads=True),
    o.ListActivityTypes: _on_request(types.list_activity_types, reads=True),
    o.DeprecateActivityType: _on_request(types.deprecate_activity_type),
    o.UndeprecateActivityType: _on_request(types.undeprecate_activity_type),
    o.DeleteActivityType: _on_request(types.delete_activity_type),
    o.RegisterWorkflowType: _on_request(types.register_workflow_type),
    o.DescribeWorkflowType: _on_request(types.describe_workflow_type, reads=True),
    o.ListWorkflowTypes: _on_request(types.list_workflow_types, reads=True),
    o.DeprecateWorkflowType: _on_request(types.deprecate_workflow_type),
    o.UndeprecateWorkflowType: _on_request(types.undeprecate_workflow_type),
    o.DeleteWorkflowType: _on_request(types.delete_workflow_type),
    o.StartWorkflowExecution: _on_request(executions.start_workflow_execution),
    o.SignalWorkflowExecution: _on_request(executions.signal_workflow_execution),
    o.RequestCancelWorkflowExecution: _on_request(executions.request_cancel_workflow_execution),
    o.TerminateWorkflowExecution: _on_request(executions.terminate_workflow_execution),
    o.DescribeWorkflowExecution: _on_request(visibility.describe_workflow_execution, reads=True),
    o.GetWorkflowExecutionHistory: _on_request(visibility.get_workflow_execution_history, reads=True),
    o.ListOpenWorkflowExecutions: _on_request(lists.list_open_workflow_executions, reads=True),
    o.ListClosedWorkflowExecutions: _on_request(lists.list_closed_workflow_executions, reads=True),
    o.CountOpenWorkflowExecutions: _on_request(lists.count_open_workflow_executions, reads=True),
    o.CountClosedWorkflowExecutions: _on_request(lists.count_closed_workflow_executions, reads=True),
    o.CountPendingActivityTasks: _on_request(lists.count_pending_activity_tasks, reads=True),
    o.CountPendingDecisionTasks: _on_request(lists.count_pending_decision_tasks, reads=True),
    o.PollForDecisionTask: Operation(tasks.poll_for_decision_task),
    o.PollForActivityTask: Operation(tasks.poll_for_activity_task),
    o.RespondDecisionTaskCompleted: _on_request(tasks.respond_decision_task_completed),
    o.RespondActivityTaskCompleted: _on_request(tasks.respond_activity_task_completed),
    o.RespondActivityTaskFailed: _on_request(tasks.respond_activity_task_failed),
    o.RespondActivityTaskCanceled: _on_request(tasks.respond_activity_task_canceled),
    o.RecordActivityTaskHeartbeat: Operation(tasks.record_activity_task_heartbeat),
    functions.FunctionEnded: _on_request(functions.function_ended),
}
"""All 39 operations, and what the service tells itself. A test compares the names with the protocol's."""
