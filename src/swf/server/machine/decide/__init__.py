"""What each decision does: an event, or the event that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swf.protocol import decisions as d
from swf.protocol.base import DecisionAttributes
from swf.server.machine.decide.activities import request_cancel_activity_task, schedule_activity_task
from swf.server.machine.decide.children import start_child_execution
from swf.server.machine.decide.closing import cancel_execution, complete_execution, continue_execution, fail_execution
from swf.server.machine.decide.functions import schedule_lambda_function
from swf.server.machine.decide.markers import record_marker
from swf.server.machine.decide.others import request_cancel_other, signal_other
from swf.server.machine.decide.timers import cancel_timer, start_timer
from swf.server.machine.turn import Turn

RULES: dict[type[DecisionAttributes], Callable[[Turn, Any, int], bool]] = {
    d.ScheduleActivityTask: schedule_activity_task,
    d.RequestCancelActivityTask: request_cancel_activity_task,
    d.StartTimer: start_timer,
    d.CancelTimer: cancel_timer,
    d.RecordMarker: record_marker,
    d.StartChildWorkflowExecution: start_child_execution,
    d.SignalExternalWorkflowExecution: signal_other,
    d.RequestCancelExternalWorkflowExecution: request_cancel_other,
    d.ScheduleLambdaFunction: schedule_lambda_function,
    d.CompleteWorkflowExecution: complete_execution,
    d.FailWorkflowExecution: fail_execution,
    d.CancelWorkflowExecution: cancel_execution,
    d.ContinueAsNewWorkflowExecution: continue_execution,
}


def decide(turn: Turn, attributes: DecisionAttributes, completed_event_id: int) -> bool:
    """Applies one decision; True if the decider has to hear of its outcome."""
    return RULES[type(attributes)](turn, attributes, completed_event_id)
