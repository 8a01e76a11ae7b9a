"""Which timeouts can strike an execution, when, and what happens when they do."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from swf.lifecycle import ActivityTask, DecisionTask, Execution, LambdaFunction, Timer
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    LambdaFunctionStarted,
    LambdaFunctionTimedOut,
    TimerFired,
    TimerStarted,
    WorkflowExecutionStarted,
    WorkflowExecutionTimedOut,
)
from swf.protocol.limits import EXECUTION_DURATION_S, LAMBDA_TIMEOUT_S
from swf.protocol.values import TimeoutType
from swf.server.machine.turn import Beat, Turn


class Clock(Enum):
    """Whose time runs out. The value ranks those of one thing that run out together."""

    ACTIVITY_SCHEDULE_TO_CLOSE = 0
    ACTIVITY_START_TO_CLOSE = 1
    ACTIVITY_SCHEDULE_TO_START = 2
    ACTIVITY_HEARTBEAT = 3
    DECISION_START_TO_CLOSE = 4
    DECISION_SCHEDULE_TO_START = 5
    TIMER = 6
    LAMBDA_START_TO_CLOSE = 7
    EXECUTION = 8


class Deadline(NamedTuple):
    """At *at* (seconds since 1970) the clock of the thing that event *event_id* opened runs out."""

    at: float
    event_id: int
    clock: Clock

    @property
    def order(self) -> tuple[float, int, int]:
        """Ties go to the lower event id, so that every reader of a history agrees."""
        return self.at, self.event_id, self.clock.value


@functools.lru_cache(maxsize=1024)
def seconds(text: str | None) -> int | None:
    """The seconds of a duration text; None for ``NONE`` and for no text, which never pass. At most a year."""
    if text is None or text == "NONE":
        return None
    return min(int(text), EXECUTION_DURATION_S)


def _but_of_activities(execution: Execution, up_since: float) -> Iterator[Deadline]:
    yield from _of_execution(execution)
    yield from _of_decisions(execution, up_since)
    for timer in execution.timers.values():
        if timer.is_open:
            yield from _of_timer(timer)
    for function in execution.lambda_functions.values():
        if function.is_open:
            yield from _of_function(function)


def deadlines_from(
    execution: Execution, event: HistoryEvent, beats: Mapping[int, Beat], up_since: float
) -> Iterator[Deadline]:
    """The deadlines that *event*, the latest or one just before it, has brought into the world."""
    match event.attributes:
        case ActivityTaskScheduled():
            if task := execution.activities.get(event.id):
                yield from _of_activity(task, beats, up_since)
        case ActivityTaskStarted(scheduled_event_id=scheduled):
            if task := execution.activities.get(scheduled):
                yield from _of_activity(task, beats, up_since)
        case DecisionTaskScheduled() | DecisionTaskStarted() | DecisionTaskCompleted() | DecisionTaskTimedOut():
            yield from _of_decisions(execution, up_since)
        case TimerStarted():
            if timer := execution.timers.get(event.id):
                yield from _of_timer(timer)
        case LambdaFunctionStarted(scheduled_event_id=scheduled):
            if function := execution.lambda_functions.get(scheduled):
                yield from _of_function(function)
        case WorkflowExecutionStarted():
            yield from _of_execution(execution)


def next_deadline(execution: Execution, beats: Mapping[int, Beat], up_since: float) -> float | None:
    """When the earliest timeout can strike, or None if none can."""
    if not execution.is_open:
        return None
    soonest = [deadline.at for deadline in _but_of_activities(execution, up_since)]
    for task in execution.activities.values():
        if task.closed is None:
            soonest += [at for at, _ in _clocks(task, beats, up_since)]
    return min(soonest, default=None)


def _due(
    execution: Execution, beats: Mapping[int, Beat], up_since: float, until: float
) -> tuple[list[Deadline], float | None]:
    """The deadlines up to *until*, the earliest first, and when the next one can strike; None: there is no other."""
    if not execution.is_open:
        return [], None
    due: list[Deadline] = []
    following = math.inf
    for deadline in _but_of_activities(execution, up_since):
        if deadline.at <= until:
            due.append(deadline)
        elif deadline.at < following:
            following = deadline.at
    for task in execution.activities.values():
        if task.closed is None:
            for at, clock in _clocks(task, beats, up_since):
                if at <= until:
                    due.append(Deadline(at, task.opened.id, clock))
                elif at < following:
                    following = at
    due.sort(key=lambda deadline: deadline.order)
    return due, None if following == math.inf else following


def _after(start: float, duration: str | None) -> float | None:
    allowed = seconds(duration)
    return None if allowed is None else round(start + allowed, 3)


def _of_execution(execution: Execution) -> Iterator[Deadline]:
    """No execution outlives a year, not even one that was started without a timeout."""
    assert execution.opened is not None
    allowed = seconds(execution.started.execution_start_to_close_timeout)
    lasts = EXECUTION_DURATION_S if allowed is None else allowed
    yield Deadline(round(execution.opened.timestamp + lasts, 3), 1, Clock.EXECUTION)


def _of_decisions(execution: Execution, up_since: float) -> Iterator[Deadline]:
    """A waiting decision task can run out only while it could be handed out."""
    running: DecisionTask | None = execution.running_decision
    if running is not None:
        assert running.started is not None
        at = _after(running.started.timestamp, running.wanted.start_to_close_timeout)
        if at is not None:
            yield Deadline(at, running.opened.id, Clock.DECISION_START_TO_CLOSE)
        return
    waiting = execution.waiting_decision
    if waiting is not None:
        at = _after(max(waiting.deliverable_since, up_since), waiting.wanted.schedule_to_start_timeout)
        if at is not None:
            yield Deadline(at, waiting.opened.id, Clock.DECISION_SCHEDULE_TO_START)


def _of_activity(task: ActivityTask, beats: Mapping[int, Beat], up_since: float) -> Iterator[Deadline]:
    for at, clock in _clocks(task, beats, up_since):
        yield Deadline(at, task.opened.id, clock)


def _clocks(task: ActivityTask, beats: Mapping[int, Beat], up_since: float) -> list[tuple[float, Clock]]:
    """When each clock of an activity runs out. Called for thousands at once: so nothing is called here."""
    wanted = task.wanted
    since = max(task.opened.timestamp, up_since)
    allowed = seconds(wanted.schedule_to_close_timeout)
    found = [] if allowed is None else [(round(since + allowed, 3), Clock.ACTIVITY_SCHEDULE_TO_CLOSE)]
    started = task.started
    if started is None:
        allowed = seconds(wanted.schedule_to_start_timeout)
        if allowed is not None:
            found.append((round(since + allowed, 3), Clock.ACTIVITY_SCHEDULE_TO_START))
        return found
    since = max(started.timestamp, up_since)
    allowed = seconds(wanted.start_to_close_timeout)
    if allowed is not None:
        found.append((round(since + allowed, 3), Clock.ACTIVITY_START_TO_CLOSE))
    allowed = seconds(wanted.heartbeat_timeout)
    if allowed is not None:
        beat = beats.get(task.opened.id)
        since = max(since, beat.at) if beat else since
        found.append((round(since + allowed, 3), Clock.ACTIVITY_HEARTBEAT))
    return found


def _of_timer(timer: Timer) -> Iterator[Deadline]:
    at = _after(timer.opened.timestamp, timer.wanted.start_to_fire_timeout)
    assert at is not None, "a timer has a duration"
    yield Deadline(at, timer.opened.id, Clock.TIMER)


def _of_function(function: LambdaFunction) -> Iterator[Deadline]:
    if function.started is not None:
        allowed = function_timeout(function.wanted.start_to_close_timeout)
        yield Deadline(round(function.started.timestamp + allowed, 3), function.opened.id, Clock.LAMBDA_START_TO_CLOSE)


def function_timeout(text: str | None) -> int:
    """The seconds a Lambda function may take: from 1 to 900, 900 where nothing else is said."""
    allowed = seconds(text)
    return LAMBDA_TIMEOUT_S if allowed is None else max(1, min(allowed, LAMBDA_TIMEOUT_S))


def expire(turn: Turn, until: float) -> float | None:
    """Lets everything strike that is due at *until*, the earliest first, until nothing is; when the next one can.

    The time of the turn may be later by milliseconds, if something has reached the execution from another one.
    """
    while True:
        due, following = _due(turn.execution, turn.beats, turn.up_since, until)
        if not due:
            return following
        for deadline in due:
            _strike(turn, deadline)


def _strike(turn: Turn, deadline: Deadline) -> None:
    """Does nothing if something that struck before has settled it."""
    execution = turn.execution
    if not execution.is_open:
        return
    match deadline.clock:
        case Clock.EXECUTION:
            turn.emit(
                WorkflowExecutionTimedOut(
                    timeout_type=TimeoutType.START_TO_CLOSE, child_policy=execution.started.child_policy
                )
            )
        case Clock.TIMER:
            timer = execution.timers.get(deadline.event_id)
            if timer is not None and timer.is_open:
                turn.emit(TimerFired(timer_id=timer.id, started_event_id=deadline.event_id))
                turn.wake_decider()
        case Clock.LAMBDA_START_TO_CLOSE:
            _time_out_function(turn, deadline)
        case Clock.DECISION_START_TO_CLOSE:
            _time_out_decision(turn, execution.running_decision, TimeoutType.START_TO_CLOSE, deadline)
        case Clock.DECISION_SCHEDULE_TO_START:
            _time_out_decision(turn, execution.waiting_decision, TimeoutType.SCHEDULE_TO_START, deadline)
        case Clock.ACTIVITY_SCHEDULE_TO_CLOSE:
            _time_out_activity(turn, deadline, TimeoutType.SCHEDULE_TO_CLOSE)
        case Clock.ACTIVITY_START_TO_CLOSE:
            _time_out_activity(turn, deadline, TimeoutType.START_TO_CLOSE)
        case Clock.ACTIVITY_SCHEDULE_TO_START:
            _time_out_activity(turn, deadline, TimeoutType.SCHEDULE_TO_START)
        case Clock.ACTIVITY_HEARTBEAT:
            _time_out_activity(turn, deadline, TimeoutType.HEARTBEAT)


def _time_out_decision(turn: Turn, task: DecisionTask | None, which: TimeoutType, deadline: Deadline) -> None:
    if task is None or task.opened.id != deadline.event_id:
        return
    turn.emit(
        DecisionTaskTimedOut(
            timeout_type=which,
            scheduled_event_id=task.opened.id,
            started_event_id=task.started.id if task.started else 0,
        )
    )
    turn.wake_decider()


def _time_out_activity(turn: Turn, deadline: Deadline, which: TimeoutType) -> None:
    task = turn.execution.activities.get(deadline.event_id)
    if task is None or not task.is_open:
        return
    beat = turn.beats.pop(deadline.event_id, None)
    turn.emit(
        ActivityTaskTimedOut(
            timeout_type=which,
            scheduled_event_id=deadline.event_id,
            started_event_id=task.started.id if task.started else 0,
            details=beat.details if beat else None,
        )
    )
    turn.wake_decider()


def _time_out_function(turn: Turn, deadline: Deadline) -> None:
    function = turn.execution.lambda_functions.get(deadline.event_id)
    if function is None or function.started is None:
        return
    turn.emit(
        LambdaFunctionTimedOut(
            scheduled_event_id=deadline.event_id,
            started_event_id=function.started.id,
            timeout_type=TimeoutType.START_TO_CLOSE,
        )
    )
    turn.wake_decider()
