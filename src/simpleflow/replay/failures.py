"""How failures travel: from an event to an exception, from an exception to the end of the execution."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, Final

from simpleflow import codecs, remote
from simpleflow.attempt import LAST_DETAILS
from simpleflow.exceptions import TaskException, TaskFailed, TimeoutError, WorkflowException
from simpleflow.texts import decode, encode, is_pointer, shortened
from swf.protocol.causes import Cause
from swf.protocol.events import ActivityTaskFailed, ActivityTaskScheduled, ActivityTaskTimedOut
from swf.protocol.values import TimeoutType

REASON_CHARACTERS: Final = 256
REGISTRATIONS_AT_MOST: Final = 3
BACKOFF_AT_MOST_S: Final = 60

WAIT_AND_REPEAT: Final = frozenset(
    {
        Cause.OPEN_ACTIVITIES_LIMIT_EXCEEDED,
        Cause.ACTIVITY_CREATION_RATE_EXCEEDED,
        Cause.OPEN_TIMERS_LIMIT_EXCEEDED,
        Cause.TIMER_CREATION_RATE_EXCEEDED,
        Cause.OPEN_CHILDREN_LIMIT_EXCEEDED,
        Cause.OPEN_WORKFLOWS_LIMIT_EXCEEDED,
        Cause.CHILD_CREATION_RATE_EXCEEDED,
        Cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
        Cause.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
        Cause.CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED,
    }
)
"""Refusals that time mends."""


def task_exception(
    task_id: str,
    event: ActivityTaskFailed | ActivityTaskTimedOut,
    scheduled: ActivityTaskScheduled | None,
    decode: Callable[[str | None], Any] = decode,
) -> TaskFailed | TimeoutError:
    """Why an activity has failed: the exception of its worker, where its class is known."""
    if isinstance(event, ActivityTaskFailed):
        return remote.rebuilt(TaskFailed(task_id, event.reason, whole(event.details, decode)))
    return TimeoutError(str(event.timeout_type), _seconds(event.timeout_type, scheduled))


def last_details(event: ActivityTaskFailed | ActivityTaskTimedOut) -> str | None:
    """What an attempt that ran out of time, or whose process has died, had said in its last heartbeat."""
    if isinstance(event, ActivityTaskTimedOut):
        return event.details
    text = event.details or ""
    told = decode(text) if text.startswith('{"' + LAST_DETAILS) else None
    found = told.get(LAST_DETAILS) if isinstance(told, dict) else None
    return found if isinstance(found, str) else None


def whole(text: str | None, decode: Callable[[str | None], Any]) -> str | None:
    """Details as they were before they went through a codec or into a store."""
    if not is_pointer(text) and not (text or "").startswith(codecs.PREFIX):
        return text
    try:
        value = decode(text)
    except Exception:  # noqa: BLE001  # the store is the user's; what cannot be read must not hide the failure
        return text
    return value if isinstance(value, str) else encode(value)


def _seconds(which: TimeoutType, scheduled: ActivityTaskScheduled | None) -> int | None:
    if scheduled is None:
        return None
    text = {
        TimeoutType.START_TO_CLOSE: scheduled.start_to_close_timeout,
        TimeoutType.SCHEDULE_TO_START: scheduled.schedule_to_start_timeout,
        TimeoutType.SCHEDULE_TO_CLOSE: scheduled.schedule_to_close_timeout,
        TimeoutType.HEARTBEAT: scheduled.heartbeat_timeout,
    }.get(which)
    return None if text is None or text == "NONE" else int(text)


def backoff_s(number: int) -> int:
    """Seconds before the n-th repetition of what was refused for lack of room: 1, 2, 4 ... 60."""
    return int(min(2 ** (number - 1), BACKOFF_AT_MOST_S))


def reason_and_details(error: BaseException) -> tuple[str, str | None]:
    """What FailWorkflowExecution says of an exception that has left ``run``."""
    if isinstance(error, TaskException | WorkflowException):
        cause = getattr(error.exception, "failure", error.exception)
        reason = getattr(cause, "reason", None) or str(cause)
        task = error.task if isinstance(error, TaskException) else error.workflow
        name = getattr(task, "name", task)
        return (
            shortened(f'Workflow execution error in task {name}: "{reason}"', REASON_CHARACTERS),
            getattr(cause, "details", None) or reason,
        )
    text = "".join(traceback.format_exception(error))
    said = error.failure if isinstance(error, TaskFailed) else error  # which names the task as well
    reason = f"Cannot replay the workflow: {type(error).__name__}({said})"
    return shortened(reason, REASON_CHARACTERS), text.replace("Traceback (most recent call last):", "Traceback:", 1)
