"""Decisions that close the execution.

Each is refused with UNHANDLED_DECISION if a decision task waits: something has happened that the
decider has not seen. That task then serves as the notice of the refusal.
"""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import CancelWorkflowExecution, CompleteWorkflowExecution, FailWorkflowExecution
from swf.protocol.events import (
    CancelWorkflowExecutionFailed,
    CompleteWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
)
from swf.server.machine.turn import Turn


def complete_execution(turn: Turn, wanted: CompleteWorkflowExecution, completed_event_id: int) -> bool:
    """Closes with success."""
    if turn.execution.waiting_decision is not None:
        turn.emit(
            CompleteWorkflowExecutionFailed(
                cause=Cause.UNHANDLED_DECISION, decision_task_completed_event_id=completed_event_id
            )
        )
        return True
    turn.emit(WorkflowExecutionCompleted(result=wanted.result, decision_task_completed_event_id=completed_event_id))
    return False


def fail_execution(turn: Turn, wanted: FailWorkflowExecution, completed_event_id: int) -> bool:
    """Closes with a failure."""
    if turn.execution.waiting_decision is not None:
        turn.emit(
            FailWorkflowExecutionFailed(
                cause=Cause.UNHANDLED_DECISION, decision_task_completed_event_id=completed_event_id
            )
        )
        return True
    turn.emit(
        WorkflowExecutionFailed(
            reason=wanted.reason, details=wanted.details, decision_task_completed_event_id=completed_event_id
        )
    )
    return False


def cancel_execution(turn: Turn, wanted: CancelWorkflowExecution, completed_event_id: int) -> bool:
    """Closes as canceled, asked for or not."""
    if turn.execution.waiting_decision is not None:
        turn.emit(
            CancelWorkflowExecutionFailed(
                cause=Cause.UNHANDLED_DECISION, decision_task_completed_event_id=completed_event_id
            )
        )
        return True
    turn.emit(WorkflowExecutionCanceled(details=wanted.details, decision_task_completed_event_id=completed_event_id))
    return False
