"""A history as hooks and reports like to read it: tasks by id, the latest attempt counting, insertion-ordered."""

from __future__ import annotations

import datetime
from typing import Any

from simpleflow import texts
from swf.lifecycle import ActivityTask, Execution
from swf.lifecycle.things import Child
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    CancelWorkflowExecutionFailed,
    ChildWorkflowExecutionCanceled,
    ChildWorkflowExecutionCompleted,
    ChildWorkflowExecutionFailed,
    ChildWorkflowExecutionStarted,
    ChildWorkflowExecutionTerminated,
    ChildWorkflowExecutionTimedOut,
    MarkerRecorded,
    ScheduleActivityTaskFailed,
    SignalExternalWorkflowExecutionInitiated,
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
    WorkflowExecutionSignaled,
)


class History:
    """Views of a folded execution. Entries are dicts with the keys that users of hooks know."""

    def __init__(self, execution: Execution) -> None:
        """*execution* was folded with closed things kept."""
        self.execution = execution

    @property
    def activities(self) -> dict[str, dict[str, Any]]:
        """Activity id to its entry, in the order in which they were scheduled first."""
        entries: dict[str, dict[str, Any]] = {}
        for task in self.execution.activities.values():
            earlier = entries.get(task.id)
            entries[task.id] = activity_entry(task, earlier)
        for event in self.execution.refusals:
            if isinstance(event.attributes, ScheduleActivityTaskFailed):
                entries.setdefault(event.attributes.activity_id, refused_entry(event))
        return entries

    @property
    def child_workflows(self) -> dict[str, dict[str, Any]]:
        """Workflow id to the entry of the child, in the order in which they were initiated first."""
        entries: dict[str, dict[str, Any]] = {}
        for child in self.execution.children.values():
            entries[child.id] = child_entry(child, entries.get(child.id))
        for event in self.execution.refusals:
            attributes = event.attributes
            if isinstance(attributes, StartChildWorkflowExecutionFailed):
                entries.setdefault(attributes.workflow_id, _refused_child(event))
        return entries

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """All entries of activities and children, in the order in which they were scheduled first."""
        activities, children = self.activities, self.child_workflows
        every = [*activities.values(), *children.values()]
        return sorted(every, key=lambda entry: entry["first_scheduled_timestamp"]) if children else every

    @property
    def signals(self) -> dict[str, dict[str, Any]]:
        """Name to the latest signal."""
        return {name: entries[-1] for name, entries in self.signal_lists.items()}

    @property
    def signal_lists(self) -> dict[str, list[dict[str, Any]]]:
        """Name to all signals, in order."""
        lists: dict[str, list[dict[str, Any]]] = {}
        for event in self.execution.signals:
            attributes = event.attributes
            assert isinstance(attributes, WorkflowExecutionSignaled)
            lists.setdefault(attributes.signal_name, []).append(
                {
                    "type": "signal",
                    "name": attributes.signal_name,
                    "state": "signaled",
                    "event_id": event.id,
                    "timestamp": moment(event),
                    "input": texts.decode(attributes.input),
                }
            )
        return lists

    @property
    def markers(self) -> dict[str, list[dict[str, Any]]]:
        """Name to all markers, in order."""
        lists: dict[str, list[dict[str, Any]]] = {}
        for event in self.execution.markers:
            attributes = event.attributes
            assert isinstance(attributes, MarkerRecorded)
            lists.setdefault(attributes.marker_name, []).append(
                {
                    "type": "marker",
                    "name": attributes.marker_name,
                    "state": "recorded",
                    "event_id": event.id,
                    "timestamp": moment(event),
                    "details": texts.decode(attributes.details),
                }
            )
        return lists

    @property
    def timers(self) -> dict[str, dict[str, Any]]:
        """Timer id to its entry; the latest timer of an id counts."""
        return {
            timer.id: {
                "type": "timer",
                "id": timer.id,
                "state": timer.state,
                "start_to_fire_timeout": int(timer.wanted.start_to_fire_timeout),
                "started_event_id": timer.opened.id,
                "started_event_timestamp": moment(timer.opened),
                "control": texts.decode(timer.wanted.control),
            }
            for timer in self.execution.timers.values()
        }

    @property
    def external_workflows_signaling(self) -> dict[int, dict[str, Any]]:
        """Id of the event by which it was sent to the entry of a signal to another execution, in order."""
        entries: dict[int, dict[str, Any]] = {}
        for request in self.execution.external_requests.values():
            wanted = request.opened.attributes
            if isinstance(wanted, SignalExternalWorkflowExecutionInitiated):
                entries[request.opened.id] = {
                    "type": "external_workflow",
                    "id": request.opened.id,
                    "name": wanted.signal_name,
                    "workflow_id": wanted.workflow_id,
                    "run_id": wanted.run_id,
                    "state": request.state,
                    "initiated_event_timestamp": moment(request.opened),
                    "input": texts.decode(wanted.input),
                    "control": texts.decode(wanted.control),
                }
        return entries

    @property
    def signaled_workflows(self) -> dict[str, list[dict[str, Any]]]:
        """Name of a signal to the entries of all that were sent to other executions, in order."""
        lists: dict[str, list[dict[str, Any]]] = {}
        for entry in self.external_workflows_signaling.values():
            lists.setdefault(entry["name"], []).append(entry)
        return lists

    @property
    def workflow(self) -> dict[str, Any]:
        """The entry of the execution itself."""
        execution = self.execution
        started, opened, closed = execution.started, execution.opened, execution.closed
        assert opened is not None
        input = texts.decode(started.input)
        if isinstance(input, dict):
            input = {key: value for key, value in input.items() if key != "__extra"}
        found: dict[str, Any] = {
            "type": "workflow",
            "name": started.workflow_type.name,
            "version": started.workflow_type.version,
            "state": "started" if closed is None else closed.attributes.STATE,
            "started_timestamp": moment(opened),
            "input": input,
            "tag_list": [tag for tag in started.tag_list or () if tag is not None],
            "task_list": started.task_list.name,
            "child_policy": str(started.child_policy),
            "cancel_requested": execution.cancel_requested,
            "last_event_id": execution.last_event_id,
        }
        if closed is not None:
            found["closed_timestamp"] = moment(closed)
            for name in ("result", "reason", "details"):
                text = getattr(closed.attributes, name, None)
                if text is not None:
                    found[name] = texts.decode(text)
        return found

    @property
    def started_decision_id(self) -> int:
        """The event id of the DecisionTaskStarted of the decision that is being taken; 0 if none is."""
        running = self.execution.running_decision
        return 0 if running is None or running.started is None else running.started.id

    @property
    def cancel_failed(self) -> bool:
        """Whether the service has refused to cancel the execution: something else had happened."""
        return any(isinstance(event.attributes, CancelWorkflowExecutionFailed) for event in self.execution.refusals)

    @property
    def cancel_requested(self) -> bool:
        """Whether anybody has asked to cancel."""
        return self.execution.cancel_requested

    @property
    def cancel_requested_id(self) -> int:
        """The event id of the newest request to cancel; 0 if nobody has asked."""
        return self.execution.cancel_requested_id

    @property
    def completed_decision_id(self) -> int:
        """The event id of the last DecisionTaskCompleted; 0 before the first."""
        return self.execution.completed_decision_id

    @property
    def last_event_id(self) -> int:
        """The id of the newest event."""
        return self.execution.last_event_id


