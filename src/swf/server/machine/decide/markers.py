"""The decision that touches nothing else."""

from __future__ import annotations

from swf.protocol.decisions import RecordMarker
from swf.protocol.events import MarkerRecorded
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
