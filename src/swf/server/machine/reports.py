"""What an execution does with the news it gets from others: of its children, of what it has sent."""

from __future__ import annotations

from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.server.machine.functions import start_function
from swf.server.machine.outbox import ChildClosed, ChildNotStarted, ChildStarted, Delivered, Report, StartFunction
from swf.server.machine.turn import Turn


def hear(turn: Turn, report: Report) -> None:
    """Takes in one report; the execution is open."""
    match report:
        case ChildStarted():
            _child_started(turn, report)
        case ChildNotStarted():
            _child_not_started(turn, report)
        case ChildClosed():
            _child_closed(turn, report)
        case Delivered():
            _delivered(turn, report)
        case StartFunction():
            start_function(turn, report.scheduled_event_id)


def _child_started(turn: Turn, report: ChildStarted) -> None:
    child = turn.execution.children[report.initiated_event_id]
    turn.emit(
        e.ChildWorkflowExecutionStarted(
            workflow_execution=report.child,
            workflow_type=child.wanted.workflow_type,
            initiated_event_id=report.initiated_event_id,
        )
    )
    turn.wake_decider()


def _child_not_started(turn: Turn, report: ChildNotStarted) -> None:
    wanted = turn.execution.children[report.initiated_event_id].wanted
    turn.emit(
        e.StartChildWorkflowExecutionFailed(
            workflow_type=wanted.workflow_type,
            workflow_id=wanted.workflow_id,
            cause=report.cause,
            initiated_event_id=report.initiated_event_id,
            decision_task_completed_event_id=wanted.decision_task_completed_event_id,
            control=wanted.control,
        )
    )
    turn.wake_decider()


def _child_closed(turn: Turn, report: ChildClosed) -> None:
    child = turn.execution.children[report.initiated_event_id]
    assert child.started is not None, "a child that has closed had started"
    turn.emit(_closing(report, child.started.id))
    turn.wake_decider()


def _closing(report: ChildClosed, started_event_id: int) -> Attributes:
    """The event in the parent for the closing event of the child."""
    execution, type, initiated = report.child, report.workflow_type, report.initiated_event_id
    match report.closing:
        case e.WorkflowExecutionCompleted(result=result):
            return e.ChildWorkflowExecutionCompleted(
                workflow_execution=execution,
                workflow_type=type,
                initiated_event_id=initiated,
                started_event_id=started_event_id,
                result=result,
            )
        case e.WorkflowExecutionFailed(reason=reason, details=details):
            return e.ChildWorkflowExecutionFailed(
                workflow_execution=execution,
                workflow_type=type,
                initiated_event_id=initiated,
                started_event_id=started_event_id,
                reason=reason,
                details=details,
            )
        case e.WorkflowExecutionCanceled(details=details):
            return e.ChildWorkflowExecutionCanceled(
                workflow_execution=execution,
                workflow_type=type,
                initiated_event_id=initiated,
                started_event_id=started_event_id,
                details=details,
            )
        case e.WorkflowExecutionTerminated():
            return e.ChildWorkflowExecutionTerminated(
                workflow_execution=execution,
                workflow_type=type,
                initiated_event_id=initiated,
                started_event_id=started_event_id,
            )
        case e.WorkflowExecutionTimedOut(timeout_type=timeout_type):
            return e.ChildWorkflowExecutionTimedOut(
                workflow_execution=execution,
                workflow_type=type,
                initiated_event_id=initiated,
                started_event_id=started_event_id,
                timeout_type=timeout_type,
            )
        case forgotten:
            raise NotImplementedError(f"no event in the parent for {forgotten!r}")


def _delivered(turn: Turn, report: Delivered) -> None:
    initiated = turn.execution.external_requests[report.initiated_event_id]
    turn.emit(_outcome(initiated.wanted, report))
    turn.wake_decider()


def _outcome(
    wanted: e.SignalExternalWorkflowExecutionInitiated | e.RequestCancelExternalWorkflowExecutionInitiated,
    report: Delivered,
) -> Attributes:
    is_signal = isinstance(wanted, e.SignalExternalWorkflowExecutionInitiated)
    if report.target is not None:
        reached = e.ExternalWorkflowExecutionSignaled if is_signal else e.ExternalWorkflowExecutionCancelRequested
        return reached(workflow_execution=report.target, initiated_event_id=report.initiated_event_id)
    missed = e.SignalExternalWorkflowExecutionFailed if is_signal else e.RequestCancelExternalWorkflowExecutionFailed
    return missed(
        workflow_id=wanted.workflow_id,
        run_id=wanted.run_id,
        cause=Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION,
        initiated_event_id=report.initiated_event_id,
        decision_task_completed_event_id=wanted.decision_task_completed_event_id,
        control=wanted.control,
    )
