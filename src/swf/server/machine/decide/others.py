"""Decisions that speak to other executions: both only initiate, the outcome is reported later."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import RequestCancelExternalWorkflowExecution, SignalExternalWorkflowExecution
from swf.protocol.events import (
    RequestCancelExternalWorkflowExecutionFailed,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionInitiated,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
)
from swf.server.machine.outbox import Deliver
from swf.server.machine.turn import Turn


def signal_other(turn: Turn, wanted: SignalExternalWorkflowExecution, completed_event_id: int) -> bool:
    """Sends a signal; *control* stays here."""
    if not turn.world.admits(SignalExternalWorkflowExecution):
        turn.emit(
            SignalExternalWorkflowExecutionFailed(
                workflow_id=wanted.workflow_id,
                run_id=wanted.run_id,
                cause=Cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
                initiated_event_id=0,
                decision_task_completed_event_id=completed_event_id,
                control=wanted.control,
            )
        )
        return True
    initiated = turn.emit(
        SignalExternalWorkflowExecutionInitiated(
            workflow_id=wanted.workflow_id,
            run_id=wanted.run_id,
            signal_name=wanted.signal_name,
            input=wanted.input,
            control=wanted.control,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    signal = WorkflowExecutionSignaled(
        signal_name=wanted.signal_name,
        input=wanted.input,
        external_workflow_execution=turn.name,
        external_initiated_event_id=initiated.id,
    )
    turn.send(Deliver(wanted.workflow_id, wanted.run_id, signal))
    return False


def request_cancel_other(turn: Turn, wanted: RequestCancelExternalWorkflowExecution, completed_event_id: int) -> bool:
    """Sends a cancel request."""
    if not turn.world.admits(RequestCancelExternalWorkflowExecution):
        turn.emit(
            RequestCancelExternalWorkflowExecutionFailed(
                workflow_id=wanted.workflow_id,
                run_id=wanted.run_id,
                cause=Cause.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
                initiated_event_id=0,
                decision_task_completed_event_id=completed_event_id,
                control=wanted.control,
            )
        )
        return True
    initiated = turn.emit(
        RequestCancelExternalWorkflowExecutionInitiated(
            workflow_id=wanted.workflow_id,
            run_id=wanted.run_id,
            control=wanted.control,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    request = WorkflowExecutionCancelRequested(
        external_workflow_execution=turn.name, external_initiated_event_id=initiated.id
    )
    turn.send(Deliver(wanted.workflow_id, wanted.run_id, request))
    return False
