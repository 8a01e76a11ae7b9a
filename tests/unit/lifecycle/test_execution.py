"""Histories folded, event by event."""

from __future__ import annotations

import dataclasses

import pytest

from swf.lifecycle import Execution, fold
from swf.lifecycle.execution import RULES
from swf.lifecycle.transitions import TRANSITIONS, allows
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.event import HistoryEvent, UnknownAttributes, UnknownEvent, history_event
from swf.protocol.values import (
    ActivityType,
    ChildPolicy,
    CloseStatus,
    TaskList,
    TimeoutType,
    WorkflowExecution,
    WorkflowType,
)

LIST = TaskList(name="l")
TYPE = WorkflowType(name="w", version="1")
CHILD = WorkflowExecution(workflow_id="c", run_id="r")
STARTED = e.WorkflowExecutionStarted(
    child_policy=ChildPolicy.TERMINATE, task_list=LIST, workflow_type=TYPE, parent_initiated_event_id=0
)
DECIDED = (
    STARTED,
    e.DecisionTaskScheduled(task_list=LIST),
    e.DecisionTaskStarted(scheduled_event_id=2),
    e.DecisionTaskCompleted(scheduled_event_id=2, started_event_id=3),
)


def numbered(*attributes: Attributes) -> list[HistoryEvent]:
    """A history of these, one second apart."""
    return [history_event(id, float(id), each) for id, each in enumerate(attributes, 1)]


def scheduled(activity_id: str = "a") -> e.ActivityTaskScheduled:
    return e.ActivityTaskScheduled(
        activity_type=ActivityType(name="t", version="1"),
        activity_id=activity_id,
        task_list=LIST,
        decision_task_completed_event_id=4,
    )


def test_every_event_type_has_a_rule() -> None:
    assert set(RULES) == {*e.EVENTS, UnknownAttributes}


def test_every_state_of_a_transition_is_the_state_of_an_event() -> None:
    for noun, table in TRANSITIONS.items():
        states = {event.STATE for event in e.EVENTS if noun == event.NOUN}
        named = set().union(*table.values()) | {state for state in table if state is not None}
        assert named <= states


def test_an_activity_lives_from_its_scheduling_to_its_end() -> None:
    history = numbered(
        *DECIDED,
        scheduled(),
        e.ActivityTaskStarted(scheduled_event_id=5, identity="me"),
        e.ActivityTaskFailed(scheduled_event_id=5, started_event_id=6, reason="no"),
    )
    states = []
    execution = Execution(keep_closed=True)
    for event in history:
        execution.evolve(event)
        if event.id >= 5:
            states.append((execution.activities[5].state, execution.open_activity_count))
    assert states == [("scheduled", 1), ("started", 1), ("failed", 0)]
    task = execution.activities[5]
    assert task.closed is not None
    assert task.closed.attributes.reason == "no"  # type: ignore[attr-defined]
    assert execution.latest_activity_at == 7.0


def test_what_has_closed_is_dropped_unless_it_is_asked_for() -> None:
    history = numbered(
        *DECIDED,
        scheduled(),
        e.ActivityTaskStarted(scheduled_event_id=5),
        e.ActivityTaskCompleted(scheduled_event_id=5, started_event_id=6),
        e.DecisionTaskScheduled(task_list=LIST),
    )
    assert fold(history, keep_closed=False).activities == {}
    assert fold(history).activities[5].state == "completed"
    assert list(fold(history).decisions) == [2, 8]


def test_a_decision_task_may_wait_while_another_runs() -> None:
    execution = fold(
        numbered(
            STARTED,
            e.DecisionTaskScheduled(task_list=LIST),
            e.DecisionTaskStarted(scheduled_event_id=2),
            e.WorkflowExecutionSignaled(signal_name="s", external_initiated_event_id=0),
            e.DecisionTaskScheduled(task_list=LIST),
        )
    )
    assert execution.running_decision is not None
    assert execution.waiting_decision is not None
    assert execution.deliverable_decision is None
    execution.evolve(history_event(6, 6.0, e.DecisionTaskCompleted(scheduled_event_id=2, started_event_id=3)))
    assert execution.deliverable_decision is execution.waiting_decision
    assert execution.waiting_decision.deliverable_since == 6.0
    assert execution.previous_started_event_id == 3


def test_an_override_lasts_until_a_decision_task_runs_out_on_it() -> None:
    sticky = TaskList(name="sticky")
    history = numbered(
        STARTED,
        e.DecisionTaskScheduled(task_list=LIST),
        e.DecisionTaskStarted(scheduled_event_id=2),
        e.DecisionTaskCompleted(
            scheduled_event_id=2, started_event_id=3, task_list=sticky, task_list_schedule_to_start_timeout="5"
        ),
        e.WorkflowExecutionSignaled(signal_name="s", external_initiated_event_id=0),
        e.DecisionTaskScheduled(task_list=sticky, schedule_to_start_timeout="5"),
        e.DecisionTaskTimedOut(timeout_type=TimeoutType.SCHEDULE_TO_START, scheduled_event_id=6, started_event_id=0),
    )
    assert fold(history[:6]).task_list == sticky
    assert fold(history).task_list == LIST


