"""When a decision task is scheduled, and what becomes of it: one may run while one waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from swf.protocol import decisions as d
from swf.protocol import events as e
from swf.protocol import operations as o
from swf.protocol.base import Attributes
from swf.protocol.values import ActivityType, CloseStatus, TaskList
from tests.service.flow import DOMAIN, Flow, schedule, start_child, start_timer

TRIGGERS: dict[type[Attributes], Callable[[Flow], None]] = {
    e.WorkflowExecutionSignaled: lambda flow: flow.signal(),
    e.WorkflowExecutionCancelRequested: lambda flow: flow.call(
        o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="order-1")
    ),
    e.ActivityTaskCompleted: lambda flow: flow.complete("a"),
    e.ActivityTaskFailed: lambda flow: flow.call(o.RespondActivityTaskFailed(task_token=flow.activity_tokens["a"])),
    e.ActivityTaskCanceled: lambda flow: flow.call(o.RespondActivityTaskCanceled(task_token=flow.activity_tokens["a"])),
    e.ActivityTaskTimedOut: lambda flow: flow.pass_time(30),
    e.TimerFired: lambda flow: flow.pass_time(10),
    e.ChildWorkflowExecutionCompleted: lambda flow: flow.beside("child").decide(d.CompleteWorkflowExecution()),
    e.ChildWorkflowExecutionFailed: lambda flow: flow.beside("child").decide(d.FailWorkflowExecution()),
    e.ChildWorkflowExecutionCanceled: lambda flow: flow.beside("child").decide(d.CancelWorkflowExecution()),
    e.ChildWorkflowExecutionTerminated: lambda flow: flow.beside("child").terminate(),
    e.ChildWorkflowExecutionTimedOut: lambda flow: flow.pass_time(25),
}


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger.__name__)
@pytest.mark.parametrize("state", ["idle", "running", "waiting"])
def test_what_happens_asks_for_a_decision_at_once_unless_one_waits(
    flow: Flow, trigger: type[Attributes], state: str
) -> None:
    """The event and its DecisionTaskScheduled follow each other in the same moment, even while a decider works."""
    flow.start(task_start_to_close_timeout="3000")
    timer = [start_timer("t")] if trigger is e.TimerFired else []
    child = [start_child("child", execution_start_to_close_timeout="20")] if "Child" in trigger.__name__ else []
    flow.decide(schedule("a", start_to_close_timeout="30", schedule_to_close_timeout="NONE"), *timer, *child)
    flow.take()
    if child:
        flow.decide()
    if state == "running":
        flow.signal()
        flow.poll_decision()
    if state == "waiting":
        flow.signal()
    flow.seen = len(flow.events())
    TRIGGERS[trigger](flow)

    news = flow.news()
    assert news[0] is trigger
    if state == "waiting":
        assert e.DecisionTaskScheduled not in news
    else:
        assert news[1] is e.DecisionTaskScheduled
        assert flow.at(e.DecisionTaskScheduled) == flow.at(trigger)
    if state == "running":
        assert flow.poll_decision().task_token is None, "its delivery waits"


def test_what_is_only_noted_asks_for_no_decision(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"), start_timer("t"), start_timer("u"), d.CancelTimer(timer_id="t"), marker())
    flow.take()
    flow.beat("a")
    assert e.DecisionTaskScheduled not in flow.news()
    flow.signal()
    flow.decide(d.RequestCancelActivityTask(activity_id="a"))
    assert flow.news() == [e.DecisionTaskCompleted, e.ActivityTaskCancelRequested]


def marker() -> d.RecordMarker:
    return d.RecordMarker(marker_name="m")


NOBODY = ActivityType(name="nobody", version="1")


@pytest.mark.parametrize(
    ("decision", "failed"),
    [
        (schedule("x", activity_type=NOBODY), e.ScheduleActivityTaskFailed),
        (d.RequestCancelActivityTask(activity_id="x"), e.RequestCancelActivityTaskFailed),
        (start_timer("t"), e.StartTimerFailed),
        (d.CancelTimer(timer_id="x"), e.CancelTimerFailed),
        (d.ScheduleLambdaFunction(id="x", name="x"), e.ScheduleLambdaFunctionFailed),
        (d.ContinueAsNewWorkflowExecution(workflow_type_version="9"), e.ContinueAsNewWorkflowExecutionFailed),
    ],
)
def test_a_refused_decision_asks_for_another(
    flow: Flow, decision: d.DecisionAttributes, failed: type[Attributes]
) -> None:
    """One decision task after all events of the answer, however many were refused."""
    flow.start()
    flow.decide(start_timer("t"))
    flow.signal()
    flow.decide(d.CancelTimer(timer_id="x"), marker(), decision)
    assert flow.news() == [
        e.DecisionTaskCompleted,
        e.CancelTimerFailed,
        e.MarkerRecorded,
        failed,
        e.DecisionTaskScheduled,
    ]
    assert len({event.timestamp for event in flow.events()[-5:]}) == 1


def test_an_answer_without_decisions_leaves_the_execution_idle(flow: Flow) -> None:
    flow.start()
    flow.decide()
    assert flow.news() == [e.DecisionTaskCompleted]
    flow.pass_time(3000)
    assert flow.news() == []


def test_a_refused_close_needs_no_further_decision_task(flow: Flow) -> None:
    """The one that waits serves."""
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.seen = len(flow.events())
    flow.answer(marker(), d.FailWorkflowExecution(reason="no"))
    assert flow.news() == [e.DecisionTaskCompleted, e.MarkerRecorded, e.FailWorkflowExecutionFailed]
    flow.poll_decision()
    assert flow.news() == [e.DecisionTaskStarted]
    flow.answer(d.FailWorkflowExecution(reason="no"))
    assert flow.status is CloseStatus.FAILED


@pytest.mark.parametrize("timeout", ["NONE", "31536000"])
def test_a_decider_without_a_limit_may_take_its_time(flow: Flow, timeout: str) -> None:
    flow.start(task_start_to_close_timeout=timeout, execution_start_to_close_timeout="31536000")
    flow.poll_decision()
    flow.pass_time(30_000_000)
    flow.answer(d.CompleteWorkflowExecution())
    assert flow.status is CloseStatus.COMPLETED


def test_an_execution_lasts_a_year_at_most(flow: Flow) -> None:
    """A child may be started with the timeout NONE."""
    flow.start()
    flow.decide(start_child("child", execution_start_to_close_timeout="NONE"), d.CompleteWorkflowExecution())
    child = flow.beside("child")
    flow.pass_time(365 * 24 * 3600 - 1)
    assert child.status is None
    flow.pass_time(1.001)
    assert child.status is CloseStatus.TIMED_OUT


def test_a_permanent_override_stays_when_a_decider_times_out(flow: Flow) -> None:
    flow.start()
    mine = TaskList(name="mine")
    flow.decide(task_list=mine)
    flow.signal()
    assert flow.last.schedule_to_start_timeout == "NONE"
    flow.poll_decision(task_list=mine)
    flow.pass_time(60)
    assert flow.last.task_list == mine
    assert flow.describe().execution_configuration.task_list.name == "orders", "the list of its start"


def test_a_completed_task_tells_the_override_it_asked_for(flow: Flow) -> None:
    flow.start()
    flow.decide(task_list=TaskList(name="mine"), task_list_schedule_to_start_timeout="7", execution_context="x")
    (completed,) = flow.all_of(e.DecisionTaskCompleted)
    assert completed == e.DecisionTaskCompleted(
        scheduled_event_id=2,
        started_event_id=3,
        execution_context="x",
        task_list=TaskList(name="mine"),
        task_list_schedule_to_start_timeout="7",
    )


def test_the_priority_of_an_execution_is_that_of_its_decision_tasks_alone(flow: Flow) -> None:
    flow.start(workflow_id="low", task_priority="1")
    flow.start(workflow_id="high", task_priority="2")
    task = flow.poll_decision()
    assert task.workflow_execution is not None
    assert task.workflow_execution.workflow_id == "high"
    flow.answer(schedule("a"), start_child("child"))
    high = flow.beside("high")
    (scheduled,) = high.all_of(e.ActivityTaskScheduled)
    assert scheduled.task_priority is None
    assert flow.beside("child").execution().started.task_priority is None


def test_an_activity_has_the_priority_of_its_decision_or_of_its_type(flow: Flow) -> None:
    flow.call(
        o.RegisterActivityType(
            domain=DOMAIN,
            name="urgent",
            version="1",
            default_task_priority="9",
            default_task_list=flow.task_list,
            default_task_start_to_close_timeout="1",
            default_task_schedule_to_close_timeout="1",
            default_task_schedule_to_start_timeout="1",
            default_task_heartbeat_timeout="1",
        )
    )
    flow.start()
    urgent = ActivityType(name="urgent", version="1")
    flow.decide(
        schedule("none"),
        schedule("given", task_priority="10"),
        schedule("type", activity_type=urgent),
        schedule("less", activity_type=urgent, task_priority="-1"),
    )
    assert [flow.take().activity_id for _ in range(4)] == ["given", "type", "none", "less"]
