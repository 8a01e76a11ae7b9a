"""What decisions do to a history."""

from __future__ import annotations

import pytest

from swf.protocol import decisions as d
from swf.protocol.causes import Cause
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskScheduled,
    CancelTimerFailed,
    CompleteWorkflowExecutionFailed,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    MarkerRecorded,
    RequestCancelActivityTaskFailed,
    ScheduleActivityTaskFailed,
    ScheduleLambdaFunctionFailed,
    StartTimerFailed,
    TimerCanceled,
    TimerStarted,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionSignaled,
)
from swf.protocol.limits import Bucket
from swf.protocol.operations import DeprecateActivityType, RegisterActivityType
from swf.protocol.values import ActivityType, CloseStatus, TaskList
from swf.server import Rates
from tests.service.flow import CHARGE, DOMAIN, Flow, schedule, start_timer


def test_scheduling_an_open_activity_id_again_is_answered_by_an_event(flow: Flow) -> None:
    """SWF reports ACTIVITY_ID_ALREADY_IN_USE in the history, not as a fault."""
    flow.start()
    flow.decide(schedule("charge-card"), schedule("charge-card"))

    assert flow.news() == [
        DecisionTaskCompleted,
        ActivityTaskScheduled,
        ScheduleActivityTaskFailed,
        DecisionTaskScheduled,
    ]
    assert flow.events()[-2].attributes.cause is Cause.ACTIVITY_ID_ALREADY_IN_USE  # type: ignore[attr-defined]


def test_the_id_of_a_closed_activity_may_be_used_again(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("charge-card"))
    flow.take()
    flow.complete("charge-card")
    flow.decide(schedule("charge-card"))

    assert flow.news() == [DecisionTaskCompleted, ActivityTaskScheduled]


def test_a_scheduled_activity_shows_all_values_resolved(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a", start_to_close_timeout="7", input="x", task_priority="3"))

    scheduled = flow.last
    assert (scheduled.start_to_close_timeout, scheduled.schedule_to_close_timeout) == ("7", "100")
    assert (scheduled.schedule_to_start_timeout, scheduled.heartbeat_timeout) == ("50", "NONE")
    assert (scheduled.task_list.name, scheduled.task_priority, scheduled.input) == ("orders", "3", "x")


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("default_task_list", Cause.DEFAULT_TASK_LIST_UNDEFINED),
        ("default_task_schedule_to_start_timeout", Cause.DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED),
        ("default_task_schedule_to_close_timeout", Cause.DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED),
        ("default_task_start_to_close_timeout", Cause.DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED),
        ("default_task_heartbeat_timeout", Cause.DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED),
    ],
)
def test_a_value_that_neither_decision_nor_type_has_refuses_the_activity(
    flow: Flow, missing: str, cause: Cause
) -> None:
    defaults = {
        "default_task_list": TaskList(name="orders"),
        "default_task_schedule_to_start_timeout": "1",
        "default_task_schedule_to_close_timeout": "1",
        "default_task_start_to_close_timeout": "1",
        "default_task_heartbeat_timeout": "1",
    }
    del defaults[missing]
    flow.call(RegisterActivityType(domain=DOMAIN, name="bare", version="1", **defaults))  # type: ignore[arg-type]
    flow.start()
    flow.decide(schedule("a", activity_type=ActivityType(name="bare", version="1")))

    assert flow.news() == [DecisionTaskCompleted, ScheduleActivityTaskFailed, DecisionTaskScheduled]
    assert flow.events()[-2].attributes.cause is cause  # type: ignore[attr-defined]


def test_an_unknown_activity_type_is_a_refusal_and_wakes_the_decider_once(flow: Flow) -> None:
    flow.start()
    nobody = ActivityType(name="nobody", version="1")
    flow.decide(schedule("a", activity_type=nobody), schedule("b", activity_type=nobody))

    assert flow.news() == [
        DecisionTaskCompleted,
        ScheduleActivityTaskFailed,
        ScheduleActivityTaskFailed,
        DecisionTaskScheduled,
    ]