def test_children_external_requests_and_functions_are_counted_while_open() -> None:
    execution = fold(
        numbered(
            *DECIDED,
            e.StartChildWorkflowExecutionInitiated(
                workflow_id="c",
                workflow_type=TYPE,
                task_list=LIST,
                decision_task_completed_event_id=4,
                child_policy=ChildPolicy.ABANDON,
            ),
            e.SignalExternalWorkflowExecutionInitiated(
                workflow_id="c", signal_name="s", decision_task_completed_event_id=4
            ),
            e.LambdaFunctionScheduled(id="f", name="f", decision_task_completed_event_id=4),
            e.ChildWorkflowExecutionStarted(workflow_execution=CHILD, workflow_type=TYPE, initiated_event_id=5),
            e.LambdaFunctionStarted(scheduled_event_id=7),
        )
    )
    assert (execution.open_child_count, execution.open_lambda_count) == (1, 1)
    assert [thing.state for thing in (execution.children[5], execution.lambda_functions[7])] == ["started", "started"]
    for event in (
        e.ExternalWorkflowExecutionSignaled(workflow_execution=CHILD, initiated_event_id=6),
        e.ChildWorkflowExecutionCompleted(
            workflow_execution=CHILD, workflow_type=TYPE, initiated_event_id=5, started_event_id=8
        ),
        e.LambdaFunctionCompleted(scheduled_event_id=7, started_event_id=9),
    ):
        execution.evolve(history_event(execution.last_event_id + 1, 99.0, event))
    assert (execution.open_child_count, execution.open_lambda_count) == (0, 0)
    assert execution.external_requests[6].state == "execution_signaled"


def test_a_child_refused_before_it_was_initiated_was_never_open() -> None:
    execution = fold(
        numbered(
            *DECIDED,
            e.StartChildWorkflowExecutionFailed(
                workflow_type=TYPE,
                cause=Cause.WORKFLOW_TYPE_DOES_NOT_EXIST,
                workflow_id="c",
                initiated_event_id=0,
                decision_task_completed_event_id=4,
            ),
        )
    )
    assert execution.open_child_count == 0
    assert [event.type for event in execution.refusals] == ["StartChildWorkflowExecutionFailed"]


@pytest.mark.parametrize(
    ("closing", "status"),
    [
        (e.WorkflowExecutionCompleted(decision_task_completed_event_id=4), CloseStatus.COMPLETED),
        (e.WorkflowExecutionTerminated(child_policy=ChildPolicy.ABANDON), CloseStatus.TERMINATED),
        (
            e.WorkflowExecutionTimedOut(timeout_type=TimeoutType.START_TO_CLOSE, child_policy=ChildPolicy.ABANDON),
            CloseStatus.TIMED_OUT,
        ),
        (
            e.WorkflowExecutionContinuedAsNew(
                decision_task_completed_event_id=4,
                new_execution_run_id="r",
                task_list=LIST,
                child_policy=ChildPolicy.ABANDON,
                workflow_type=TYPE,
            ),
            CloseStatus.CONTINUED_AS_NEW,
        ),
    ],
)
def test_a_closed_execution_knows_how_it_ended_and_takes_nothing_more(closing: Attributes, status: CloseStatus) -> None:
    execution = fold(numbered(*DECIDED, closing))
    assert execution.close_status is status
    with pytest.raises(AssertionError, match="after the close"):
        execution.evolve(history_event(6, 6.0, e.DecisionTaskScheduled(task_list=LIST)))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (history_event(7, 5.0, scheduled()), "event 7 after event 4"),
        (history_event(5, 3.0, scheduled()), "3.0 < 4.0"),
        (history_event(5, 5.0, e.DecisionTaskStarted(scheduled_event_id=2)), "no decision task waits"),
        (
            history_event(5, 5.0, e.DecisionTaskCompleted(scheduled_event_id=2, started_event_id=3)),
            "no decision task runs",
        ),
    ],
)
def test_what_no_history_can_hold_is_refused(wrong: HistoryEvent, complaint: str) -> None:
    execution = fold(numbered(*DECIDED))
    with pytest.raises(AssertionError, match=complaint):
        execution.evolve(wrong)


def test_a_started_activity_cannot_start_again() -> None:
    execution = fold(numbered(*DECIDED, scheduled(), e.ActivityTaskStarted(scheduled_event_id=5)))
    with pytest.raises(AssertionError, match="ActivityTaskStarted after started"):
        execution.evolve(history_event(7, 7.0, e.ActivityTaskStarted(scheduled_event_id=5)))
    assert not allows("started", e.ActivityTaskStarted)


def test_events_of_a_newer_service_are_kept_and_not_interpreted() -> None:
    execution = fold(numbered(*DECIDED))
    before = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    attributes = UnknownAttributes(event_type="SomethingNew", members={})
    execution.evolve(UnknownEvent(5, 5.0, attributes))
    changed = {name for name, value in before.items() if getattr(execution, name) != value}
    assert changed == {"last_event_id", "last_timestamp"}
