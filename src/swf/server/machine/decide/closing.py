"""Decisions that close the execution.

Each is refused with UNHANDLED_DECISION if a decision task waits: something has happened that the
decider has not seen. That task then serves as the notice of the refusal.
"""

from __future__ import annotations

from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
)
from swf.protocol.events import (
    CancelWorkflowExecutionFailed,
    CompleteWorkflowExecutionFailed,
    ContinueAsNewWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionStarted,
)
from swf.protocol.values import RegistrationStatus, WorkflowExecution, WorkflowType
from swf.server.machine.configuration import Configuration, Missing, resolve
from swf.server.machine.outbox import BeginRun
from swf.server.machine.turn import Turn


def complete_execution(turn: Turn, wanted: CompleteWorkflowExecution, completed_event_id: int) -> bool:
    """Closes with success."""
    event = WorkflowExecutionCompleted(result=wanted.result, decision_task_completed_event_id=completed_event_id)
    return _close(turn, event, CompleteWorkflowExecutionFailed, completed_event_id)


def fail_execution(turn: Turn, wanted: FailWorkflowExecution, completed_event_id: int) -> bool:
    """Closes with a failure."""
    event = WorkflowExecutionFailed(
        reason=wanted.reason, details=wanted.details, decision_task_completed_event_id=completed_event_id
    )
    return _close(turn, event, FailWorkflowExecutionFailed, completed_event_id)


def cancel_execution(turn: Turn, wanted: CancelWorkflowExecution, completed_event_id: int) -> bool:
    """Closes as canceled, asked for or not."""
    event = WorkflowExecutionCanceled(details=wanted.details, decision_task_completed_event_id=completed_event_id)
    return _close(turn, event, CancelWorkflowExecutionFailed, completed_event_id)


Refusal = CompleteWorkflowExecutionFailed | FailWorkflowExecutionFailed | CancelWorkflowExecutionFailed


def _close(turn: Turn, event: Attributes, refusal: type[Refusal], completed_event_id: int) -> bool:
    if turn.execution.waiting_decision is None:
        turn.emit(event)
        return False
    turn.emit(refusal(cause=Cause.UNHANDLED_DECISION, decision_task_completed_event_id=completed_event_id))
    return True


def continue_execution(turn: Turn, wanted: ContinueAsNewWorkflowExecution, completed_event_id: int) -> bool:
    """Closes the run; the next one, of the same workflow id and parent, begins in the same moment.

    What the decision leaves out comes from the defaults of the type, not from the run that closes.
    """
    started = turn.execution.started
    version = wanted.workflow_type_version or started.workflow_type.version
    type = WorkflowType(name=started.workflow_type.name, version=version)
    configuration = _next_configuration(turn, wanted, type)
    if isinstance(configuration, Cause):
        turn.emit(
            ContinueAsNewWorkflowExecutionFailed(
                cause=configuration, decision_task_completed_event_id=completed_event_id
            )
        )
        return True
    run_id = turn.world.new_run_id()
    turn.emit(
        WorkflowExecutionContinuedAsNew(
            new_execution_run_id=run_id,
            workflow_type=type,
            input=wanted.input,
            tag_list=wanted.tag_list,
            task_list=configuration.task_list,
            child_policy=configuration.child_policy,
            execution_start_to_close_timeout=configuration.execution_start_to_close_timeout,
            task_start_to_close_timeout=configuration.task_start_to_close_timeout,
            task_priority=configuration.task_priority,
            lambda_role=configuration.lambda_role,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    following = WorkflowExecutionStarted(
        workflow_type=type,
        input=wanted.input,
        tag_list=wanted.tag_list,
        task_list=configuration.task_list,
        child_policy=configuration.child_policy,
        execution_start_to_close_timeout=configuration.execution_start_to_close_timeout,
        task_start_to_close_timeout=configuration.task_start_to_close_timeout,
        task_priority=configuration.task_priority,
        lambda_role=configuration.lambda_role,
        continued_execution_run_id=turn.name.run_id,
        parent_workflow_execution=started.parent_workflow_execution,
        parent_initiated_event_id=started.parent_initiated_event_id,
    )
    turn.send(BeginRun(WorkflowExecution(workflow_id=turn.name.workflow_id, run_id=run_id), following))
    return False


def _next_configuration(
    turn: Turn, wanted: ContinueAsNewWorkflowExecution, type: WorkflowType
) -> Configuration | Cause:
    """The values of the next run, or why there is none."""
    if turn.execution.waiting_decision is not None:
        return Cause.UNHANDLED_DECISION
    registered = turn.world.workflow_type(type)
    if registered is None:
        return Cause.WORKFLOW_TYPE_DOES_NOT_EXIST
    if registered.type_info.status is RegistrationStatus.DEPRECATED:
        return Cause.WORKFLOW_TYPE_DEPRECATED
    configuration = resolve(wanted, registered.configuration)
    if isinstance(configuration, Missing):
        return configuration.cause
    if not turn.world.admits(ContinueAsNewWorkflowExecution):
        return Cause.CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED
    return configuration
