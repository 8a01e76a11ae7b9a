"""Decisions that touch nothing else: markers, and Lambda functions, which this service does not call."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import RecordMarker, ScheduleLambdaFunction
from swf.protocol.events import MarkerRecorded, ScheduleLambdaFunctionFailed
from swf.server.machine.turn import Turn


def record_marker(turn: Turn, wanted: RecordMarker, completed_event_id: int) -> bool:
    """Records a marker; names may repeat."""
    turn.emit(
        MarkerRecorded(
            marker_name=wanted.marker_name,
            details=wanted.details,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    return False


def schedule_lambda_function(turn: Turn, wanted: ScheduleLambdaFunction, completed_event_id: int) -> bool:
    """Refuses: there is no Lambda service here, and SWF has a cause that says so."""
    turn.emit(
        ScheduleLambdaFunctionFailed(
            id=wanted.id,
            name=wanted.name,
            cause=Cause.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    return True