def test_canceling_an_activity_nobody_has_started_cancels_it_at_once(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"))
    flow.signal()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))

    assert flow.news() == [
        DecisionTaskCompleted,
        ActivityTaskCancelRequested,
        ActivityTaskCanceled,
        DecisionTaskScheduled,
    ]
    assert flow.take().task_token is None, "the task has left its list"


def test_a_worker_learns_by_heartbeat_that_its_activity_should_cancel(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"))
    flow.take()
    assert flow.beat("a") is False
    flow.signal()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))

    assert flow.news() == [DecisionTaskCompleted, ActivityTaskCancelRequested]
    assert flow.beat("a") is True


def test_canceling_an_unknown_activity_is_refused(flow: Flow) -> None:
    flow.start()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))

    assert flow.news() == [DecisionTaskCompleted, RequestCancelActivityTaskFailed, DecisionTaskScheduled]
    assert flow.events()[-2].attributes.cause is Cause.ACTIVITY_ID_UNKNOWN  # type: ignore[attr-defined]


def test_a_timer_id_is_taken_while_the_timer_runs(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("t"), start_timer("t"))

    assert flow.news() == [DecisionTaskCompleted, TimerStarted, StartTimerFailed, DecisionTaskScheduled]
    assert flow.events()[-2].attributes.cause is Cause.TIMER_ID_ALREADY_IN_USE  # type: ignore[attr-defined]


def test_a_timer_can_be_canceled_and_started_again_in_one_answer(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("t"), d.CancelTimer(timer_id="t"), start_timer("t"))

    assert flow.news() == [DecisionTaskCompleted, TimerStarted, TimerCanceled, TimerStarted]


def test_canceling_a_timer_that_has_fired_is_refused(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("t", 1))
    flow.pass_time(1)
    flow.decide(d.CancelTimer(timer_id="t"))

    assert flow.news() == [DecisionTaskCompleted, CancelTimerFailed, DecisionTaskScheduled]


def test_markers_may_repeat_their_names(flow: Flow) -> None:
    flow.start()
    flow.decide(d.RecordMarker(marker_name="m", details="1"), d.RecordMarker(marker_name="m", details=""))

    assert flow.news() == [DecisionTaskCompleted, MarkerRecorded, MarkerRecorded]
    assert [marker.attributes.details for marker in flow.execution().markers] == ["1", ""]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("closing", "event", "status"),
    [
        (d.CompleteWorkflowExecution(result="1"), WorkflowExecutionCompleted, CloseStatus.COMPLETED),
        (d.FailWorkflowExecution(reason="no"), WorkflowExecutionFailed, CloseStatus.FAILED),
        (d.CancelWorkflowExecution(details="bye"), WorkflowExecutionCanceled, CloseStatus.CANCELED),
    ],
)
def test_a_closing_decision_closes_with_open_activities_and_timers(
    flow: Flow, closing: d.DecisionAttributes, event: type, status: CloseStatus
) -> None:
    flow.start()
    flow.decide(schedule("a"), start_timer("t"))
    flow.signal()
    flow.decide(closing)

    assert flow.news() == [DecisionTaskCompleted, event]
    detail = flow.describe()
    assert detail.execution_info.close_status is status
    assert (detail.open_counts.open_activity_tasks, detail.open_counts.open_timers) == (1, 1), "counts are kept"
    assert flow.take().task_token is None, "its tasks vanish"
    flow.pass_time(3600)
    assert flow.news() == [], "nothing follows the close"


