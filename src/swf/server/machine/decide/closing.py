"""Decisions that close the execution.

Each is refused with UNHANDLED_DECISION if a decision task waits: something has happened that the
decider has not seen. That task then serves as the notice of the refusal.
"""

from __future__ import annotations

from swf.protocol.base import Attributes
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
