"""Commands of workers: take an activity task, answer it, say that it is alive."""

from __future__ import annotations

from swf.lifecycle import ActivityTask
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskStarted,
)
from swf.protocol.operations import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from swf.server.machine.turn import Beat, Turn


def take_activity(turn: Turn, scheduled_event_id: int, identity: str | None) -> ActivityTask:
    """Hands the waiting task to a worker."""
    turn.emit(ActivityTaskStarted(scheduled_event_id=scheduled_event_id, identity=identity))
    return turn.execution.activities[scheduled_event_id]


def complete_activity(turn: Turn, task: ActivityTask, request: RespondActivityTaskCompleted) -> None:
    """Closes the task with a result."""
    scheduled, started = _close(turn, task)
    turn.emit(ActivityTaskCompleted(scheduled_event_id=scheduled, started_event_id=started, result=request.result))
    turn.wake_decider()


def fail_activity(turn: Turn, task: ActivityTask, request: RespondActivityTaskFailed) -> None:
    """Closes the task with a failure."""
    scheduled, started = _close(turn, task)
    turn.emit(
        ActivityTaskFailed(
            scheduled_event_id=scheduled, started_event_id=started, reason=request.reason, details=request.details
        )
    )
    turn.wake_decider()


def cancel_activity(turn: Turn, task: ActivityTask, request: RespondActivityTaskCanceled) -> None:
    """Closes the task as canceled; accepted without a request to cancel too."""
    scheduled, started = _close(turn, task)
    turn.emit(
        ActivityTaskCanceled(
            scheduled_event_id=scheduled,
            started_event_id=started,
            details=request.details,
            latest_cancel_requested_event_id=task.cancel_requested.id if task.cancel_requested else None,
        )
    )
    turn.wake_decider()


def heartbeat(turn: Turn, task: ActivityTask, request: RecordActivityTaskHeartbeat) -> bool:
    """Notes the sign of life, which makes no event, and tells whether the task should cancel.

    A heartbeat without details keeps those of an earlier one.
    """
    earlier = turn.beats.get(task.scheduled.id)
    details = request.details if request.details is not None else earlier.details if earlier else None
    turn.beats[task.scheduled.id] = Beat(turn.now, details)
    return task.cancel_requested is not None


def _close(turn: Turn, task: ActivityTask) -> tuple[int, int]:
    assert task.started is not None, "only a started task has a token"
    turn.beats.pop(task.scheduled.id, None)
    return task.scheduled.id, task.started.id
