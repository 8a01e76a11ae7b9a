"""Cases that every implementation of Amazon SWF should pass, and histories of it that others have published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import Attributes, wire_name
from swf.protocol.causes import Cause
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskCompleted,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    CancelTimerFailed,
    CompleteWorkflowExecutionFailed,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    ScheduleActivityTaskFailed,
    SignalExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionInitiated,
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
    TimerFired,
    TimerStarted,
    WorkflowExecutionCompleted,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from swf.protocol.faults import ValidationException
from swf.protocol.values import ActivityType, ChildPolicy, TimeoutType, WorkflowType
from tests.service.flow import Flow, schedule, start_child, start_timer

Expected: TypeAlias = tuple[type[Attributes], dict[str, Any]]


def assert_tail(flow: Flow, *expected: Expected) -> None:
    """The history ends so; of each event, the attributes that are named are as expected."""
    tail = flow.events()[-len(expected) :]
    assert [type(event.attributes) for event in tail] == [type_ for type_, _ in expected]
    for event, (_, attributes) in zip(tail, expected, strict=True):
        for name, value in attributes.items():
            assert getattr(event.attributes, name) == value, f"event {event.id}: {wire_name(name)}"


# Derived from the rules


def unknown_type(flow: Flow) -> None:
    flow.decide(schedule("a", activity_type=ActivityType(name="nothing", version="1")))


def same_id_twice(flow: Flow) -> None:
    flow.decide(schedule("a"), schedule("a"))


def cancel_fired_timer(flow: Flow) -> None:
    flow.decide(start_timer("t", 1))
    flow.pass_time(1)
    flow.decide(d.CancelTimer(timer_id="t"))


def cancel_scheduled_activity(flow: Flow) -> None:
    flow.decide(schedule("a"))
    flow.signal()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))


def cancel_started_activity(flow: Flow) -> None:
    flow.decide(schedule("a"))
    flow.take()
    flow.signal()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))
    assert flow.beat("a") is True
    flow.call(o.RespondActivityTaskCanceled(task_token=flow.activity_tokens["a"], details="tidied"))


def signal_while_deciding(flow: Flow) -> None:
    flow.poll_decision()
    flow.signal()
    flow.answer(d.CompleteWorkflowExecution())
    flow.poll_decision()


def complete_with_open_things(flow: Flow) -> None:
    flow.decide(schedule("a"), start_timer("t"))
    flow.signal()
    flow.decide(d.CompleteWorkflowExecution(result="1"))
    flow.pass_time(1000)


def two_signals_while_waiting(flow: Flow) -> None:
    flow.decide()
    flow.signal("one")
    flow.signal("two")


def child_id_already_open(flow: Flow) -> None:
    flow.decide(start_child("order-1"))


def child_of_unknown_type(flow: Flow) -> None:
    flow.decide(start_child("child", workflow_type=WorkflowType(name="nothing", version="1")))


def signal_to_unknown_execution(flow: Flow) -> None:
    flow.decide(d.SignalExternalWorkflowExecution(workflow_id="nobody", signal_name="s"))


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (
            child_id_already_open,
            [
                (DecisionTaskCompleted, {}),
                (StartChildWorkflowExecutionInitiated, {"workflow_id": "order-1"}),
                (
                    StartChildWorkflowExecutionFailed,
                    {"cause": Cause.WORKFLOW_ALREADY_RUNNING, "initiated_event_id": 5},
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            child_of_unknown_type,
            [
                (DecisionTaskCompleted, {}),
                (
                    StartChildWorkflowExecutionFailed,
                    {"cause": Cause.WORKFLOW_TYPE_DOES_NOT_EXIST, "initiated_event_id": 0},
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            signal_to_unknown_execution,
            [
                (DecisionTaskCompleted, {}),
                (SignalExternalWorkflowExecutionInitiated, {"workflow_id": "nobody"}),
                (
                    SignalExternalWorkflowExecutionFailed,
                    {"cause": Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION, "initiated_event_id": 5},
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            unknown_type,
            [
                (DecisionTaskCompleted, {}),
                (
                    ScheduleActivityTaskFailed,
                    {"cause": Cause.ACTIVITY_TYPE_DOES_NOT_EXIST, "decision_task_completed_event_id": 4},
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            same_id_twice,
            [
                (DecisionTaskCompleted, {}),
                (ActivityTaskScheduled, {"activity_id": "a"}),
                (ScheduleActivityTaskFailed, {"activity_id": "a", "cause": Cause.ACTIVITY_ID_ALREADY_IN_USE}),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            cancel_fired_timer,
            [
                (TimerStarted, {"timer_id": "t"}),
                (TimerFired, {"timer_id": "t", "started_event_id": 5}),
                (DecisionTaskScheduled, {}),
                (DecisionTaskStarted, {}),
                (DecisionTaskCompleted, {}),
                (CancelTimerFailed, {"timer_id": "t", "cause": Cause.TIMER_ID_UNKNOWN}),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            cancel_scheduled_activity,
            [
                (DecisionTaskCompleted, {}),
                (ActivityTaskCancelRequested, {"activity_id": "a", "decision_task_completed_event_id": 9}),
                (
                    ActivityTaskCanceled,
                    {"scheduled_event_id": 5, "started_event_id": 0, "latest_cancel_requested_event_id": 10},
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            cancel_started_activity,
            [
                (DecisionTaskCompleted, {}),
                (ActivityTaskCancelRequested, {"activity_id": "a"}),
                (
                    ActivityTaskCanceled,
                    {
                        "scheduled_event_id": 5,
                        "started_event_id": 6,
                        "latest_cancel_requested_event_id": 11,
                        "details": "tidied",
                    },
                ),
                (DecisionTaskScheduled, {}),
            ],
        ),
        (
            signal_while_deciding,
            [
                (DecisionTaskStarted, {"scheduled_event_id": 2}),
                (WorkflowExecutionSignaled, {"external_initiated_event_id": 0}),
                (DecisionTaskScheduled, {}),
                (DecisionTaskCompleted, {"scheduled_event_id": 2, "started_event_id": 3}),
                (
                    CompleteWorkflowExecutionFailed,
                    {"cause": Cause.UNHANDLED_DECISION, "decision_task_completed_event_id": 6},
                ),
                (DecisionTaskStarted, {"scheduled_event_id": 5}),
            ],
        ),
        (
            complete_with_open_things,
            [
                (DecisionTaskCompleted, {}),
                (WorkflowExecutionCompleted, {"result": "1"}),
            ],
        ),
        (
            two_signals_while_waiting,
            [
                (DecisionTaskCompleted, {}),
                (WorkflowExecutionSignaled, {"signal_name": "one"}),
                (DecisionTaskScheduled, {}),
                (WorkflowExecutionSignaled, {"signal_name": "two"}),
            ],
        ),
    ],
    ids=lambda part: part.__name__ if callable(part) else "",
)
def test_a_derived_case(flow: Flow, act: Callable[[Flow], None], expected: list[Expected]) -> None:
    flow.start()
    act(flow)

    assert_tail(flow, *expected)


def test_terminating_a_parent_terminates_its_child(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("child"))
    child = flow.beside("child")
    flow.terminate()

    assert_tail(flow, (WorkflowExecutionTerminated, {"cause": Cause.OPERATOR_INITIATED}))
    assert_tail(child, (WorkflowExecutionTerminated, {"cause": Cause.CHILD_POLICY_APPLIED}))


def test_a_decision_after_the_closing_one_refuses_the_whole_answer(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    before = flow.events()

    with pytest.raises(ValidationException, match=r"^Close must be last decision in list$"):
        flow.answer(d.CompleteWorkflowExecution(), d.RecordMarker(marker_name="m"))

    assert flow.events() == before
    flow.answer(d.RecordMarker(marker_name="m"), d.CompleteWorkflowExecution())
    assert_tail(flow, (WorkflowExecutionCompleted, {}))


# Published histories


def test_published_coalescing_reuse_of_an_id_and_an_unhandled_decision(flow: Flow) -> None:
    """A history of 2013: decision tasks coalesce, a closed activity's id is used again, a completion comes too soon."""
    flow.start()
    flow.decide(schedule("A"), schedule("Sum2a"))
    flow.take()
    flow.take()
    flow.complete("A")
    flow.poll_decision()
    flow.pass_time(1)
    flow.complete("Sum2a")
    flow.pass_time(1)
    flow.answer(schedule("Sum2a"))
    flow.poll_decision()
    flow.take()
    flow.pass_time(1)
    flow.complete("Sum2a")
    flow.answer(d.CompleteWorkflowExecution())
    task = flow.poll_decision()

    assert (task.started_event_id, task.previous_started_event_id) == (22, 16)
    assert_tail(
        flow,
        (WorkflowExecutionStarted, {}),
        (DecisionTaskScheduled, {}),
        (DecisionTaskStarted, {"scheduled_event_id": 2}),
        (DecisionTaskCompleted, {"scheduled_event_id": 2, "started_event_id": 3}),
        (ActivityTaskScheduled, {"activity_id": "A", "decision_task_completed_event_id": 4}),
        (ActivityTaskScheduled, {"activity_id": "Sum2a", "decision_task_completed_event_id": 4}),
        (ActivityTaskStarted, {"scheduled_event_id": 5}),
        (ActivityTaskStarted, {"scheduled_event_id": 6}),
        (ActivityTaskCompleted, {"scheduled_event_id": 5, "started_event_id": 7}),
        (DecisionTaskScheduled, {}),
        (DecisionTaskStarted, {"scheduled_event_id": 10}),
        (ActivityTaskCompleted, {"scheduled_event_id": 6, "started_event_id": 8}),
        (DecisionTaskScheduled, {}),
        (DecisionTaskCompleted, {"scheduled_event_id": 10, "started_event_id": 11}),
        (ActivityTaskScheduled, {"activity_id": "Sum2a", "decision_task_completed_event_id": 14}),
        (DecisionTaskStarted, {"scheduled_event_id": 13}),
        (ActivityTaskStarted, {"scheduled_event_id": 15}),
        (ActivityTaskCompleted, {"scheduled_event_id": 15, "started_event_id": 17}),
        (DecisionTaskScheduled, {}),
        (DecisionTaskCompleted, {"scheduled_event_id": 13, "started_event_id": 16}),
        (
            CompleteWorkflowExecutionFailed,
            {"cause": Cause.UNHANDLED_DECISION, "decision_task_completed_event_id": 20},
        ),
        (DecisionTaskStarted, {"scheduled_event_id": 19}),
    )
    at = {event.id: event.timestamp for event in flow.events()}
    assert at[9] == at[10]
    assert at[12] == at[13]
    assert at[14] == at[15]
    assert at[20] == at[21]


