"""An execution as its history tells it: every event folded into the one place that interprets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from swf.lifecycle.things import (
    ActivityTask,
    Child,
    DecisionTask,
    ExternalRequest,
    LambdaFunction,
    Thing,
    Timer,
)
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.event import HistoryEvent, UnknownAttributes
from swf.protocol.values import CloseStatus, TaskList

AnyThing = TypeVar("AnyThing", bound=Thing[Any])


@dataclass(frozen=True, slots=True)
class TaskListOverride:
    """The list on which a decider wants the next decision tasks, and for how long each may wait there.

    *schedule_to_start* is a duration text ("5", "NONE"), or None for an override that never ends.
    """

    task_list: TaskList
    schedule_to_start: str | None


@dataclass(slots=True)
class Execution:
    """The state of one execution after the events it was shown, in order, from event 1 on.

    Things are kept by the id of the event that opened them. Unless *keep_closed*, a thing is dropped
    when it closes, so that memory follows what is open and not the length of the history; what only a
    reader wants (closed things, markers, signals, decision tasks) is kept with *keep_closed* alone.
    """

    keep_closed: bool = False
    last_event_id: int = 0
    last_timestamp: float = 0.0
    opened: HistoryEvent | None = None
    closed: HistoryEvent | None = None
    activities: dict[int, ActivityTask] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    children: dict[int, Child] = field(default_factory=dict)
    external_requests: dict[int, ExternalRequest] = field(default_factory=dict)
    lambda_functions: dict[int, LambdaFunction] = field(default_factory=dict)
    decisions: dict[int, DecisionTask] = field(default_factory=dict)
    open_activity_ids: dict[str, int] = field(default_factory=dict)
    """Activity id to scheduled event id, of open activities."""
    open_timer_ids: dict[str, int] = field(default_factory=dict)
    """Timer id to started event id, of open timers."""
    waiting_decision: DecisionTask | None = None
    """The decision task that is scheduled and not started, or None. One may wait while another runs."""
    running_decision: DecisionTask | None = None
    """The decision task that a decider has, or None."""
    previous_started_event_id: int = 0
    """The DecisionTaskStarted of the last decision task that was completed; 0 before the first."""
    completed_decision_id: int = 0
    """The DecisionTaskCompleted of that task; 0 before the first."""
    override: TaskListOverride | None = None
    execution_context: str | None = None
    """The last context a decider gave; None if none ever did."""
    latest_activity_at: float | None = None
    cancel_requested_id: int = 0
    """The newest WorkflowExecutionCancelRequested; 0 if nobody has asked to cancel."""
    open_child_count: int = 0
    open_lambda_count: int = 0
    signals: list[HistoryEvent] = field(default_factory=list)
    markers: list[HistoryEvent] = field(default_factory=list)
    refusals: list[HistoryEvent] = field(default_factory=list)
    """Events that say a decision was refused."""

    @property
    def is_open(self) -> bool:
        """Whether the execution still runs."""
        return self.closed is None

    @property
    def cancel_requested(self) -> bool:
        """Whether anybody has asked to cancel."""
        return self.cancel_requested_id > 0

    @property
    def started(self) -> e.WorkflowExecutionStarted:
        """The attributes of event 1: configuration and input."""
        assert self.opened is not None, "no event yet"
        return self.opened.attributes  # type: ignore[return-value]  # event 1 is nothing else

    @property
    def close_status(self) -> CloseStatus | None:
        """How the execution ended, or None while it runs."""
        return None if self.closed is None else CloseStatus(self.closed.attributes.STATE.upper())

    @property
    def open_activity_count(self) -> int:
        """How many activities are scheduled or started."""
        return len(self.open_activity_ids)

    @property
    def open_timer_count(self) -> int:
        """How many timers run."""
        return len(self.open_timer_ids)

    @property
    def task_list(self) -> TaskList:
        """The list on which the next decision task is scheduled."""
        return self.override.task_list if self.override else self.started.task_list

    @property
    def deliverable_decision(self) -> DecisionTask | None:
        """The waiting decision task if a decider could have it now, or None."""
        return None if self.running_decision or self.closed else self.waiting_decision

    def evolve(self, event: HistoryEvent) -> None:
        """Takes in the next event.

        A history guarantees that ids count up from 1, that time does not fall, that states follow
        each other as :data:`~swf.lifecycle.transitions.TRANSITIONS` allows, and that nothing follows the close.
        """
        assert event.id == self.last_event_id + 1, f"event {event.id} after event {self.last_event_id}"
        assert event.timestamp >= self.last_timestamp, f"event {event.id}: {event.timestamp} < {self.last_timestamp}"
        assert self.closed is None, f"event {event.id} ({event.type}) after the close"
        assert self.opened is not None or event.id == 1
        attributes = type(event.attributes)
        rule = RULES.get(attributes)
        if rule is None:
            raise NotImplementedError(f"event {event.id}: no rule for {attributes.__name__}")
        rule(self, event)
        self.last_event_id = event.id
        self.last_timestamp = event.timestamp

    def _closing(self, things: dict[int, AnyThing], opened_id: int, event: HistoryEvent) -> AnyThing:
        """The thing that *event* closes, dropped if closed things are not kept."""
        thing = things[opened_id] if self.keep_closed else things.pop(opened_id)
        thing.close(event)
        return thing


def fold(events: Iterable[HistoryEvent], *, keep_closed: bool = True) -> Execution:
    """The execution that these events tell, from event 1 on."""
    execution = Execution(keep_closed=keep_closed)
    for event in events:
        execution.evolve(event)
    return execution


def _open(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.WorkflowExecutionStarted)
    assert event.id == 1
    execution.opened = event


def _close(execution: Execution, event: HistoryEvent) -> None:
    execution.closed = event


def _signal(execution: Execution, event: HistoryEvent) -> None:
    if execution.keep_closed:
        execution.signals.append(event)


def _request_cancel(execution: Execution, event: HistoryEvent) -> None:
    execution.cancel_requested_id = event.id


def _refuse(execution: Execution, event: HistoryEvent) -> None:
    if execution.keep_closed:
        execution.refusals.append(event)


def _record_marker(execution: Execution, event: HistoryEvent) -> None:
    if execution.keep_closed:
        execution.markers.append(event)


def _ignore(execution: Execution, event: HistoryEvent) -> None:
    """For events of a newer SWF: kept in the history, not interpreted."""


def _schedule_decision(execution: Execution, event: HistoryEvent) -> None:
    assert execution.waiting_decision is None, f"event {event.id}: a decision task waits already"
    task = DecisionTask(event, deliverable_since=event.timestamp)
    execution.waiting_decision = task
    if execution.keep_closed:
        execution.decisions[event.id] = task


def _start_decision(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.DecisionTaskStarted)
    task = execution.waiting_decision
    assert task is not None, f"event {event.id}: no decision task waits"
    assert task.opened.id == event.attributes.scheduled_event_id, f"event {event.id}: another decision task waits"
    assert execution.running_decision is None, f"event {event.id}: a decision task runs already"
    task.start(event)
    execution.waiting_decision, execution.running_decision = None, task


def _complete_decision(execution: Execution, event: HistoryEvent) -> None:
    attributes = event.attributes
    assert isinstance(attributes, e.DecisionTaskCompleted)
    task = execution.running_decision
    assert task is not None, f"event {event.id}: no decision task runs"
    assert task.started is not None
    assert task.started.id == attributes.started_event_id, f"event {event.id}: another decision task runs"
    task.close(event)
    execution.running_decision = None
    execution.previous_started_event_id = task.started.id
    execution.completed_decision_id = event.id
    if attributes.execution_context is not None:
        execution.execution_context = attributes.execution_context
    if attributes.task_list is not None:
        execution.override = TaskListOverride(attributes.task_list, attributes.task_list_schedule_to_start_timeout)
    if execution.waiting_decision is not None:
        execution.waiting_decision.deliverable_since = event.timestamp


def _time_out_decision(execution: Execution, event: HistoryEvent) -> None:
    """A task list override that can end ends when a decision task times out on its list."""
    attributes = event.attributes
    assert isinstance(attributes, e.DecisionTaskTimedOut)
    if attributes.started_event_id:
        task, execution.running_decision = execution.running_decision, None
    else:
        task, execution.waiting_decision = execution.waiting_decision, None
    assert task is not None, f"event {event.id}: no such decision task"
    assert task.opened.id == attributes.scheduled_event_id, f"event {event.id}: another decision task"
    task.close(event)
    override = execution.override
    if override is not None and override.schedule_to_start is not None and override.task_list == task.wanted.task_list:
        execution.override = None
    if execution.waiting_decision is not None:
        execution.waiting_decision.deliverable_since = event.timestamp


def _schedule_activity(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.ActivityTaskScheduled)
    activity_id = event.attributes.activity_id
    assert activity_id not in execution.open_activity_ids, f"event {event.id}: activity {activity_id!r} is open"
    execution.activities[event.id] = ActivityTask(event)
    execution.open_activity_ids[activity_id] = event.id
    execution.latest_activity_at = event.timestamp


def _start_activity(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.ActivityTaskStarted)
    execution.activities[event.attributes.scheduled_event_id].start(event)
    execution.latest_activity_at = event.timestamp


def _close_activity(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(
        event.attributes,
        e.ActivityTaskCompleted | e.ActivityTaskFailed | e.ActivityTaskTimedOut | e.ActivityTaskCanceled,
    )
    task = execution._closing(execution.activities, event.attributes.scheduled_event_id, event)
    started_id = task.started.id if task.started else 0
    assert event.attributes.started_event_id == started_id, f"event {event.id}: started by event {started_id}"
    del execution.open_activity_ids[task.id]
    execution.latest_activity_at = event.timestamp


def _request_activity_cancel(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.ActivityTaskCancelRequested)
    scheduled_id = execution.open_activity_ids[event.attributes.activity_id]
    execution.activities[scheduled_id].cancel_requested = event


def _start_timer(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.TimerStarted)
    timer_id = event.attributes.timer_id
    assert timer_id not in execution.open_timer_ids, f"event {event.id}: timer {timer_id!r} is open"
    execution.timers[event.id] = Timer(event)
    execution.open_timer_ids[timer_id] = event.id


def _close_timer(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.TimerFired | e.TimerCanceled)
    timer = execution._closing(execution.timers, event.attributes.started_event_id, event)
    del execution.open_timer_ids[timer.id]


def _initiate_child(execution: Execution, event: HistoryEvent) -> None:
    execution.children[event.id] = Child(event)
    execution.open_child_count += 1


def _start_child(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.ChildWorkflowExecutionStarted)
    execution.children[event.attributes.initiated_event_id].start(event)


def _refuse_child(execution: Execution, event: HistoryEvent) -> None:
    """Initiated event id 0: refused before anything was initiated."""
    assert isinstance(event.attributes, e.StartChildWorkflowExecutionFailed)
    if event.attributes.initiated_event_id:
        execution._closing(execution.children, event.attributes.initiated_event_id, event)
        execution.open_child_count -= 1
    _refuse(execution, event)


def _close_child(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(
        event.attributes,
        e.ChildWorkflowExecutionCompleted
        | e.ChildWorkflowExecutionFailed
        | e.ChildWorkflowExecutionTimedOut
        | e.ChildWorkflowExecutionCanceled
        | e.ChildWorkflowExecutionTerminated,
    )
    execution._closing(execution.children, event.attributes.initiated_event_id, event)
    execution.open_child_count -= 1


def _initiate_external(execution: Execution, event: HistoryEvent) -> None:
    execution.external_requests[event.id] = ExternalRequest(event)


def _close_external(execution: Execution, event: HistoryEvent) -> None:
    """Initiated event id 0: refused before anything was initiated."""
    assert isinstance(
        event.attributes,
        e.ExternalWorkflowExecutionSignaled
        | e.ExternalWorkflowExecutionCancelRequested
        | e.SignalExternalWorkflowExecutionFailed
        | e.RequestCancelExternalWorkflowExecutionFailed,
    )
    if event.attributes.initiated_event_id:
        execution._closing(execution.external_requests, event.attributes.initiated_event_id, event)
    else:
        _refuse(execution, event)


def _schedule_lambda(execution: Execution, event: HistoryEvent) -> None:
    execution.lambda_functions[event.id] = LambdaFunction(event)
    execution.open_lambda_count += 1


def _start_lambda(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(event.attributes, e.LambdaFunctionStarted)
    execution.lambda_functions[event.attributes.scheduled_event_id].start(event)


def _close_lambda(execution: Execution, event: HistoryEvent) -> None:
    assert isinstance(
        event.attributes,
        e.LambdaFunctionCompleted | e.LambdaFunctionFailed | e.LambdaFunctionTimedOut | e.StartLambdaFunctionFailed,
    )
    scheduled_id = event.attributes.scheduled_event_id
    assert scheduled_id is not None, f"event {event.id}: which function?"
    execution._closing(execution.lambda_functions, scheduled_id, event)
    execution.open_lambda_count -= 1


RULES: dict[type[Attributes], Callable[[Execution, HistoryEvent], None]] = {
    e.WorkflowExecutionStarted: _open,
    e.WorkflowExecutionSignaled: _signal,
    e.WorkflowExecutionCancelRequested: _request_cancel,
    e.WorkflowExecutionCompleted: _close,
    e.WorkflowExecutionFailed: _close,
    e.WorkflowExecutionCanceled: _close,
    e.WorkflowExecutionContinuedAsNew: _close,
    e.WorkflowExecutionTimedOut: _close,
    e.WorkflowExecutionTerminated: _close,
    e.CompleteWorkflowExecutionFailed: _refuse,
    e.FailWorkflowExecutionFailed: _refuse,
    e.CancelWorkflowExecutionFailed: _refuse,
    e.ContinueAsNewWorkflowExecutionFailed: _refuse,
    e.DecisionTaskScheduled: _schedule_decision,
    e.DecisionTaskStarted: _start_decision,
    e.DecisionTaskCompleted: _complete_decision,
    e.DecisionTaskTimedOut: _time_out_decision,
    e.ActivityTaskScheduled: _schedule_activity,
    e.ScheduleActivityTaskFailed: _refuse,
    e.ActivityTaskStarted: _start_activity,
    e.ActivityTaskCompleted: _close_activity,
    e.ActivityTaskFailed: _close_activity,
    e.ActivityTaskTimedOut: _close_activity,
    e.ActivityTaskCanceled: _close_activity,
    e.ActivityTaskCancelRequested: _request_activity_cancel,
    e.RequestCancelActivityTaskFailed: _refuse,
    e.MarkerRecorded: _record_marker,
    e.RecordMarkerFailed: _refuse,
    e.TimerStarted: _start_timer,
    e.StartTimerFailed: _refuse,
    e.TimerFired: _close_timer,
    e.TimerCanceled: _close_timer,
    e.CancelTimerFailed: _refuse,
    e.StartChildWorkflowExecutionInitiated: _initiate_child,
    e.StartChildWorkflowExecutionFailed: _refuse_child,
    e.ChildWorkflowExecutionStarted: _start_child,
    e.ChildWorkflowExecutionCompleted: _close_child,
    e.ChildWorkflowExecutionFailed: _close_child,
    e.ChildWorkflowExecutionTimedOut: _close_child,
    e.ChildWorkflowExecutionCanceled: _close_child,
    e.ChildWorkflowExecutionTerminated: _close_child,
    e.SignalExternalWorkflowExecutionInitiated: _initiate_external,
    e.SignalExternalWorkflowExecutionFailed: _close_external,
    e.ExternalWorkflowExecutionSignaled: _close_external,
    e.RequestCancelExternalWorkflowExecutionInitiated: _initiate_external,
    e.RequestCancelExternalWorkflowExecutionFailed: _close_external,
    e.ExternalWorkflowExecutionCancelRequested: _close_external,
    e.LambdaFunctionScheduled: _schedule_lambda,
    e.ScheduleLambdaFunctionFailed: _refuse,
    e.LambdaFunctionStarted: _start_lambda,
    e.StartLambdaFunctionFailed: _close_lambda,
    e.LambdaFunctionCompleted: _close_lambda,
    e.LambdaFunctionFailed: _close_lambda,
    e.LambdaFunctionTimedOut: _close_lambda,
    UnknownAttributes: _ignore,
}
"""What each event type does to an execution."""
