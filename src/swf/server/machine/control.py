"""Commands from outside: start, signal, ask to cancel, terminate."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.causes import Cause
from swf.protocol.events import (
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
)
from swf.protocol.limits import EVENTS_PER_EXECUTION
from swf.protocol.operations import (
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
    WorkflowTypeConfiguration,
)
from swf.server.machine.turn import Turn


def resolve_start(request: StartWorkflowExecution, defaults: WorkflowTypeConfiguration) -> WorkflowExecutionStarted:
    """Event 1 for *request*, what it leaves out taken from the defaults of the type.

    Raises DefaultUndefinedFault for the first value that neither has, in the order in which Amazon looks.
    """
    execution_timeout = request.execution_start_to_close_timeout or defaults.default_execution_start_to_close_timeout
    if execution_timeout is None:
        raise texts.default_undefined("executionStartToCloseTimeout")
    task_list = request.task_list or defaults.default_task_list
    if task_list is None:
        raise texts.default_undefined("taskList")
    task_timeout = request.task_start_to_close_timeout or defaults.default_task_start_to_close_timeout
    if task_timeout is None:
        raise texts.default_undefined("taskStartToCloseTimeout")
    child_policy = request.child_policy or defaults.default_child_policy
    if child_policy is None:
        raise texts.default_undefined("childPolicy")
    return WorkflowExecutionStarted(
        child_policy=child_policy,
        task_list=task_list,
        workflow_type=request.workflow_type,
        input=request.input,
        execution_start_to_close_timeout=execution_timeout,
        task_start_to_close_timeout=task_timeout,
        task_priority=request.task_priority or defaults.default_task_priority,
        tag_list=request.tag_list,
        lambda_role=request.lambda_role or defaults.default_lambda_role,
        parent_initiated_event_id=0,
    )


def start(turn: Turn, started: WorkflowExecutionStarted) -> None:
    """Begins the history."""
    turn.emit(started)
    turn.wake_decider()


def signal(turn: Turn, request: SignalWorkflowExecution) -> None:
    """Records a signal, expected or not."""
    turn.emit(
        WorkflowExecutionSignaled(signal_name=request.signal_name, input=request.input, external_initiated_event_id=0)
    )
    turn.wake_decider()


def request_cancel(turn: Turn) -> None:
    """Records that somebody wants the execution to cancel; a repeated request is recorded again."""
    turn.emit(WorkflowExecutionCancelRequested(external_initiated_event_id=0))
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


def end_if_too_long(turn: Turn) -> None:
    """Terminates an execution whose history has outgrown the limit, after the batch that did it."""
    if turn.execution.is_open and turn.execution.last_event_id > EVENTS_PER_EXECUTION:
        turn.emit(
            WorkflowExecutionTerminated(
                child_policy=turn.execution.started.child_policy, cause=Cause.EVENT_LIMIT_EXCEEDED
            )
        )
