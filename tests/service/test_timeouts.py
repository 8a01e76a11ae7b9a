"""Every clock of an execution."""

from __future__ import annotations

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.events import (
    ActivityTaskTimedOut,
    ChildWorkflowExecutionTimedOut,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    TimerFired,
    WorkflowExecutionTimedOut,
)
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.values import CloseStatus, RegistrationStatus, TaskList, TimeoutType
from tests.service.flow import Flow, schedule, start_child, start_timer


def test_a_timer_fires_when_its_time_has_come_and_not_before(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("t", 2))
    flow.news()
    flow.pass_time(1.999)
    assert flow.news() == []
    flow.pass_time(0.001)
    assert flow.news() == [TimerFired, DecisionTaskScheduled]


def test_a_timer_of_no_time_fires_in_a_transaction_of_its_own(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("t", 0))
    flow.news()
    flow.pass_time(0.012)
    assert flow.news() == [TimerFired, DecisionTaskScheduled]


def test_several_due_timers_ask_for_one_decision(flow: Flow) -> None:
    flow.start()
    flow.decide(start_timer("late", 3), start_timer("early", 1), start_timer("middle", 2))
    flow.news()
    flow.pass_time(10)
    assert flow.news() == [TimerFired, DecisionTaskScheduled, TimerFired, TimerFired]
    fired = [event.attributes.timer_id for event in flow.events() if isinstance(event.attributes, TimerFired)]
    assert fired == ["early", "middle", "late"]


@pytest.mark.parametrize(
    ("values", "is_taken", "after", "which"),
    [
        ({"schedule_to_start_timeout": "5"}, False, 5, TimeoutType.SCHEDULE_TO_START),
        ({"start_to_close_timeout": "5"}, True, 5, TimeoutType.START_TO_CLOSE),
        ({"schedule_to_close_timeout": "5"}, True, 5, TimeoutType.SCHEDULE_TO_CLOSE),
        ({"schedule_to_close_timeout": "5"}, False, 5, TimeoutType.SCHEDULE_TO_CLOSE),
        ({"heartbeat_timeout": "5"}, True, 5, TimeoutType.HEARTBEAT),
        ({"heartbeat_timeout": "5", "start_to_close_timeout": "5"}, True, 5, TimeoutType.START_TO_CLOSE),
        ({"start_to_close_timeout": "5", "schedule_to_close_timeout": "5"}, True, 5, TimeoutType.SCHEDULE_TO_CLOSE),
    ],
)
def test_an_activity_times_out(
    flow: Flow, values: dict[str, str], is_taken: bool, after: int, which: TimeoutType
) -> None:
    """The earliest of four clocks wins; ties go to the one that covers more."""
    flow.start()
    flow.decide(schedule("a", **values))
    if is_taken:
        flow.take()
    flow.news()
    flow.pass_time(after - 0.001)
    assert flow.news() == []
    flow.pass_time(0.001)
    assert flow.news() == [ActivityTaskTimedOut, DecisionTaskScheduled]
    timed_out = flow.events()[-2].attributes
    assert isinstance(timed_out, ActivityTaskTimedOut)
    assert timed_out.timeout_type is which
    assert timed_out.started_event_id == (6 if is_taken else 0)
    if is_taken:
        with pytest.raises(UnknownResourceFault, match="Unknown activity, scheduledEventId = 5"):
            flow.complete("a")


