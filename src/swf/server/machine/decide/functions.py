"""Decisions about Lambda functions."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import ScheduleLambdaFunction
from swf.protocol.events import LambdaFunctionScheduled, ScheduleLambdaFunctionFailed
from swf.server.machine.outbox import StartFunction
from swf.server.machine.turn import Turn


def schedule_lambda_function(turn: Turn, wanted: ScheduleLambdaFunction, completed_event_id: int) -> bool:
    """Schedules a call, started in a turn of its own. An id may repeat: Amazon SWF was seen to accept that."""
    cause = _objection(turn)
    if cause is not None:
        turn.emit(
            ScheduleLambdaFunctionFailed(
                id=wanted.id,
                name=wanted.name,
                cause=cause,
                decision_task_completed_event_id=completed_event_id,
            )
        )
        return True
    scheduled = turn.emit(
        LambdaFunctionScheduled(
            id=wanted.id,
            name=wanted.name,
            control=wanted.control,
            input=wanted.input,
            start_to_close_timeout=wanted.start_to_close_timeout,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    turn.send(StartFunction(turn.name, scheduled.id))
    return False


def _objection(turn: Turn) -> Cause | None:
    if not turn.world.calls_functions:
        return Cause.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION
    if turn.execution.open_lambda_count >= turn.world.quotas.open_functions:
        return Cause.OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED
    if not turn.world.admits(ScheduleLambdaFunction):
        return Cause.LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED
    return None
