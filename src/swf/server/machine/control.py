"""Commands from outside, be it a caller or another execution: start, signal, ask to cancel, terminate."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.causes import Cause
from swf.protocol.events import (
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
)
from swf.protocol.operations import (
    StartWorkflowExecution,
    TerminateWorkflowExecution,
    WorkflowTypeConfiguration,
)
from swf.protocol.values import ChildPolicy
from swf.server.machine.configuration import Missing, resolve
from swf.server.machine.turn import Turn


def resolve_start(request: StartWorkflowExecution, defaults: WorkflowTypeConfiguration) -> WorkflowExecutionStarted:
    """Event 1 for *request*, what it leaves out taken from the defaults of the type.

    Raises DefaultUndefinedFault for the first value that neither has.
    """
    configuration = resolve(request, defaults)
    if isinstance(configuration, Missing):
        raise texts.default_undefined(configuration.parameter)
    return WorkflowExecutionStarted(
        child_policy=configuration.child_policy,
        task_list=configuration.task_list,
        workflow_type=request.workflow_type,
        input=request.input,
        execution_start_to_close_timeout=configuration.execution_start_to_close_timeout,
        task_start_to_close_timeout=configuration.task_start_to_close_timeout,
        task_priority=configuration.task_priority,
        tag_list=request.tag_list,
        lambda_role=configuration.lambda_role,
        parent_initiated_event_id=0,
    )


def start(turn: Turn, started: WorkflowExecutionStarted) -> None:
    """Begins the history."""
    turn.emit(started)
    turn.wake_decider()


def receive(turn: Turn, event: WorkflowExecutionSignaled | WorkflowExecutionCancelRequested) -> None:
    """Records a signal or a cancel request, expected or not, repeated or not."""
    turn.emit(event)
    turn.wake_decider()


def terminate(turn: Turn, request: TerminateWorkflowExecution) -> None:
    """Closes the execution at once."""
    turn.emit(
        WorkflowExecutionTerminated(
            reason=request.reason,
            details=request.details,
            child_policy=request.child_policy or turn.execution.started.child_policy,
            cause=Cause.OPERATOR_INITIATED,
        )
    )


def apply_child_policy(turn: Turn, policy: ChildPolicy) -> None:
    """Does what the parent's end means for this child."""
    match policy:
        case ChildPolicy.TERMINATE:
            turn.emit(
                WorkflowExecutionTerminated(
                    child_policy=turn.execution.started.child_policy, cause=Cause.CHILD_POLICY_APPLIED
                )
            )
        case ChildPolicy.REQUEST_CANCEL:
            receive(
                turn,
                WorkflowExecutionCancelRequested(external_initiated_event_id=0, cause=Cause.CHILD_POLICY_APPLIED),
            )
        case ChildPolicy.ABANDON:
            pass
