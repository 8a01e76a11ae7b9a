"""Decisions about activities."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.decisions import RequestCancelActivityTask, ScheduleActivityTask
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskScheduled,
    RequestCancelActivityTaskFailed,
    ScheduleActivityTaskFailed,
)
from swf.protocol.values import RegistrationStatus
from swf.server.machine.turn import Turn


def schedule_activity_task(turn: Turn, wanted: ScheduleActivityTask, completed_event_id: int) -> bool:
    """Schedules an activity, its values resolved against the defaults of its type."""
    scheduled = _resolve(turn, wanted, completed_event_id)
    if isinstance(scheduled, Cause):
        turn.emit(
            ScheduleActivityTaskFailed(
                activity_type=wanted.activity_type,
                activity_id=wanted.activity_id,
                cause=scheduled,
                decision_task_completed_event_id=completed_event_id,
            )
        )
        return True
    turn.emit(scheduled)
    return False


def _resolve(turn: Turn, wanted: ScheduleActivityTask, completed_event_id: int) -> ActivityTaskScheduled | Cause:
    """The event, or why there is none: the first objection in the order in which Amazon raises them."""
    registered = turn.world.activity_type(wanted.activity_type)
    if registered is None:
        return Cause.ACTIVITY_TYPE_DOES_NOT_EXIST
    if registered.type_info.status is RegistrationStatus.DEPRECATED:
        return Cause.ACTIVITY_TYPE_DEPRECATED
    if wanted.activity_id in turn.execution.open_activity_ids:
        return Cause.ACTIVITY_ID_ALREADY_IN_USE
    defaults = registered.configuration
    task_list = wanted.task_list or defaults.default_task_list
    if task_list is None:
        return Cause.DEFAULT_TASK_LIST_UNDEFINED
    schedule_to_start = wanted.schedule_to_start_timeout or defaults.default_task_schedule_to_start_timeout
    if schedule_to_start is None:
        return Cause.DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED
    schedule_to_close = wanted.schedule_to_close_timeout or defaults.default_task_schedule_to_close_timeout
    if schedule_to_close is None:
        return Cause.DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED
    start_to_close = wanted.start_to_close_timeout or defaults.default_task_start_to_close_timeout
    if start_to_close is None:
        return Cause.DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED
    heartbeat = wanted.heartbeat_timeout or defaults.default_task_heartbeat_timeout
    if heartbeat is None:
        return Cause.DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED
    if turn.execution.open_activity_count >= turn.world.quotas.open_activities:
        return Cause.OPEN_ACTIVITIES_LIMIT_EXCEEDED
    if not turn.world.admits(ScheduleActivityTask):
        return Cause.ACTIVITY_CREATION_RATE_EXCEEDED
    return ActivityTaskScheduled(
        activity_type=wanted.activity_type,
        activity_id=wanted.activity_id,
        input=wanted.input,
        control=wanted.control,
        schedule_to_start_timeout=schedule_to_start,
        schedule_to_close_timeout=schedule_to_close,
        start_to_close_timeout=start_to_close,
        heartbeat_timeout=heartbeat,
        task_list=task_list,
        task_priority=wanted.task_priority or defaults.default_task_priority,
        decision_task_completed_event_id=completed_event_id,
    )


def request_cancel_activity_task(turn: Turn, wanted: RequestCancelActivityTask, completed_event_id: int) -> bool:
    """Asks the worker to cancel; a task that nobody has started is canceled at once."""
    scheduled_id = turn.execution.open_activity_ids.get(wanted.activity_id)
    if scheduled_id is None:
        turn.emit(
            RequestCancelActivityTaskFailed(
                activity_id=wanted.activity_id,
                cause=Cause.ACTIVITY_ID_UNKNOWN,
                decision_task_completed_event_id=completed_event_id,
            )
        )
        return True
    requested = turn.emit(
        ActivityTaskCancelRequested(activity_id=wanted.activity_id, decision_task_completed_event_id=completed_event_id)
    )
    if turn.execution.activities[scheduled_id].started is not None:
        return False
    turn.emit(
        ActivityTaskCanceled(
            scheduled_event_id=scheduled_id,
            started_event_id=0,
            latest_cancel_requested_event_id=requested.id,
        )
    )
    return True
