"""Rare turns of events. As everywhere in the bed, each decision is made warm and cold, and both must agree."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from simpleflow import Workflow, activity, format, futures
from simpleflow.exceptions import TaskException
from simpleflow.futures import Future
from simpleflow.replay import Run, RunOptions
from simpleflow.replay.records import Record
from swf.protocol import decisions as d
from swf.protocol.causes import Cause
from swf.protocol.event import HistoryEvent, history_event
from swf.protocol.events import (
    CompleteWorkflowExecutionFailed,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    ScheduleActivityTaskFailed,
    TimerStarted,
    WorkflowExecutionSignaled,
)
from swf.protocol.operations import GetWorkflowExecutionHistory
from swf.protocol.values import ActivityType
from swf.protocol.wire import decode_events
from tests.replay.bed import LIST, Bed
from tests.replay.test_run import echo, fails, flow, inc, once, strict


def test_a_run_of_many_tasks_and_sleeps_keeps_none_of_them() -> None:
    def run(self: Workflow, n: int) -> Any:
        for number in range(n):
            self.submit(echo, number).wait()
            self.sleep(1)
            futures.wait(self.submit(echo, number), timeout=100)
        return self.submit(self.wait_signal("end")).result

    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, Record | Future) for each in gc.get_objects())

    before = alive()
    bed = Bed(flow(run), (60,), compare=False)
    bed.settle()
    while bed.run is not None and not bed.run.waiting_signals:
        at = bed.service.next_wake()
        assert at is not None
        bed.clock.set(max(at, bed.clock.now()))
        bed.service.tick()
        bed.settle()
    assert alive() - before < 10
    assert bed.run is not None
    assert bed.run.timers_seen == {}
    bed.kill()


def test_a_set_of_futures_has_the_same_order_in_every_process() -> None:
    """The order follows from hashes, and these from numbers counted within the run."""

    def run(self: Workflow) -> Any:
        both = {self.submit(echo, number) for number in (1, 2, 3)}
        return [self.submit(echo, future).result for future in both]

    bed = Bed(flow(run))
    Future()
    first = bed.finish()
    for _ in range(5):
        Future()
    assert Bed(flow(run)).finish() == first


def test_futures_in_a_set_are_ordered_by_their_results() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(echo, {self.submit(echo, number) for number in (3, 1, 2)}).result

    assert Bed(flow(run)).finish() == [1, 2, 3]


def test_cancelling_a_timer_that_fires_before_the_request_is_sent_is_done_then() -> None:
    """The request waits in the outbox behind others, so it has no echo of its own."""

    def run(self: Workflow) -> Any:
        timer = self.submit(self.start_timer("t", 1))
        self.submit(echo, 0).wait()
        for number in range(8):
            self.submit(echo, number)
        cancel = self.submit(self.cancel_timer("t"))
        cancel.wait()
        return timer.state

    bed = Bed(flow(run), options={"max_decisions": 4})
    bed.decide()
    bed.decide()  # the type is known now
    assert bed.work()
    bed.decide()
    bed.clock.advance(1)
    bed.service.tick()
    assert bed.finish() in ("FINISHED", "CANCELLED")


def test_cancelling_one_of_two_equal_idempotent_tasks_leaves_the_other() -> None:
    def run(self: Workflow) -> Any:
        ready = self.submit(echo, 7)
        first, second = self.submit(once, ready), self.submit(once, ready)
        ready.wait()
        second.cancel()
        return [first.result, second.cancelled]

    assert Bed(flow(run)).finish() == [7, True]


def test_a_large_side_effect_travels_as_a_pointer() -> None:
    def run(self: Workflow) -> Any:
        text = self.side_effect(lambda: "x" * 40_000, "large")
        self.submit(echo, 1).wait()
        return [len(text), self.submit(echo, 2).result]

    store: dict[str, str] = {}

    def decode(text: str | None) -> Any:
        return format.decode(store.get(text or "", text))

    bed = Bed(flow(run), options={"decode": decode}, compare=False, evict=True)
    answer = bed.answer
    bed.answer = lambda task, made: (store.update(made.values), answer(task, made))[1]  # type: ignore[method-assign]
    assert bed.finish() == [40_000, 2]
    assert any(format.is_pointer(pointer) for pointer in store)


def test_values_of_a_submit_added_to_old_code_are_stored_when_it_is_sent() -> None:
    """The submit stands where the history has a decision without it, and leaves with the next answer."""

    def old(self: Workflow) -> Any:
        self.submit(echo, 1).wait()
        return self.submit(echo, 2).result

    def new(self: Workflow) -> Any:
        self.submit(inc, "x" * 40_000)
        return old(self)

    bed = Bed(flow(old), strict=False, compare=False)
    bed.decide()
    bed.work()
    bed.kill()
    bed.workflow = flow(new)
    bed.run = bed.new_run()
    task = bed.poll()
    assert task.events is not None
    decisions = bed.run.advance(decode_events(task.events))
    added = next(each for each in decisions.decisions if isinstance(each, d.ScheduleActivityTask))
    assert added.input in decisions.values
    bed.kill()


def test_seconds_of_timers_are_rounded_up() -> None:
    def run(self: Workflow) -> Any:
        self.submit(self.start_timer("a", "5")).wait()
        self.submit(self.start_timer("b", 1.2)).wait()  # type: ignore[arg-type]

    bed = Bed(flow(run), evict=True)
    bed.finish()
    started = [
        each.start_to_fire_timeout for answer in bed.answers for each in answer if isinstance(each, d.StartTimer)
    ]
    assert started == ["5", "2"]


def test_a_long_reason_to_fail_is_kept_whole_in_the_details() -> None:
    def run(self: Workflow) -> Any:
        self.fail("because " * 100)

    bed = Bed(flow(run))
    with pytest.raises(AssertionError):
        bed.finish()
    (decision,) = bed.answers[-1]
    assert isinstance(decision, d.FailWorkflowExecution)
    assert decision.reason is not None
    assert decision.reason.endswith("…")
    assert decision.details == "because " * 100


def test_a_failure_too_long_for_its_field_is_cut_where_there_is_no_store() -> None:
    def run(self: Workflow) -> Any:
        raise ValueError("x" * 100_000)

    bed = Bed(flow(run), options={"keeps_values": False})
    with pytest.raises(AssertionError, match="ValueError"):
        bed.finish()


@activity.with_attributes(version="v" * 65)
def misnamed(x: Any) -> Any:
    return x


@pytest.mark.parametrize("what", ["activity", "timer", "marker"])
def test_what_the_service_would_refuse_with_the_whole_answer_is_refused_at_submit(what: str) -> None:
    def run(self: Workflow) -> Any:
        submits = {
            "activity": lambda: self.submit(misnamed, 1),
            "timer": lambda: self.submit(self.start_timer("", 1)),
            "marker": lambda: self.submit(self.record_marker("m" * 257)),
        }
        try:
            submits[what]()
        except ValueError as error:
            return str(error)
        return None

    assert "Member must have length" in Bed(flow(run)).finish()


def test_a_task_with_a_wrong_name_that_waited_for_its_arguments_fails() -> None:
    def run(self: Workflow) -> Any:
        later = self.submit(misnamed, self.submit(echo, 1))
        later.wait()
        return str(later.exception)

    assert "Member must have length" in Bed(flow(run)).finish()


def test_a_value_that_cannot_be_read_fails_the_task_that_needs_it() -> None:
    class Lost(Exception):
        pass

    def decode(text: str | None) -> Any:
        if text == '"lost"':
            raise Lost("the value is gone")
        return format.decode(text)

    def run(self: Workflow) -> Any:
        later = self.submit(echo, self.submit(echo, 1))
        later.wait()
        return str(later.exception)

    bed = Bed(flow(run), options={"decode": decode}, outcomes=lambda *told: "lost")
    assert bed.finish() == "the value is gone"


LONG = [activity.with_attributes(name=f"{letter * 200}")(len) for letter in "ab"]


def test_edges_too_many_for_their_field_travel_as_a_pointer_or_not_at_all() -> None:
    def run(self: Workflow) -> Any:
        pairs = [[self.submit(each, []) for each in LONG] for _ in range(90)]
        return self.submit(echo, pairs)

    for keeps_values in (True, False):
        bed = Bed(flow(run), options={"keeps_values": keeps_values, "max_decisions": 2000}, compare=False)
        bed.settle()
        last = [each for answer in bed.answers for each in answer if isinstance(each, d.ScheduleActivityTask)][-1]
        assert format.is_pointer(last.control) if keeps_values else last.control is None
        bed.kill()


def test_more_timers_than_may_be_open_wait_for_room() -> None:
    def run(self: Workflow) -> Any:
        timers = [self.submit(self.start_timer(f"t{number}", 10 + number % 5)) for number in range(1010)]
        futures.wait(*timers)
        return len(timers)

    bed = Bed(flow(run), compare=False)
    assert bed.finish() == 1010
    assert len(bed.answers) < 100


class Feed:
    """Histories that the service does not write of itself, event by event."""

    def __init__(self, run: Run, bed: Bed) -> None:
        page = bed.client.call(GetWorkflowExecutionHistory(domain="d", execution=bed.name))
        self.run = run
        self.events: list[HistoryEvent] = decode_events(page.events)[:2]
        self.begin()

    def add(self, attributes: Any) -> None:
        self.events.append(history_event(len(self.events) + 1, self.events[-1].timestamp + 1.0, attributes))

    def begin(self) -> None:
        self.add(DecisionTaskStarted(scheduled_event_id=len(self.events)))

    def go_on(self, *attributes: Any) -> list[Any]:
        """The decisions after an answer that had these consequences."""
        self.add(DecisionTaskCompleted(scheduled_event_id=self.run.position - 1, started_event_id=self.run.position))
        for each in attributes:
            self.add(each)
        self.add(DecisionTaskScheduled(task_list=LIST))
        self.begin()
        return self.run.advance(self.events).decisions


def feed(run: Any, **options: Any) -> tuple[Feed, list[Any]]:
    bed = Bed(run if isinstance(run, type) else flow(run))
    feed = Feed(Run(bed.workflow, RunOptions(run_id="r", workflow_id="x", **options)), bed)
    return feed, feed.run.advance(feed.events).decisions


def test_an_execution_that_must_not_be_closed_is_not_closed_again_and_again() -> None:
    def run(self: Workflow) -> Any:
        return 1

    history, decisions = feed(run)
    assert [type(each) for each in decisions] == [d.CompleteWorkflowExecution]
    refusal = CompleteWorkflowExecutionFailed(
        cause=Cause.OPERATION_NOT_PERMITTED, decision_task_completed_event_id=len(history.events) + 1
    )
    assert history.go_on(refusal) == []


def refused(cause: Cause, id: str) -> ScheduleActivityTaskFailed:
    return ScheduleActivityTaskFailed(
        activity_type=ActivityType(name=echo.name, version="default"),
        activity_id=id,
        cause=cause,
        decision_task_completed_event_id=4,
    )


def test_a_refused_type_is_registered_three_times_and_then_given_up() -> None:
    def run(self: Workflow) -> Any:
        task = self.submit(echo, 1)
        task.wait()
        return str(task.exception)

    history, decisions = feed(run)
    for _ in range(3):
        assert isinstance(decisions[0], d.ScheduleActivityTask)
        decisions = history.go_on(refused(Cause.ACTIVITY_TYPE_DOES_NOT_EXIST, decisions[0].activity_id))
    decisions = history.go_on(refused(Cause.ACTIVITY_TYPE_DOES_NOT_EXIST, decisions[0].activity_id))
    assert isinstance(decisions[0], d.CompleteWorkflowExecution)
    assert "ACTIVITY_TYPE_DOES_NOT_EXIST" in (decisions[0].result or "")


@pytest.mark.parametrize("cause", [Cause.ACTIVITY_TYPE_DEPRECATED, Cause.DEFAULT_TASK_LIST_UNDEFINED])
def test_a_refusal_that_time_does_not_mend_fails_the_task(cause: Cause) -> None:
    def run(self: Workflow) -> Any:
        self.submit(strict, 1).wait()

    history, decisions = feed(run)
    decisions = history.go_on(refused(cause, decisions[0].activity_id))
    assert isinstance(decisions[0], d.FailWorkflowExecution)
    assert cause in (decisions[0].reason or "")


def test_a_full_service_is_asked_again_after_a_back_off() -> None:
    def run(self: Workflow) -> Any:
        return futures.wait(*[self.submit(echo, number) for number in range(3)])

    history, decisions = feed(run)
    ids = [each.activity_id for each in decisions]
    decisions = history.go_on(*[refused(Cause.OPEN_ACTIVITIES_LIMIT_EXCEEDED, id) for id in ids])
    assert [each.timer_id for each in decisions] == ["_simpleflow_backoff-1"]


def test_a_wake_up_that_is_open_is_not_asked_for_again() -> None:
    def run(self: Workflow) -> Any:
        return futures.wait(*[self.submit(self.start_timer(f"t{number}", 60)) for number in range(9)])

    history, decisions = feed(run, max_decisions=4)
    assert [each.timer_id for each in decisions] == ["t0", "t1", "t2", "_simpleflow_wake_up_timer"]
    number = len(history.events) + 1
    decisions = history.go_on(
        *[
            TimerStarted(
                timer_id=each.timer_id,
                start_to_fire_timeout=each.start_to_fire_timeout,
                decision_task_completed_event_id=number,
            )
            for each in decisions
        ],
        WorkflowExecutionSignaled(signal_name="early"),
    )
    assert [each.timer_id for each in decisions] == ["t3", "t4", "t5"]


def test_a_run_whose_answer_was_lost_sees_what_the_next_one_sees() -> None:
    """The lost decision never happened; a run that went on from it would remember that b was not done."""

    def run(self: Workflow) -> Any:
        both = [self.submit(echo, letter) for letter in "ab"]
        futures.wait(*both, return_when=futures.FIRST_COMPLETED)
        seen = [task.done for task in both]
        self.submit(echo, "c").wait()
        return seen

    bed = Bed(flow(run))
    bed.decide()
    bed.decide()  # the type is known now
    assert bed.work()
    bed.decide(bed.poll(), is_lost=True)
    assert bed.work()
    bed.clock.advance(301)
    bed.service.tick()
    assert bed.finish() == [True, True]


def test_two_failures_of_one_batch_are_raised_one_after_the_other() -> None:
    def run(self: Workflow) -> Any:
        tasks = [self.submit(strict, number) for number in range(2)]
        seen = []
        for _ in tasks:
            try:
                futures.wait(self.submit(self.wait_signal("never")))
            except TaskException as error:
                seen.append(str(error.exception)[: -len(" failed: no 1")][-1])
        return seen

    bed = Bed(flow(run), outcomes=fails("-1", "-2"))
    bed.decide()
    bed.decide()
    bed.work()
    bed.work()
    assert bed.finish() == ["1", "2"]


def test_hooks_and_the_context_by_their_former_names() -> None:
    told: list[Any] = []

    def run(self: Workflow) -> Any:
        with pytest.warns(DeprecationWarning, match="get_execution_context is now get_run_context"):
            return self.get_execution_context()["workflow_id"]

    def before_run(self: Workflow, history: Any) -> None:
        told.append(history.workflow["state"])

    def after_run(self: Workflow, history: Any) -> None:
        told.append("closed")

    bed = Bed(flow(run, before_run=before_run, after_run=after_run), compare=False)
    with pytest.warns(DeprecationWarning, match=r"(before|after)_run is called as (before_replay|after_closed)"):
        assert bed.finish() == "x"
    assert told == ["started", "closed"]


def test_hooks_see_what_was_sent_to_others_and_which_decision_this_is() -> None:
    seen: list[Any] = []

    def run(self: Workflow) -> Any:
        self.submit(self.signal("go", 1)).wait()

    def on_completed(self: Workflow, history: Any) -> None:
        (sent,) = history.signaled_workflows["go"]
        assert history.external_workflows_signaling[sent["id"]] == sent
        seen.extend([sent["workflow_id"], sent["state"], history.workflow["name"], history.cancel_failed])
        assert history.started_decision_id == history.last_event_id
        assert 0 < history.completed_decision_id < history.started_decision_id
        assert history.cancel_requested_id == 0

    bed = Bed(flow(run, on_completed=on_completed), compare=False)
    bed.finish()
    assert seen == ["x", "execution_signaled", "w", False]