def test_published_timeouts_of_decision_schedule_to_start_and_execution(flow: Flow) -> None:
    """A sample of Amazon's API reference, every deadline to the second."""
    flow.start(execution_start_to_close_timeout="3600", task_start_to_close_timeout="600")
    begun = flow.clock.now()
    flow.pass_time(149.554)
    flow.poll_decision()
    flow.pass_time(600)
    flow.pass_time(2158.403 - 749.554)
    flow.poll_decision()
    flow.pass_time(2263.009 - 2158.403)
    flow.answer(
        schedule(
            "verification-27",
            control="digital music",
            input="5634-0056-4367-0923,12/12,437",
            schedule_to_start_timeout="300",
            schedule_to_close_timeout="900",
            start_to_close_timeout="600",
            heartbeat_timeout="120",
        ),
        execution_context="Black Friday",
    )
    flow.pass_time(300)
    flow.pass_time(3600 - 2563.009)

    assert_tail(
        flow,
        (
            WorkflowExecutionStarted,
            {"execution_start_to_close_timeout": "3600", "task_start_to_close_timeout": "600"},
        ),
        (DecisionTaskScheduled, {"start_to_close_timeout": "600"}),
        (DecisionTaskStarted, {"scheduled_event_id": 2}),
        (
            DecisionTaskTimedOut,
            {"timeout_type": TimeoutType.START_TO_CLOSE, "scheduled_event_id": 2, "started_event_id": 3},
        ),
        (DecisionTaskScheduled, {}),
        (DecisionTaskStarted, {"scheduled_event_id": 5}),
        (
            DecisionTaskCompleted,
            {"scheduled_event_id": 5, "started_event_id": 6, "execution_context": "Black Friday"},
        ),
        (
            ActivityTaskScheduled,
            {
                "schedule_to_start_timeout": "300",
                "schedule_to_close_timeout": "900",
                "start_to_close_timeout": "600",
                "heartbeat_timeout": "120",
                "control": "digital music",
                "decision_task_completed_event_id": 7,
            },
        ),
        (
            ActivityTaskTimedOut,
            {"timeout_type": TimeoutType.SCHEDULE_TO_START, "scheduled_event_id": 8, "started_event_id": 0},
        ),
        (DecisionTaskScheduled, {}),
        (
            WorkflowExecutionTimedOut,
            {"timeout_type": TimeoutType.START_TO_CLOSE, "child_policy": ChildPolicy.TERMINATE},
        ),
    )
    assert [round(event.timestamp - begun, 3) for event in flow.events()] == [
        0,
        0,
        149.554,
        749.554,
        749.554,
        2158.403,
        2263.009,
        2263.009,
        2563.009,
        2563.009,
        3600,
    ]