def test_heartbeats_put_off_their_timeout_and_leave_their_details(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a", heartbeat_timeout="5"))
    flow.take()
    for percent in ("10", "20", None):
        flow.pass_time(4)
        flow.beat("a", percent)
    flow.news()
    flow.pass_time(5)
    assert flow.news() == [ActivityTaskTimedOut, DecisionTaskScheduled]
    assert flow.events()[-2].attributes.details == "20"  # type: ignore[attr-defined]


def test_none_never_passes(flow: Flow) -> None:
    flow.start(execution_start_to_close_timeout="86400")
    never = dict.fromkeys(
        ("schedule_to_start_timeout", "schedule_to_close_timeout", "start_to_close_timeout", "heartbeat_timeout"),
        "NONE",
    )
    flow.decide(schedule("a", **never))
    flow.news()
    flow.pass_time(80_000)
    assert flow.news() == []


def test_a_decision_that_takes_too_long_is_asked_for_again(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.news()
    flow.pass_time(60)
    assert flow.news() == [DecisionTaskTimedOut, DecisionTaskScheduled]
    with pytest.raises(UnknownResourceFault, match="Unknown decision task, scheduledEventId = 2"):
        flow.answer(d.CompleteWorkflowExecution())
    assert flow.poll_decision().previous_started_event_id == 0, "a decision task that timed out was not completed"


def test_a_decision_that_runs_out_while_another_waits_leaves_that_one(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.news()
    flow.pass_time(60)
    assert flow.news() == [DecisionTaskTimedOut]
    assert flow.poll_decision().started_event_id == 7


def test_the_execution_itself_times_out(flow: Flow) -> None:
    flow.start(execution_start_to_close_timeout="100")
    flow.decide(schedule("a"))
    flow.take()
    flow.pass_time(30)
    flow.seen = len(flow.events())
    flow.pass_time(70)
    assert flow.news() == [WorkflowExecutionTimedOut]
    assert flow.describe().execution_info.close_status is CloseStatus.TIMED_OUT
    with pytest.raises(UnknownResourceFault, match="Unknown execution"):
        flow.complete("a")


def test_a_call_that_comes_late_finds_the_deadline_struck_first(flow: Flow) -> None:
    """Nobody has ticked: the call itself lets strike what is due."""
    flow.start()
    flow.decide(schedule("a", start_to_close_timeout="5"))
    flow.take()
    flow.clock.advance(6)
    with pytest.raises(UnknownResourceFault, match="Unknown activity"):
        flow.complete("a")
    assert ActivityTaskTimedOut in flow.news()


def test_an_override_gives_way_when_nobody_serves_it(flow: Flow) -> None:
    """A decider's own list, for decisions of executions it knows by heart."""
    flow.start()
    sticky = TaskList(name="sticky")
    flow.decide(schedule("a"), task_list=sticky, task_list_schedule_to_start_timeout="5")
    flow.take()
    flow.complete("a")
    assert flow.last.task_list == sticky
    assert flow.last.schedule_to_start_timeout == "5"
    assert flow.poll_decision().task_token is None
    flow.news()
    flow.pass_time(5)

    assert flow.news() == [DecisionTaskTimedOut, DecisionTaskScheduled]
    assert flow.last.task_list.name == "orders"
    assert flow.last.schedule_to_start_timeout == "NONE"
    assert flow.poll_decision().task_token is not None


def test_an_override_stays_until_then(flow: Flow) -> None:
    flow.start()
    sticky = TaskList(name="sticky")
    flow.decide(task_list=sticky, task_list_schedule_to_start_timeout="5")
    for _ in range(2):
        flow.signal()
        task = flow.poll_decision(task_list=sticky)
        assert task.task_token is not None
        flow.answer()
    flow.signal()
    flow.poll_decision(task_list=sticky)
    flow.pass_time(60)
    assert flow.last.task_list.name == "orders", "a decider that went silent has lost its override"


def test_a_decision_task_that_waits_keeps_the_list_it_was_scheduled_on(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.answer(task_list=TaskList(name="sticky"), task_list_schedule_to_start_timeout="5")
    flow.news()
    flow.pass_time(30)
    assert flow.news() == [], "it waits on the normal list, without a limit"
    flow.poll_decision()
    assert flow.news() == [DecisionTaskStarted]


def test_a_decider_that_times_out_on_the_normal_list_leaves_the_override(flow: Flow) -> None:
    """The task had been scheduled before the override came."""
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.answer(task_list=TaskList(name="sticky"), task_list_schedule_to_start_timeout="5")
    flow.poll_decision()
    flow.pass_time(60)
    assert flow.last.task_list.name == "sticky"


def test_executions_time_out_in_the_order_of_their_deadlines(flow: Flow) -> None:
    """Also if one had an earlier deadline that never came to pass."""
    flow.start()
    flow.decide(
        start_child("late", execution_start_to_close_timeout="8", task_start_to_close_timeout="3"),
        start_child("early", execution_start_to_close_timeout="5"),
    )
    flow.beside("late").decide()
    flow.pass_time(100)
    told = [event.workflow_execution.workflow_id for event in flow.all_of(ChildWorkflowExecutionTimedOut)]
    assert told == ["early", "late"]


def test_overdue_deadlines_strike_in_rounds_of_bounded_work_and_others_have_the_turn_between(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swf.server.service.deadlines.WORK_AT_ONCE", 1)
    for number in range(5):
        flow.start(workflow_id=f"w{number}", execution_start_to_close_timeout="5")
        flow.service.histories.drop(number + 1)
    served = []
    monkeypatch.setattr(
        "swf.server.service.service.time.sleep",
        lambda seconds: served.append(
            flow.client.call(o.ListDomains(registration_status=RegistrationStatus.REGISTERED))
        ),
    )
    flow.pass_time(5)
    assert len(served) == 4
    flow.workflow_id = "w4"
    assert flow.status is CloseStatus.TIMED_OUT


def test_a_round_of_deadlines_ends_when_it_has_made_much(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.service.deadlines.BYTES_AT_ONCE", 1)
    for number in range(5):
        flow.start(workflow_id=f"w{number}", execution_start_to_close_timeout="5")
    commits = flow.service.database.commits
    flow.pass_time(5)
    assert flow.service.database.commits - commits >= 5
    flow.workflow_id = "w4"
    assert flow.status is CloseStatus.TIMED_OUT


@pytest.mark.parametrize("work", [1, 5_000])
def test_what_is_overdue_strikes_in_order_though_the_view_says_too_early_and_rounds_are_short(
    flow: Flow, work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executions may be kin, and the one that times out first ends the other."""
    from swf.server.service import round

    monkeypatch.setattr("swf.server.service.deadlines.WORK_AT_ONCE", work)
    flow.workflow_id = "b"
    flow.start(execution_start_to_close_timeout="30", task_start_to_close_timeout="5")
    flow.decide()  # the view still says 5
    flow.start(workflow_id="a", execution_start_to_close_timeout="20")
    for row in (1, 2):
        flow.service.histories.drop(row)
    struck, expire = [], round.expire

    def noted(turn: round.Turn, until: float) -> None:
        struck.append(turn.name.workflow_id)
        expire(turn, until)

    monkeypatch.setattr(round, "expire", noted)
    flow.pass_time(100)
    assert struck == ["a", "b"]
