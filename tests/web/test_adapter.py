"""From histories to the values that are drawn."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from simpleflow import Workflow
from simpleflow.web.adapter import run_of
from simpleflow.web.edges import expanded, told
from simpleflow.web.insight import Part, critical_path, spent
from simpleflow.web.runs import Kind, Run, State
from swf.lifecycle import fold
from swf.protocol.event import HistoryEvent
from swf.protocol.values import ActivityType
from tests.replay.bed import Bed
from tests.replay.programs import ACTIVITIES, Program, outcome, programs
from tests.service.flow import Flow, schedule, start_child, start_timer
from tests.web import histories
from tests.web.histories import Play, Step, drawn


def run_from(events: list[HistoryEvent], later: float = 0.0) -> Run:
    return run_of(fold(events), domain="d", workflow_id="w", run_id="r", now=events[-1].timestamp + later)


def edges(run: Run) -> dict[str, tuple[str, ...]]:
    return {task.id: task.after for task in run.tasks}


def test_runs_of_ids_are_written_out_and_what_is_no_run_is_left() -> None:
    assert list(expanded(["a-1..3", "b", "c-5..5", "d-3..1", "e-0..2", "f-1..99999999"])) == [
        "a-1", "a-2", "a-3", "b", "c-5..5", "d-3..1", "e-0..2", "f-1..99999999",
    ]  # fmt: skip


@pytest.mark.parametrize("control", [None, "", "x", "[1]", '{"after": "a"}', '{"other": 1}', "[" * 10000])
def test_a_control_of_somebody_else_tells_no_edges(control: str | None) -> None:
    assert told(control) is None


def test_a_control_that_tells_nothing_follows_nothing() -> None:
    assert told('{"after": []}') == ()


def test_an_order_is_read_with_retries_timeout_timer_signal_and_child() -> None:
    run = drawn(histories.order())
    tasks = {task.label: task for task in run.tasks}
    assert run.state is State.COMPLETED
    assert [task.kind for task in run.tasks].count(Kind.TIMER) == 1
    assert [each.outcome for each in tasks["charge_card"].attempts] == [State.FAILED, State.FAILED, State.COMPLETED]
    assert [each.outcome for each in tasks["score_fraud"].attempts] == [State.TIMED_OUT, State.COMPLETED]
    assert tasks["score_fraud"].attempts[0].reason == "START_TO_CLOSE"
    assert tasks["pick_and_pack"].kind is Kind.CHILD
    assert tasks["pick_and_pack"].run_id
    assert tasks["cool-off"].after == ("activity-shop.charge_card-1",)
    assert set(tasks["book_courier"].after) == {
        "child-shop.pick_and_pack-1",
        "timer-cool-off-1",
        "signal-courier-ready",
    }
    assert not run.is_inferred
    assert [(signal.name, signal.sender) for signal in run.signals] == [("courier-ready", None)]
    assert run.decisions[0].worker == "decider-1"


def test_without_control_edges_are_concluded_from_decisions() -> None:
    run = drawn(histories.told_nothing())
    found = edges(run)
    assert found["activity-shop.validate_order-1"] == ()
    assert found["activity-shop.reserve_stock-1"] == ("activity-shop.validate_order-1",)
    assert found["activity-shop.charge_card-1"] == ("activity-shop.score_fraud-1",)
    assert run.is_inferred


def test_a_burst_over_the_limit_of_a_decision_follows_what_its_beginning_followed() -> None:
    pages = [Step("page", ["activity-list-1"], [("completed", 0.2)]) for _ in range(30)]
    play = Play([Step("list"), *pages], tells_edges=False, batch=7)
    assert {task.after for task in drawn(play).tasks if task.label == "page"} == {("activity-list-1",)}


def test_one_after_the_other_is_concluded_as_a_chain() -> None:
    play = histories.sequence(4)
    play.tells_edges = False
    found = edges(drawn(play))
    assert found["activity-turn-1"] == ("activity-begin-1",)
    assert found["activity-turn-4"] == ("activity-turn-3",)


def test_what_was_refused_and_wanted_again_follows_what_the_first_wish_followed() -> None:
    """An unknown type is registered and the task scheduled again, in a decision to which nothing is new."""
    flow = Flow()
    flow.start()
    flow.decide(schedule("first"))
    flow.take()
    flow.complete("first")
    flow.decide(schedule("second", activity_type=ActivityType(name="new", version="1")))
    flow.decide(schedule("second"))
    assert edges(run_from(flow.events()))["second"] == ("first",)


def test_what_was_refused_for_good_is_a_failed_task() -> None:
    flow = Flow()
    flow.start()
    flow.decide(schedule("charge", activity_type=ActivityType(name="nothing", version="1")))
    (task,) = run_from(flow.events()).tasks
    assert (task.id, task.state, task.attempts[0].reason) == ("charge", State.FAILED, "ACTIVITY_TYPE_DOES_NOT_EXIST")


def test_timers_of_the_engine_are_hidden_and_a_pause_before_a_retry_belongs_to_the_task() -> None:
    (task,) = drawn(histories.delayed()).tasks
    assert len(task.attempts) == 2
    (pause,) = task.delays
    assert pause[1] - pause[0] == pytest.approx(5, abs=0.1)


def test_a_task_that_waits_for_its_next_attempt_waits() -> None:
    play = histories.delayed()
    play.until = 3.0
    (task,) = drawn(play).tasks
    assert (task.state, task.attempts[-1].outcome) == (State.WAITING, State.FAILED)


def test_what_was_open_at_the_close_is_not_finished() -> None:
    """No bar may say that something runs in a run that has ended."""
    flow = Flow()
    flow.start()
    flow.decide(schedule("charge"), start_timer("patience"))
    flow.take()
    flow.terminate(reason="enough")
    run = run_from(flow.events())
    assert run.state is State.TERMINATED
    assert run.reason == "enough"
    assert {task.state for task in run.tasks} == {State.UNFINISHED}


def test_ids_of_different_kinds_may_be_alike() -> None:
    flow = Flow()
    flow.start()
    flow.decide(schedule("timer-x"), start_timer("x"), start_child("timer-x"))
    run = run_from(flow.events())
    assert len({task.id for task in run.tasks}) == 3


def test_an_id_that_was_free_again_is_another_task() -> None:
    flow = Flow()
    flow.start()
    for _ in range(2):
        flow.decide(schedule("charge"))
        flow.take()
        flow.complete("charge")
    run = run_from(flow.events())
    assert [task.id for task in run.tasks] == ["charge", "charge#2"]
    assert run.tasks[1].after == ("charge",)


def test_signals_that_are_waited_for_are_told_by_the_context() -> None:
    run = drawn(histories.waiting())
    assert run.awaited == ("approval",)


@pytest.mark.parametrize("context", ["", "x", '{"waiting_signals": 1}', "[" * 5000])
def test_a_context_of_somebody_else_tells_nothing(context: str) -> None:
    flow = Flow()
    flow.start()
    flow.decide(execution_context=context)
    assert run_from(flow.events()).awaited == ()


@given(programs(calm=False))
def test_any_program_is_read_and_every_edge_leads_to_an_earlier_task(steps: list[tuple[object, ...]]) -> None:
    bed = Bed(Program, (steps,), compare=False, strict=False, outcomes=outcome)
    bed.settle()
    run = run_from(bed.events(), later=1.0)
    seen = {f"signal-{signal.name}" for signal in run.signals} | {f"signal-{name}" for name in run.awaited}
    for task in run.tasks:
        assert set(task.after) <= seen
        assert task.id not in seen
        seen.add(task.id)
        assert not task.name.startswith("_simpleflow_wake")


def test_the_replay_tells_edges_that_are_read_here() -> None:
    """What submit writes and what is read here are one notation."""

    class Wide(Workflow):
        name, version, task_list = "wide", "1", "bed"

        def run(self) -> int:
            parts = [self.submit(ACTIVITIES["plain"], i, 0, []) for i in range(40)]
            result: int = self.submit(ACTIVITIES["plain"], 1, 0, parts).result
            return result

    bed = Bed(Wide, (), compare=False, outcomes=outcome)
    bed.finish()
    run = run_from(bed.events())
    assert len(run.tasks) == 41
    assert set(run.tasks[-1].after) == {task.id for task in run.tasks[:-1]}
    assert len(json.dumps(run.tasks[-1].after)) > 1000


def test_a_sleep_of_no_time_is_hidden_and_what_comes_after_it_follows_what_was_before() -> None:
    flow = Flow()
    flow.start()
    flow.decide(schedule("first"))
    flow.take()
    flow.complete("first")
    flow.decide(start_timer("_simpleflow_sleep-1", 0))
    flow.pass_time(1)
    flow.decide(schedule("second"))
    assert edges(run_from(flow.events())) == {"first": (), "second": ("first",)}


def test_a_timer_of_no_time_that_is_told_passes_on_what_it_followed() -> None:
    """Its future among the arguments: ``after`` names the timer, which is not shown."""
    flow = Flow()
    flow.start()
    flow.decide(schedule("first"), schedule("beside"))
    for id in ("first", "beside"):
        flow.take()
        flow.complete(id)
    flow.decide(start_timer("pause", 0))
    flow.pass_time(1)
    flow.decide(schedule("second", control='{"after": ["pause"]}'))
    run = run_from(flow.events())
    assert edges(run)["second"] == ("first", "beside")
    assert run.is_inferred


def test_the_critical_path_of_a_limited_map_leads_through_those_that_made_room() -> None:
    """Its items follow nothing: each was scheduled when another one had ended."""
    flow = Flow()
    flow.start()
    flow.decide(*(schedule(f"item-{number}") for number in (1, 2, 3)))
    for _ in range(3):
        flow.take()
    for ended, wanted in (("item-3", "item-4"), ("item-2", "item-5"), ("item-4", "item-6")):
        flow.pass_time(5)
        flow.complete(ended)
        flow.decide(schedule(wanted))
        flow.take()
    flow.complete("item-1")
    flow.complete("item-5")
    flow.pass_time(5)
    flow.complete("item-6")
    flow.decide()
    run = run_from(flow.events())
    assert set(edges(run).values()) == {()}, "the elder of item-4 has ended, but item-1 is of the same burst"
    assert critical_path(run) == ("item-3", "item-4", "item-6")
    parts = {each.part: each.milliseconds for each in spent(run)}
    assert parts[Part.ACTIVITIES] >= 20_000
    assert sum(parts.values()) < 20_100


def test_the_critical_path_leads_through_what_was_read_before_a_task_was_scheduled() -> None:
    """It is given an old result, but the run had waited for another one, across a sleep of no time."""
    flow = Flow()
    flow.start()
    flow.decide(schedule("old"), schedule("late"))
    for id in ("old", "late"):
        flow.take()
        flow.complete(id)
        flow.pass_time(3)
        flow.decide(*([start_timer("_simpleflow_sleep-1", 0)] if id == "late" else []))
    flow.pass_time(1)
    flow.decide(schedule("last", control='{"after": ["old"]}'))
    run = run_from(flow.events())
    assert edges(run)["last"] == ("old",)
    assert critical_path(run) == ("late", "last")
