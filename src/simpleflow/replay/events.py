"""What each event means to a run: one rule per event type that concerns it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simpleflow import hints
from simpleflow.exceptions import TaskFailed
from simpleflow.marker import Marker
from simpleflow.replay import children, failures, helpers, others, timers
from simpleflow.replay.records import Record
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.event import HistoryEvent

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


# The execution


def start(run: Run, event: HistoryEvent) -> None:
    run.main.begin(event)


def request_cancel(run: Run, event: HistoryEvent) -> None:
    run.cancel_requests += 1
    for record in run.cancel_waits:
        record.future.set_finished(None)


def signal(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.WorkflowExecutionSignaled)
    run.others.propagate(event)
    run.signals.receive(attributes.signal_name, run.options.decode(attributes.input), event.id)


def refuse_close(run: Run, event: HistoryEvent) -> None:
    """Something has happened meanwhile; the closing decision is repeated as long as that helps."""
    cause: Cause = event.attributes.cause  # type: ignore[attr-defined]
    if cause is Cause.OPERATION_NOT_PERMITTED:
        run.may_close = False
        run.note(f"event {event.id}: the service does not permit to close this execution")
    elif isinstance(event.attributes, e.ContinueAsNewWorkflowExecutionFailed):
        run.continuation.refuse(cause)


def complete_decision(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.DecisionTaskCompleted)
    run.last_completed_id = event.id
    run.echoes_are_own = attributes.started_event_id == run.answered_at
    if attributes.execution_context is not None:
        run.context = attributes.execution_context


# Activities


def schedule_activity(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.ActivityTaskScheduled)
    key = "activity", attributes.activity_id
    run.open_activities += 1
    run.open[event.id] = key, attributes
    entry = run.outbox.pop(("schedule", attributes.activity_id))
    if entry is not None:
        run.differences.last_scheduled = max(run.differences.last_scheduled, entry.number)
        run.room.take("activity")
    record = run.sent(key)
    if record is None:
        run.orphan(key, event)
        return
    echo_activity(run, record, event)


def echo_activity(run: Run, record: Record, event: HistoryEvent) -> None:
    """The attempt is in the history; the first is compared with what was submitted."""
    attributes = event.attributes
    assert isinstance(attributes, e.ActivityTaskScheduled)
    record.is_open = True
    if record.failures == 0:
        run.differences.compare_activity(record, event.id, attributes)


def start_activity(run: Run, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.ActivityTaskStarted)
    found = run.open.get(event.attributes.scheduled_event_id)
    record = run.sent(found[0]) if found else None
    if record is not None:
        record.future.set_running()
    elif found:
        run.orphan(found[0], event)


def close_activity(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, CLOSED_ACTIVITY)
    found = run.open.pop(attributes.scheduled_event_id, None)
    if found is None:
        return
    run.open_activities -= 1
    key, scheduled = found
    run.outbox.pop(("cancel", key[1]))
    record = run.sent(key)
    if record is None:
        run.orphan(key, event, scheduled)
        return
    end_activity(run, record, event, scheduled)


def end_activity(run: Run, record: Record, event: HistoryEvent, scheduled: e.ActivityTaskScheduled) -> None:
    """Finishes the future, or begins the next attempt."""
    record.is_open = False
    match event.attributes:
        case e.ActivityTaskCompleted(result=result):
            run.forget(record)
            function = record.task.activity.callable
            record.future.set_finished_lazily(lambda: hints.result(function, run.decoded(result)))
        case e.ActivityTaskCanceled():
            run.forget(record)
            record.future.set_cancelled()
        case e.ActivityTaskFailed() | e.ActivityTaskTimedOut() as failed:
            assert record.id is not None
            record.last_details = failures.last_details(failed)
            exception = failures.task_exception(record.id, failed, scheduled, run.options.decode)
            run.attempts.fail(record, exception, event, scheduled)


CLOSED_ACTIVITY = (e.ActivityTaskCompleted, e.ActivityTaskFailed, e.ActivityTaskTimedOut, e.ActivityTaskCanceled)


def refuse_activity(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.ScheduleActivityTaskFailed)
    record = run.sent(("activity", attributes.activity_id))
    run.outbox.pop(("schedule", attributes.activity_id))
    if record is None:
        run.orphan(("activity", attributes.activity_id), event)
        return
    end_refused_activity(run, record, event)


def end_refused_activity(run: Run, record: Record, event: HistoryEvent) -> None:
    """Registers an unknown type and repeats, waits for room and repeats, or fails the task with the cause."""
    attributes = event.attributes
    assert isinstance(attributes, e.ScheduleActivityTaskFailed)
    if record.future.done:
        run.forget(record)
        return
    cause = attributes.cause
    if cause is Cause.ACTIVITY_TYPE_DOES_NOT_EXIST and record.registrations < failures.REGISTRATIONS_AT_MOST:
        record.registrations += 1
        run.send_activity(record, register=attributes.activity_type)
    elif cause in failures.WAIT_AND_REPEAT:
        run.send_activity(record)
        run.room.refuse("activity")
    elif cause is Cause.ACTIVITY_ID_ALREADY_IN_USE and record.is_open:
        pass
    else:
        assert record.id is not None
        run.attempts.refuse(record, TaskFailed(record.id, str(cause)), event)


def echo_activity_cancel(run: Run, event: HistoryEvent) -> None:
    run.outbox.pop(("cancel", event.attributes.activity_id))  # type: ignore[attr-defined]


# Markers


def record_marker(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.MarkerRecorded)
    if attributes.marker_name in helpers.MARKERS:
        run.helpers.see(attributes, event.id)
        return
    details = run.options.decode(attributes.details)
    run.markers.append((Marker(attributes.marker_name, details), event.id))
    run.echo_marker(attributes.marker_name, details)


def refuse_marker(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.RecordMarkerFailed)
    run.echo_marker(
        attributes.marker_name,
        None,
        TaskFailed(attributes.marker_name, str(attributes.cause)),
    )


# Children and other executions


def initiate_child(run: Run, event: HistoryEvent) -> None:
    run.children.initiate(event)


def start_child(run: Run, event: HistoryEvent) -> None:
    run.children.start(event)


def close_child(run: Run, event: HistoryEvent) -> None:
    run.children.close(event)


def refuse_child(run: Run, event: HistoryEvent) -> None:
    run.children.refuse(event)


def initiate_other(run: Run, event: HistoryEvent) -> None:
    run.others.initiate(event)


def close_other(run: Run, event: HistoryEvent) -> None:
    run.others.close(event)


def refuse_other(run: Run, event: HistoryEvent) -> None:
    run.others.refuse(event)


RULES: dict[type[Attributes], Callable[[Any, HistoryEvent], None]] = {
    e.WorkflowExecutionStarted: start,
    e.WorkflowExecutionCancelRequested: request_cancel,
    e.WorkflowExecutionSignaled: signal,
    e.CompleteWorkflowExecutionFailed: refuse_close,
    e.FailWorkflowExecutionFailed: refuse_close,
    e.CancelWorkflowExecutionFailed: refuse_close,
    e.ContinueAsNewWorkflowExecutionFailed: refuse_close,
    e.DecisionTaskCompleted: complete_decision,
    e.ActivityTaskScheduled: schedule_activity,
    e.ActivityTaskStarted: start_activity,
    e.ActivityTaskCompleted: close_activity,
    e.ActivityTaskFailed: close_activity,
    e.ActivityTaskTimedOut: close_activity,
    e.ActivityTaskCanceled: close_activity,
    e.ScheduleActivityTaskFailed: refuse_activity,
    e.ActivityTaskCancelRequested: echo_activity_cancel,
    e.RequestCancelActivityTaskFailed: echo_activity_cancel,
    e.TimerStarted: timers.begin,
    e.StartTimerFailed: timers.refuse,
    e.TimerFired: timers.close,
    e.TimerCanceled: timers.close,
    e.CancelTimerFailed: timers.refuse_cancel,
    e.MarkerRecorded: record_marker,
    e.RecordMarkerFailed: refuse_marker,
    e.StartChildWorkflowExecutionInitiated: initiate_child,
    e.StartChildWorkflowExecutionFailed: refuse_child,
    e.ChildWorkflowExecutionStarted: start_child,
    e.ChildWorkflowExecutionCompleted: close_child,
    e.ChildWorkflowExecutionFailed: close_child,
    e.ChildWorkflowExecutionTimedOut: close_child,
    e.ChildWorkflowExecutionCanceled: close_child,
    e.ChildWorkflowExecutionTerminated: close_child,
    e.SignalExternalWorkflowExecutionInitiated: initiate_other,
    e.SignalExternalWorkflowExecutionFailed: refuse_other,
    e.ExternalWorkflowExecutionSignaled: close_other,
    e.RequestCancelExternalWorkflowExecutionInitiated: initiate_other,
    e.RequestCancelExternalWorkflowExecutionFailed: refuse_other,
    e.ExternalWorkflowExecutionCancelRequested: close_other,
}
"""Events that are not here change nothing for a run."""


def adopt(run: Run, record: Record, event: HistoryEvent, opened: Attributes | None) -> None:
    """Tells a record, submitted late, what has happened to it before."""
    match event.attributes:
        case e.ActivityTaskScheduled():
            run.outbox.pop(("schedule", event.attributes.activity_id))
            echo_activity(run, record, event)
        case e.ActivityTaskStarted():
            record.future.set_running()
        case e.ActivityTaskCompleted() | e.ActivityTaskFailed() | e.ActivityTaskTimedOut() | e.ActivityTaskCanceled():
            assert isinstance(opened, e.ActivityTaskScheduled)
            end_activity(run, record, event, opened)
        case e.ScheduleActivityTaskFailed():
            run.outbox.pop(("schedule", event.attributes.activity_id))
            end_refused_activity(run, record, event)
        case e.TimerStarted():
            run.outbox.pop(("start_timer", event.attributes.timer_id))
            timers.echo(run, record, event)
        case e.TimerFired() | e.TimerCanceled():
            timers.end(run, record, event)
        case e.StartTimerFailed():
            record.future.set_exception(TaskFailed(event.attributes.timer_id, str(event.attributes.cause)))
        case e.StartChildWorkflowExecutionInitiated():
            run.outbox.pop(record.key)
            run.children.echo(record, event)
        case e.ChildWorkflowExecutionStarted():
            run.children.begin(record)
        case e.StartChildWorkflowExecutionFailed():
            run.outbox.pop(record.key)
            run.children.end_refused(record, event)
        case _ if isinstance(event.attributes, children.Closed):
            assert isinstance(opened, e.StartChildWorkflowExecutionInitiated)
            run.children.end(record, event, opened)
        case _ if isinstance(event.attributes, others.Initiated):
            run.outbox.pop(record.key)
            record.is_open = True
            record.future.set_running()
        case _ if isinstance(event.attributes, others.Refused):
            run.outbox.pop(record.key)
            run.others.end_refused(record, event.attributes)
        case _ if isinstance(event.attributes, others.Done):
            run.others.end(record)
