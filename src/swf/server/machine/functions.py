"""Lambda functions of an execution: called by somebody outside the machine, who tells how they ended."""

from __future__ import annotations

from dataclasses import dataclass

from swf.protocol.causes import Cause
from swf.protocol.events import (
    LambdaFunctionCompleted,
    LambdaFunctionFailed,
    LambdaFunctionStarted,
    StartLambdaFunctionFailed,
)
from swf.server.machine.turn import Turn

NO_ROLE = "No IAM role is attached to the current workflow execution."


@dataclass(frozen=True, slots=True)
class Returned:
    """A function has returned; *result* None: nothing."""

    result: str | None


@dataclass(frozen=True, slots=True)
class Raised:
    """A function could not be called, or has failed."""

    reason: str
    details: str | None = None


def start_function(turn: Turn, scheduled_event_id: int) -> None:
    """Records that the function is being called; an execution without a role may call none."""
    if turn.execution.started.lambda_role is None:
        turn.emit(
            StartLambdaFunctionFailed(
                scheduled_event_id=scheduled_event_id, cause=Cause.ASSUME_ROLE_FAILED, message=NO_ROLE
            )
        )
        turn.wake_decider()
        return
    turn.emit(LambdaFunctionStarted(scheduled_event_id=scheduled_event_id))


def end_function(turn: Turn, scheduled_event_id: int, outcome: Returned | Raised) -> None:
    """Records how the call has ended; one that has timed out meanwhile is over already."""
    function = turn.execution.lambda_functions.get(scheduled_event_id)
    if function is None or function.started is None:
        return
    match outcome:
        case Returned(result=result):
            turn.emit(
                LambdaFunctionCompleted(
                    scheduled_event_id=scheduled_event_id, started_event_id=function.started.id, result=result
                )
            )
        case Raised(reason=reason, details=details):
            turn.emit(
                LambdaFunctionFailed(
                    scheduled_event_id=scheduled_event_id,
                    started_event_id=function.started.id,
                    reason=reason,
                    details=details,
                )
            )
    turn.wake_decider()
