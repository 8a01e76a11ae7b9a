"""Timers of one run: those of the user and of the engine, and what events about them mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simpleflow import format
from simpleflow.exceptions import TaskFailed
from simpleflow.futures import Future
from simpleflow.replay import failures
from simpleflow.replay.attempts import RETRY_TIMER
from simpleflow.replay.checks import timer_seconds
from simpleflow.replay.options import WAKE_UP_TIMER
from simpleflow.replay.records import Record
from simpleflow.replay.sources import here
from simpleflow.task import CancelTimerTask, TimerTask
from swf.protocol import events as e
from swf.protocol.causes import Cause
from swf.protocol.decisions import CancelTimer, StartTimer
from swf.protocol.event import HistoryEvent

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


def is_own(timer_id: str) -> bool:
    """Whether the timer is the engine's, not the user's."""
    return timer_id.startswith(("_simpleflow_", RETRY_TIMER))


class Timers:
    """The submitted timers, and the requests to cancel some."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.cancels: dict[str, Record] = {}
        """Submitted requests to cancel a timer that were not answered yet, by timer id."""

    def submit(self, task: TimerTask) -> Future[Any]:
        """Starts a timer; one that was started already is the same."""
        run = self._run
        record = Record("timer", task, id=task.timer_id, source=here())
        known = run.records.get(record.key)
        if known is not None:
            if known.future.done:
                run.note(f"the timer {task.timer_id!r} was started again after its end: the first one counts")
            return known.future
        seconds = timer_seconds(task.timer_id, task.timeout)
        control = None if task.control is None else run.values.field(format.encode(task.control))
        record.input = str(seconds)
        run.submits.add(
            ("start_timer", task.timer_id),
            StartTimer(timer_id=task.timer_id, start_to_fire_timeout=record.input, control=control),
        )
        run.records[record.key] = record
        run.submits.hold(record)
        run.adopt(record)
        return record.future

    def start_own(self, prefix: str, seconds: int) -> Future[Any]:
        """A timer of the engine."""
        return self.start(self._run.submits.next_id(prefix), seconds)

    def start(self, id: str, seconds: int) -> Future[Any]:
        """A timer of the engine with an id of its own."""
        return self.submit(TimerTask(id, seconds))

    def submit_cancel(self, task: CancelTimerTask) -> Future[Any]:
        """Cancels a timer; the future is finished when the service has."""
        run = self._run
        known = run.records.get(("cancel_timer", task.timer_id))
        if known is not None:
            return known.future
        record = Record("cancel_timer", task, id=task.timer_id, source=here())
        timer = run.records.get(("timer", task.timer_id))
        if timer is None or timer.future.done:
            record.future.set_finished(None)
            return record.future
        if run.outbox.pop(("start_timer", task.timer_id)) is not None:
            timer.future.set_cancelled()
            record.future.set_finished(None)
            return record.future
        run.records[record.key] = self.cancels[task.timer_id] = record
        run.submits.add(("cancel_timer", task.timer_id), CancelTimer(timer_id=task.timer_id))
        return record.future

    def end(self, record: Record) -> None:
        """The timer is over. One of the user is remembered, since its id may be asked for again."""
        self._run.submits.let_go(record)
        if is_own(record.key[1]):
            self._run.records.pop(record.key, None)

    def finish_cancel(self, timer_id: str) -> None:
        """The request to cancel a timer has been answered."""
        self._run.records.pop(("cancel_timer", timer_id), None)
        record = self.cancels.pop(timer_id, None)
        if record is not None:
            record.future.set_finished(None)


# What events mean


def begin(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.TimerStarted)
    if attributes.timer_id == WAKE_UP_TIMER:
        run.wakes_up = True
        return
    key = "timer", attributes.timer_id
    run.open_timers[event.id] = key
    run.outbox.pop(("start_timer", attributes.timer_id))
    if not is_own(attributes.timer_id):
        run.timers_seen[attributes.timer_id] = {"state": "started", "event_id": event.id, "control": attributes.control}
    record = run.records.get(key)
    if record is None:
        run.orphan(key, event)
        return
    echo(run, record, event)


def echo(run: Run, record: Record, event: HistoryEvent) -> None:
    """The timer runs."""
    attributes = event.attributes
    assert isinstance(attributes, e.TimerStarted)
    record.is_open = True
    record.future.set_running()
    run.differences.compare_timer(record, event.id, attributes)


def close(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.TimerFired | e.TimerCanceled)
    if attributes.timer_id == WAKE_UP_TIMER:
        run.wakes_up = False
        return
    key = run.open_timers.pop(attributes.started_event_id, None)
    if not is_own(attributes.timer_id):
        run.timers_seen[attributes.timer_id] = {"state": attributes.STATE, "event_id": event.id}
    run.outbox.pop(("cancel_timer", attributes.timer_id))
    run.room.end_timer()
    if key is None:
        return
    run.timers.finish_cancel(attributes.timer_id)  # also if it fired first: nothing is left to cancel
    record = run.records.get(key)
    if record is None:
        run.orphan(key, event)
        return
    end(run, record, event)


def end(run: Run, record: Record, event: HistoryEvent) -> None:
    """The timer has fired, or was canceled."""
    record.is_open = False
    run.timers.end(record)
    if isinstance(event.attributes, e.TimerFired):
        record.future.set_finished(None)
    else:
        record.future.set_cancelled()


def refuse(run: Run, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.StartTimerFailed)
    if attributes.timer_id == WAKE_UP_TIMER:
        run.wakes_up = attributes.cause is Cause.TIMER_ID_ALREADY_IN_USE
        return
    entry = run.outbox.pop(("start_timer", attributes.timer_id))
    record = run.records.get(("timer", attributes.timer_id))
    if record is None:
        run.orphan(("timer", attributes.timer_id), event)
    elif attributes.cause is Cause.OPEN_TIMERS_LIMIT_EXCEEDED and entry is not None and run.open_timers:
        run.room.refuse_timer(entry)
    elif attributes.cause in failures.WAIT_AND_REPEAT and entry is not None:
        run.outbox.add(entry.key, entry.decision, run.batch_end, entry.values)
    else:
        run.timers.end(record)
        record.future.set_exception(TaskFailed(attributes.timer_id, str(attributes.cause)))


def refuse_cancel(run: Run, event: HistoryEvent) -> None:
    """The timer has fired meanwhile: nothing is left to cancel."""
    attributes = event.attributes
    assert isinstance(attributes, e.CancelTimerFailed)
    run.outbox.pop(("cancel_timer", attributes.timer_id))
    run.timers.finish_cancel(attributes.timer_id)