def moment(event: HistoryEvent) -> datetime.datetime:
    """The time of an event, aware, UTC."""
    return datetime.datetime.fromtimestamp(event.timestamp, datetime.UTC)


def activity_entry(task: ActivityTask, earlier: dict[str, Any] | None) -> dict[str, Any]:
    """The entry of an attempt, on top of that of the attempts before it."""
    wanted: ActivityTaskScheduled = task.wanted
    entry = earlier or {
        "type": "activity",
        "id": task.id,
        "name": wanted.activity_type.name,
        "version": wanted.activity_type.version,
        "first_scheduled_timestamp": moment(task.scheduled),
    }
    entry.update(
        {
            "state": task.state,
            "timestamp": moment(task.latest),
            "scheduled_id": task.scheduled.id,
            "scheduled_timestamp": moment(task.scheduled),
            "decision_task_completed_event_id": wanted.decision_task_completed_event_id,
            "input": texts.decode(wanted.input),
            "control": texts.decode(wanted.control),
            "task_list": wanted.task_list.name,
        }
    )
    if task.started is not None:
        assert isinstance(task.started.attributes, ActivityTaskStarted)
        entry["started_id"] = task.started.id
        entry["started_timestamp"] = moment(task.started)
        entry["identity"] = task.started.attributes.identity
    if task.closed is not None:
        _add_outcome(entry, task.closed)
    return entry


