"""Decisions about timers."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import CancelTimer, StartTimer
from swf.protocol.events import CancelTimerFailed, StartTimerFailed, TimerCanceled, TimerStarted
from swf.server.machine.turn import Turn


def start_timer(turn: Turn, wanted: StartTimer, completed_event_id: int) -> bool:
    """Starts a timer, unless its id runs already or too many do."""
    cause = None
    if wanted.timer_id in turn.execution.open_timer_ids:
        cause = Cause.TIMER_ID_ALREADY_IN_USE
    elif turn.execution.open_timer_count >= turn.world.quotas.open_timers:
        cause = Cause.OPEN_TIMERS_LIMIT_EXCEEDED
    elif not turn.world.admits(StartTimer):
        cause = Cause.TIMER_CREATION_RATE_EXCEEDED
    if cause is not None:
        turn.emit(
            StartTimerFailed(timer_id=wanted.timer_id, cause=cause, decision_task_completed_event_id=completed_event_id)
        )
        return True
    turn.emit(
        TimerStarted(
            timer_id=wanted.timer_id,
            control=wanted.control,
            start_to_fire_timeout=wanted.start_to_fire_timeout,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    return False


def cancel_timer(turn: Turn, wanted: CancelTimer, completed_event_id: int) -> bool:
    """Stops a timer; one that has fired is not there any more."""
    started_id = turn.execution.open_timer_ids.get(wanted.timer_id)
    if started_id is None:
        turn.emit(
            CancelTimerFailed(
                timer_id=wanted.timer_id,
                cause=Cause.TIMER_ID_UNKNOWN,
                decision_task_completed_event_id=completed_event_id,
            )
        )
        return True
    turn.emit(
        TimerCanceled(
            timer_id=wanted.timer_id,
            started_event_id=started_id,
            decision_task_completed_event_id=completed_event_id,
        )
    )
    return False