def test_a_close_is_refused_if_something_has_happened_that_the_decider_has_not_seen(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.seen = len(flow.events())
    flow.signal()
    flow.answer(d.CompleteWorkflowExecution())

    assert flow.news() == [
        WorkflowExecutionSignaled,
        DecisionTaskScheduled,
        DecisionTaskCompleted,
        CompleteWorkflowExecutionFailed,
    ]
    assert flow.last.cause is Cause.UNHANDLED_DECISION
    flow.decide(d.CompleteWorkflowExecution())
    assert flow.describe().execution_info.close_status is CloseStatus.COMPLETED


def test_a_refused_decision_does_not_make_the_close_of_the_same_answer_fail(flow: Flow) -> None:
    flow.start()
    flow.decide(d.CancelTimer(timer_id="none"), d.CompleteWorkflowExecution())

    assert flow.news() == [DecisionTaskCompleted, CancelTimerFailed, WorkflowExecutionCompleted]


def test_lambda_functions_are_refused_by_name(flow: Flow) -> None:
    flow.start()
    flow.decide(d.ScheduleLambdaFunction(id="f", name="f"))

    assert flow.news() == [DecisionTaskCompleted, ScheduleLambdaFunctionFailed, DecisionTaskScheduled]


def test_events_of_one_call_share_one_time(flow: Flow) -> None:
    flow.start()
    flow.clock.advance(5)
    flow.decide(schedule("a"), start_timer("t"), d.RecordMarker(marker_name="m"))

    assert len({event.timestamp for event in flow.events()[3:]}) == 1


def test_the_execution_context_is_kept_until_another_is_given(flow: Flow) -> None:
    flow.start()
    assert flow.describe().latest_execution_context is None
    flow.decide(execution_context="one")
    flow.signal()
    flow.decide()
    assert flow.describe().latest_execution_context == "one"
    flow.signal()
    flow.decide(execution_context="")
    assert flow.describe().latest_execution_context == ""


def assert_last_refused(flow: Flow, cause: Cause) -> None:
    """The last decision of the answer was refused, those before it were not."""
    assert flow.news()[-2:] == [flow.events()[-2].attributes.__class__, DecisionTaskScheduled]
    assert flow.events()[-2].attributes.cause is cause  # type: ignore[attr-defined]
    refused = [event for event in flow.events() if getattr(event.attributes, "cause", None) is cause]
    assert len(refused) == 1


def test_an_execution_can_have_a_thousand_open_activities(flow: Flow) -> None:
    flow.start()
    flow.decide(*[schedule(f"a{number}") for number in range(1_001)])
    assert_last_refused(flow, Cause.OPEN_ACTIVITIES_LIMIT_EXCEEDED)
    taken = flow.take().activity_id
    assert taken is not None
    flow.complete(taken)
    flow.decide(schedule("again"))
    assert flow.news() == [DecisionTaskCompleted, ActivityTaskScheduled]


def test_an_execution_can_have_a_thousand_open_timers(flow: Flow) -> None:
    flow.start()
    flow.decide(*[start_timer(f"t{number}") for number in range(1_001)])
    assert_last_refused(flow, Cause.OPEN_TIMERS_LIMIT_EXCEEDED)


@pytest.mark.parametrize(
    ("decisions", "cause"),
    [
        ((schedule("a"), schedule("b")), Cause.ACTIVITY_CREATION_RATE_EXCEEDED),
        ((start_timer("a"), start_timer("b")), Cause.TIMER_CREATION_RATE_EXCEEDED),
    ],
)
def test_activities_and_timers_can_be_made_only_so_fast(
    decisions: tuple[d.DecisionAttributes, ...], cause: Cause
) -> None:
    flow = Flow(rates=Rates(requests={}, decisions={type(decisions[0]).__name__: Bucket(1, 1)}))
    flow.start()
    flow.decide(*decisions)
    assert_last_refused(flow, cause)
    flow.service.close()


def test_an_activity_of_a_deprecated_type_is_refused(flow: Flow) -> None:
    flow.start()
    flow.call(DeprecateActivityType(domain=DOMAIN, activity_type=CHARGE))
    flow.decide(schedule("a"))
    assert_last_refused(flow, Cause.ACTIVITY_TYPE_DEPRECATED)