def _add_outcome(entry: dict[str, Any], event: HistoryEvent) -> None:
    at = moment(event)
    match event.attributes:
        case ActivityTaskCompleted(result=result):
            entry.update(completed_id=event.id, completed_timestamp=at, result=texts.decode(result))
        case ActivityTaskFailed(reason=reason, details=details):
            retry = entry.get("retry", -1) + 1
            entry.update(failed_id=event.id, failed_timestamp=at, reason=reason, details=details, retry=retry)
        case ActivityTaskTimedOut(timeout_type=which, details=details):
            retry = entry.get("retry", -1) + 1
            entry.update(
                timed_out_id=event.id, timed_out_timestamp=at, timeout_type=str(which), details=details, retry=retry
            )
        case ActivityTaskCanceled(details=details):
            entry.update(canceled_id=event.id, cancelled_timestamp=at, details=details)


def child_entry(child: Child, earlier: dict[str, Any] | None) -> dict[str, Any]:
    """The entry of a child, on top of that of the attempts before it."""
    wanted: StartChildWorkflowExecutionInitiated = child.wanted
    entry = earlier or {
        "type": "child_workflow",
        "id": child.id,
        "workflow_id": child.id,
        "name": wanted.workflow_type.name,
        "version": wanted.workflow_type.version,
        "first_scheduled_timestamp": moment(child.opened),
    }
    entry.update(
        {
            "state": child.state,
            "timestamp": moment(child.latest),
            "initiated_event_id": child.opened.id,
            "initiated_event_timestamp": moment(child.opened),
            "decision_task_completed_event_id": wanted.decision_task_completed_event_id,
            "input": texts.decode(wanted.input),
            "control": texts.decode(wanted.control),
            "tag_list": [tag for tag in wanted.tag_list or () if tag is not None],
            "task_list": wanted.task_list.name,
            "child_policy": str(wanted.child_policy),
        }
    )
    if child.started is not None:
        assert isinstance(child.started.attributes, ChildWorkflowExecutionStarted)
        entry["run_id"] = child.started.attributes.workflow_execution.run_id
        entry["started_id"] = child.started.id
        entry["started_timestamp"] = moment(child.started)
    if child.closed is not None:
        _add_outcome_of_child(entry, child.closed)
    return entry


def _add_outcome_of_child(entry: dict[str, Any], event: HistoryEvent) -> None:
    at = moment(event)
    match event.attributes:
        case ChildWorkflowExecutionCompleted(result=result):
            entry.update(completed_id=event.id, completed_timestamp=at, result=texts.decode(result))
        case ChildWorkflowExecutionFailed(reason=reason, details=details):
            retry = entry.get("retry", -1) + 1
            entry.update(failed_id=event.id, failed_timestamp=at, reason=reason, details=details, retry=retry)
        case ChildWorkflowExecutionTimedOut(timeout_type=which):
            retry = entry.get("retry", -1) + 1
            entry.update(timed_out_id=event.id, timed_out_timestamp=at, timeout_type=str(which), retry=retry)
        case ChildWorkflowExecutionCanceled(details=details):
            entry.update(canceled_id=event.id, canceled_timestamp=at, details=details)
        case ChildWorkflowExecutionTerminated():
            entry.update(terminated_id=event.id, terminated_timestamp=at)
        case StartChildWorkflowExecutionFailed(cause=cause):
            entry.update(start_failed_id=event.id, start_failed_timestamp=at, cause=str(cause))


def _refused_child(event: HistoryEvent) -> dict[str, Any]:
    attributes = event.attributes
    assert isinstance(attributes, StartChildWorkflowExecutionFailed)
    return {
        "type": "child_workflow",
        "id": attributes.workflow_id,
        "workflow_id": attributes.workflow_id,
        "name": attributes.workflow_type.name,
        "version": attributes.workflow_type.version,
        "first_scheduled_timestamp": moment(event),
        "state": "start_failed",
        "timestamp": moment(event),
        "cause": str(attributes.cause),
        "start_failed_id": event.id,
        "start_failed_timestamp": moment(event),
    }


def refused_entry(event: HistoryEvent) -> dict[str, Any]:
    """The entry of a task that the service has not taken."""
    attributes = event.attributes
    if isinstance(attributes, StartChildWorkflowExecutionFailed):
        return _refused_child(event)
    assert isinstance(attributes, ScheduleActivityTaskFailed)
    return {
        "type": "activity",
        "id": attributes.activity_id,
        "name": attributes.activity_type.name,
        "version": attributes.activity_type.version,
        "first_scheduled_timestamp": moment(event),
        "state": "schedule_failed",
        "timestamp": moment(event),
        "cause": str(attributes.cause),
        "schedule_failed_timestamp": moment(event),
    }
