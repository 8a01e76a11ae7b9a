"""Decisions about child executions."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import StartChildWorkflowExecution
from swf.protocol.events import (
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
    WorkflowExecutionStarted,
)
from swf.protocol.values import RegistrationStatus
from swf.server.machine.configuration import Configuration, Missing, resolve
from swf.server.machine.outbox import StartChild
from swf.server.machine.turn import Turn


def start_child_execution(turn: Turn, wanted: StartChildWorkflowExecution, completed_event_id: int) -> bool:
    """Initiates a child. Whether its workflow id is free turns out when it is started, after this turn."""
    configuration = _configuration(turn, wanted)
    if isinstance(configuration, Cause):
        turn.emit(
            StartChildWorkflowExecutionFailed(
                workflow_type=wanted.workflow_type,
                workflow_id=wanted.workflow_id,
                cause=configuration,
                initiated_event_id=0,
                decision_task_completed_event_id=completed_event_id,
                control=wanted.control,
            )
        )
        return True
    initiated = turn.emit(
        StartChildWorkflowExecutionInitiated(
            workflow_id=wanted.workflow_id,
            workflow_type=wanted.workflow_type,
            task_list=configuration.task_list,
            child_policy=configuration.child_policy,
            execution_start_to_close_timeout=configuration.execution_start_to_close_timeout,
            task_start_to_close_timeout=configuration.task_start_to_close_timeout,
            task_priority=configuration.task_priority,
            lambda_role=configuration.lambda_role,
            control=wanted.control,
            input=wanted.input,
            tag_list=wanted.tag_list,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    started = WorkflowExecutionStarted(
        workflow_type=wanted.workflow_type,
        task_list=configuration.task_list,
        child_policy=configuration.child_policy,
        execution_start_to_close_timeout=configuration.execution_start_to_close_timeout,
        task_start_to_close_timeout=configuration.task_start_to_close_timeout,
        task_priority=configuration.task_priority,
        lambda_role=configuration.lambda_role,
        input=wanted.input,
        tag_list=wanted.tag_list,
        parent_workflow_execution=turn.name,
        parent_initiated_event_id=initiated.id,
    )
    turn.send(StartChild(wanted.workflow_id, started))
    return False


def _configuration(turn: Turn, wanted: StartChildWorkflowExecution) -> Configuration | Cause:
    """The values of the child, or why there is none."""
    registered = turn.world.workflow_type(wanted.workflow_type)
    if registered is None:
        return Cause.WORKFLOW_TYPE_DOES_NOT_EXIST
    if registered.type_info.status is RegistrationStatus.DEPRECATED:
        return Cause.WORKFLOW_TYPE_DEPRECATED
    configuration = resolve(wanted, registered.configuration)
    if isinstance(configuration, Missing):
        return configuration.cause
    if turn.execution.open_child_count >= turn.world.quotas.open_children:
        return Cause.OPEN_CHILDREN_LIMIT_EXCEEDED
    on_their_way = {command.workflow_id for command in turn.outbox if isinstance(command, StartChild)}
    on_their_way.discard(wanted.workflow_id)  # of two with one id, the second is refused when it is started
    if turn.world.open_execution_count + len(on_their_way) >= turn.world.quotas.open_executions:
        return Cause.OPEN_WORKFLOWS_LIMIT_EXCEEDED
    if not turn.world.admits(StartChildWorkflowExecution):
        return Cause.CHILD_CREATION_RATE_EXCEEDED
    return configuration
