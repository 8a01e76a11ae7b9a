"""What a workflow does, decision by decision. Every decision is made warm and cold, and both must agree."""

from __future__ import annotations

import decimal
import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from simpleflow import Workflow, activity, futures
from simpleflow.exceptions import (
    ExecutionBlocked,
    NonDeterminismError,
    TaskException,
    TaskFailed,
    TimeoutError,
)
from simpleflow.format import decode, is_pointer
from simpleflow.history import History
from simpleflow.replay import RunEvicted, Stale
from swf.protocol import decisions as d
from swf.protocol.event import history_event
from swf.protocol.events import ActivityTaskScheduled, WorkflowExecutionFailed
from swf.protocol.operations import PollForActivityTask, PollForDecisionTask
from swf.protocol.values import ActivityType
from swf.protocol.wire import decode_events
from tests.replay.bed import LIST, Bed, Failing


@activity.with_attributes()
def inc(x: int) -> int:
    return x + 1


@activity.with_attributes()
def echo(x: Any) -> Any:
    return x


@activity.with_attributes()
def other(x: Any) -> Any:
    return x


@activity.with_attributes(retry=2)
def patient(x: Any) -> Any:
    return x


@activity.with_attributes(raises_on_failure=True)
def strict(x: Any) -> Any:
    return x


@activity.with_attributes(idempotent=True)
def once(x: Any) -> Any:
    return x


def flow(function: Callable[..., Any], **attributes: Any) -> type[Workflow]:
    """A workflow whose ``run`` is *function*."""
    return type("Flow", (Workflow,), {"name": "w", "version": "1", "task_list": "bed", "run": function, **attributes})


def fails(*ids: str, times: int = 99) -> Callable[[str, int, Any], Any]:
    """Outcomes of activities: those whose id ends so fail so often, others return their argument."""

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        if activity_id.endswith(ids) and attempt <= times:
            raise Failing(f"no {attempt}")
        return content["args"][0]

    return outcome


class Swapped(Workflow):
    name, version, task_list = "swapped", "1", "bed"

    def run(self) -> list[object]:
        a = self.submit(inc, 0)
        b = self.submit(echo, a)
        c = self.submit(echo, "C")
        return [b.result, c.result]


def test_ids_follow_the_order_of_calls_so_that_no_result_is_swapped() -> None:
    """The first test of the project: taken when ready, the ids of the two echoes would swap between replays."""
    bed = Bed(Swapped)
    assert bed.finish() == [1, "C"]
    assert bed.calls == [f"activity-{__name__}.inc-1", f"activity-{__name__}.echo-2", f"activity-{__name__}.echo-1"]


def test_the_same_with_a_new_run_for_each_decision() -> None:
    assert Bed(Swapped, evict=True).finish() == [1, "C"]


@pytest.mark.parametrize("count", [250, 1000])
@pytest.mark.parametrize("evict", [False, True])
def test_more_tasks_than_a_decision_holds_leave_with_the_next_ones(count: int, evict: bool) -> None:
    def run(self: Workflow) -> Any:
        return futures.wait(*self.map(echo, range(count)))

    bed = Bed(flow(run), evict=evict, compare=count < 500)
    while bed.decide():
        bed.service.tick()
    while bed.work():
        pass
    sent = [sum(isinstance(each, d.ScheduleActivityTask) for each in answer) for answer in bed.answers]
    first, *rest = [number for number in sent if number]
    assert first == 99, "the type was unknown at first, so all of these are sent again"
    assert sum(rest) >= count
    assert max(map(len, bed.answers)) <= 100
    assert bed.finish() == list(range(count))


def test_250_submits_of_a_known_type_arrive_in_three_answers() -> None:
    def run(self: Workflow) -> Any:
        self.submit(echo, "known").wait()
        return futures.wait(*self.map(echo, range(250)))

    bed = Bed(flow(run))
    while bed.decide() or bed.work():
        if any(len(answer) > 5 for answer in bed.answers):
            break
    first = next(index for index, answer in enumerate(bed.answers) if len(answer) > 5)
    while len(bed.answers) < first + 3:
        bed.service.tick()
        assert bed.decide()
    assert [len(answer) for answer in bed.answers[first : first + 3]] == [100, 100, 52]
    while bed.work():
        pass
    assert bed.finish() == list(range(250))


def test_open_activities_are_limited_and_the_rest_follows_as_they_close() -> None:
    def run(self: Workflow) -> Any:
        return futures.wait(*self.map(echo, range(30)))

    bed = Bed(flow(run, max_open_activity_count=7))
    most = 0
    while bed.decide() or bed.work():
        bed.service.tick()
        execution = bed.execution()
        most = max(most, execution.open_activity_count)
    assert most == 7
    assert bed.finish() == list(range(30))


def test_a_failed_task_is_retried_under_its_id_and_told_which_attempt_it_is() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(patient, 5).result

    attempts = []

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        attempts.append(content["meta"]["simpleflow"]["attempt"])
        if attempt < 3:
            raise Failing("not yet")
        return 5

    bed = Bed(flow(run), outcomes=outcome)
    assert bed.finish() == 5
    assert attempts == [1, 2, 3]
    assert len(set(bed.calls)) == 1


def test_a_task_that_fails_for_good_has_an_exception_and_no_result() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(patient, 5)
        other_one = self.submit(echo, future)
        assert isinstance(future.exception, TaskFailed)
        assert future.result is None
        return [future.exception.reason, future.state, other_one.result]

    bed = Bed(flow(run), outcomes=fails("patient-1"))
    assert bed.finish() == ["no 3", "FINISHED", None]


def test_an_activity_that_times_out_says_which_clock_it_was() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(echo, 1)
        exception = future.exception
        assert isinstance(exception, TimeoutError)
        return [exception.timeout_type, exception.timeout_value]

    bed = Bed(flow(run))
    bed.decide()
    bed.decide()
    assert bed.client.call(PollForActivityTask(domain="d", task_list=LIST)).task_token is not None
    assert bed.finish() == ["SCHEDULE_TO_CLOSE", 300], "of clocks that run out together the one that covers more"


def test_a_task_that_raises_does_so_where_the_workflow_waits_whatever_it_waits_for() -> None:
    def run(self: Workflow) -> Any:
        bad = self.submit(strict, 1)
        slow = self.submit(self.start_timer("slow", 1000))
        with pytest.raises(TaskException) as raised:
            slow.wait()
        assert isinstance(raised.value.exception, TaskFailed)
        return [raised.value.exception.reason, bad.finished, slow.done]

    assert Bed(flow(run), outcomes=fails("strict-1")).finish() == ["no 1", True, False]


def test_an_uncaught_failure_fails_the_execution_and_names_the_task() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(strict, 1).result

    bed = Bed(flow(run), outcomes=fails("strict-1"))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert closed.attributes.reason == f'Workflow execution error in task activity-{__name__}.strict: "no 1"'


def test_an_error_of_the_workflow_fails_the_execution_with_its_traceback() -> None:
    def run(self: Workflow) -> Any:
        raise KeyError("x" * 1000)

    bed = Bed(flow(run))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    failed = closed.attributes
    assert isinstance(failed, WorkflowExecutionFailed)
    assert failed.reason is not None
    assert failed.details is not None
    assert failed.reason.startswith("Cannot replay the workflow: KeyError('xxx")
    assert len(failed.reason) == 256
    assert failed.reason.endswith("…")
    assert failed.details.startswith("Traceback:\n")
    assert "x" * 1000 in failed.details, "the whole message is kept"


@pytest.mark.parametrize("error", [SystemExit, RecursionError, GeneratorExit])
def test_whatever_leaves_run_ends_the_execution_and_not_the_decider(error: type[BaseException]) -> None:
    def run(self: Workflow) -> Any:
        self.submit(echo, 1).wait()
        raise error

    bed = Bed(flow(run))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionFailed"


def test_failing_oneself_leaves_run_at_once() -> None:
    seen = []

    def run(self: Workflow) -> Any:
        try:
            self.fail("enough", "of this")
        finally:
            seen.append("finally")
        seen.append("not reached")

    bed = Bed(flow(run), compare=False)
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert (closed.attributes.reason, closed.attributes.details) == ("Workflow execution failed: enough", "of this")
    assert seen == ["finally"]


def test_futures_are_resolved_at_any_depth() -> None:
    def run(self: Workflow) -> Any:
        a, b = self.submit(inc, 1), self.submit(inc, 2)
        return self.submit(echo, {"a": [a, (b, {"c": a})], "d": {b}}).result

    assert Bed(flow(run)).finish() == {"a": [2, [3, {"c": 2}]], "d": [3]}


def test_edges_of_the_dataflow_travel_with_the_task() -> None:
    def run(self: Workflow) -> Any:
        many = self.map(echo, range(5))
        one = self.submit(inc, 1)
        return self.submit(other, [*many[1:4], one, many[0]]).result

    bed = Bed(flow(run))
    bed.finish()
    (control,) = [
        event.attributes.control
        for event in bed.events()
        if isinstance(event.attributes, ActivityTaskScheduled) and event.attributes.control
    ]
    prefix = f"activity-{__name__}"
    assert decode(control) == {"after": [f"{prefix}.echo-2..4", f"{prefix}.inc-1", f"{prefix}.echo-1"]}


def test_equal_idempotent_tasks_are_one() -> None:
    def run(self: Workflow) -> Any:
        first, second, third = self.submit(once, 1), self.submit(once, 1), self.submit(once, 2)
        depends = self.submit(once, self.submit(echo, 1))
        assert first is second
        values = futures.wait(first, third, depends)
        return [*values, self.submit(once, 1) is first]

    bed = Bed(flow(run))
    assert bed.finish() == [1, 2, 1, True]
    assert len([id for id in bed.calls if "once" in id]) == 2


def test_a_cancelled_task_that_was_not_sent_never_is() -> None:
    def run(self: Workflow) -> Any:
        unsent = self.submit(echo, 1)
        waiting = self.submit(echo, self.submit(inc, 1))
        return [unsent.cancel(), waiting.cancel(), unsent.cancelled, unsent.result, self.submit(echo, 3).result]

    bed = Bed(flow(run))
    assert bed.finish() == [True, True, True, None, 3]
    assert f"activity-{__name__}.echo-1" not in bed.calls
    assert f"activity-{__name__}.echo-3" in bed.calls


def test_a_cancelled_task_that_is_open_is_asked_to_cancel() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(echo, 1)
        self.sleep(1)
        return [future.cancel(), future.state]

    bed = Bed(flow(run))
    bed.decide()
    bed.decide()
    bed.clock.advance(1)
    bed.service.tick()
    bed.decide()
    assert bed.execution().closed is not None
    assert bed.findings == [], "a request to cancel is nobody's loss at the end"


def test_timers_fire_can_be_cancelled_and_limit_waits() -> None:
    def run(self: Workflow) -> Any:
        start = self.now()
        long, short = self.submit(self.start_timer("long", 100)), self.submit(self.start_timer("short", 10))
        futures.wait(long, short, return_when=futures.FIRST_COMPLETED)
        self.submit(self.cancel_timer("long")).wait()
        values = futures.wait(self.submit(self.wait_signal("never")), timeout=5)
        return [long.cancelled, short.finished, values, (self.now() - start).total_seconds()]

    assert Bed(flow(run)).finish() == [True, True, [None], 15.0]


def test_each_signal_is_had_once_by_next_and_the_latest_by_wait() -> None:
    def run(self: Workflow) -> Any:
        early = self.submit(self.wait_signal("s"))
        first, second = self.submit(self.next_signal("s")), self.submit(self.next_signal("s"))
        third = self.submit(self.next_signal("s"))
        futures.wait(first, second, third)
        return [early.result, first.result, second.result, third.result, self.submit(self.wait_signal("s")).result]

    bed = Bed(flow(run))
    bed.decide()
    assert bed.describe_context() == '{"waiting_signals":["s"]}'
    for value in (1, 2, 3):
        bed.signal("s", value)
    assert bed.finish() == [1, 1, 2, 3, 3]


def test_markers_are_recorded_once_and_can_be_waited_for() -> None:
    def run(self: Workflow) -> Any:
        first = self.submit(self.record_marker("m", {"a": 1}))
        same = self.submit(self.record_marker("m", {"a": 1}))
        self.submit(self.record_marker("m", 2))
        assert first is same
        return [first.result, [m.details for m in self.list_markers(all=True)], self.get_event_details("marker", "m")]

    first, markers, details = Bed(flow(run)).finish()
    assert (first, markers, details["details"]) == ({"a": 1}, [{"a": 1}, 2], 2)


def test_the_closing_decision_is_repeated_if_something_has_happened_meanwhile() -> None:
    ran = []

    def run(self: Workflow) -> Any:
        ran.append(1)
        self.submit(self.record_marker("kept"))
        self.submit(echo, "dropped")
        return "done"

    bed = Bed(flow(run), compare=False)
    task = bed.poll()
    bed.signal("too late")
    bed.decide(task)
    assert "CompleteWorkflowExecutionFailed" in [event.type for event in bed.events()]
    assert bed.finish() == "done"
    assert ran == [1], "the code did not run again"
    assert [type(each).__name__ for each in bed.answers[0]] == ["RecordMarker", "CompleteWorkflowExecution"]
    assert [type(each).__name__ for each in bed.answers[1]] == ["CompleteWorkflowExecution"]
    assert bed.findings == [f"the workflow has ended; never sent: activity-{__name__}.echo-1"]


def test_a_request_to_cancel_ends_the_run_unless_it_is_refused_or_awaited() -> None:
    def waits(self: Workflow) -> Any:
        self.submit(self.wait_signal("never")).wait()

    def asks(self: Workflow) -> Any:
        self.submit(self.wait_cancel_request()).wait()
        return "cleaned up"

    def refuses(self: Workflow) -> Any:
        return self.submit(self.wait_signal("go")).result

    obeys, awaits = Bed(flow(waits)), Bed(flow(asks))
    stubborn = Bed(flow(refuses, should_cancel=lambda self, history: False))
    for bed in (obeys, awaits, stubborn):
        bed.decide()
        bed.cancel()
    obeys.settle()
    closed = obeys.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert awaits.finish() == "cleaned up"
    stubborn.signal("go", 1)
    assert stubborn.finish() == 1


def test_values_from_outside_are_the_same_in_every_replay() -> None:
    calls = []

    def run(self: Workflow) -> Any:
        def look() -> int:
            calls.append(1)
            return 42

        values = [self.side_effect(look), self.side_effect(look), self.random.random(), str(self.uuid4())]
        self.submit(echo, 1).wait()
        return [*values, self.patched("new"), self.is_replaying]

    bed = Bed(flow(run), compare=False, evict=True)
    *values, patched, is_replaying = bed.finish()
    assert values[:2] == [42, 42]
    assert len(calls) == 2, "each call once, though every decision was made by a new run"
    assert (patched, is_replaying) == (True, False)


def test_old_executions_run_old_code_where_a_patch_was_added() -> None:
    def old(self: Workflow) -> Any:
        self.submit(echo, 1).wait()
        return self.submit(self.wait_signal("go")).result

    def new(self: Workflow) -> Any:
        if self.patched("other first"):
            self.submit(other, 1).wait()
        self.submit(echo, 1).wait()
        return [self.submit(self.wait_signal("go")).result, self.patched("other first")]

    bed = Bed(flow(old), strict=False, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(new)
    bed.signal("go", 1)
    assert bed.finish() == [1, False]


def test_another_activity_under_a_recorded_id_is_an_error_even_if_lenient() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(echo, 1).result

    bed = Bed(flow(run), strict=False, compare=False)
    bed.decide()
    bed.decide()
    bed.signal("more")
    bed.poll()
    events = bed.events()
    for index, event in enumerate(events):
        if isinstance(event.attributes, ActivityTaskScheduled):
            foreign = ActivityType(name="another", version="1")
            changed = msgspec.structs.replace(event.attributes, activity_type=foreign)
            events[index] = history_event(event.id, event.timestamp, changed)
    cold = bed.new_run()
    with pytest.raises(NonDeterminismError, match=r"scheduled the activity 'another' as 'activity-.*echo-1'.*test_run"):
        cold.advance(events)
    cold.kill()


def test_what_the_workflow_does_not_submit_any_more_is_told() -> None:
    def old(self: Workflow) -> Any:
        self.submit(echo, 1)
        return self.submit(self.wait_signal("go")).result

    def new(self: Workflow) -> Any:
        return self.submit(self.wait_signal("go")).result

    bed = Bed(flow(old), strict=False, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(new)
    bed.signal("go", 1)
    assert bed.finish() == 1
    assert ["which the workflow does not submit" in finding for finding in bed.findings] == [True]


def test_another_input_is_told_and_the_recorded_result_is_used() -> None:
    def old(self: Workflow) -> Any:
        value = self.submit(echo, "then").result
        self.submit(self.wait_signal("go")).wait()
        return value

    def new(self: Workflow) -> Any:
        value = self.submit(echo, "now").result
        self.submit(self.wait_signal("go")).wait()
        return value

    bed = Bed(flow(old), strict=False, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(new)
    bed.signal("go")
    assert bed.finish() == "then"
    (finding,) = bed.findings
    assert "then" in finding
    assert "now" in finding
    assert "test_run.py" in finding
    bed.kill()
    bed.strict = True
    events = bed.events()
    last = max(event.id for event in events if event.type == "DecisionTaskStarted")
    run = bed.new_run()
    with pytest.raises(NonDeterminismError, match="then"):
        run.advance(events[:last])
    run.kill()


def test_events_that_do_not_join_are_refused() -> None:
    def run(self: Workflow) -> Any:
        self.submit(self.next_signal("s")).wait()
        self.submit(self.next_signal("s")).wait()

    bed = Bed(flow(run), compare=False)
    bed.decide()
    warm = bed.run
    assert warm is not None
    bed.signal("s")
    bed.poll()
    events = bed.events()
    with pytest.raises(Stale, match="gap"):
        warm.advance(events[4:])
    with pytest.raises(Stale, match="answer not applied"):
        warm.advance([*events[:3], _renumbered(events[-1], 4)])
    warm.advance(events)
    with pytest.raises(Stale):
        warm.advance(events)
    warm.kill()


def _renumbered(event: Any, id: int) -> Any:
    return history_event(id, event.timestamp, event.attributes)


def test_a_forgotten_run_leaves_nothing_and_is_freed() -> None:
    seen: list[str] = []

    def run(self: Workflow) -> Any:
        me = self
        try:
            self.submit(self.wait_signal("never")).wait()
        except BaseException as error:
            seen.append(type(error).__name__)
            with pytest.raises(RunEvicted):
                self.submit(echo, "leaves no trace")
            assert me.is_evicting
            raise
        finally:
            seen.append("finally")

    bed = Bed(flow(run), compare=False)
    bed.decide()
    assert bed.run is not None
    gone = weakref.ref(bed.run)
    assert len(bed.run.outbox) == 0
    bed.kill()
    gc.collect()
    assert seen == ["RunEvicted", "finally"]
    assert gone() is None


def test_a_run_that_will_not_end_is_left_where_it_stands() -> None:
    seen: list[int] = []

    def run(self: Workflow) -> Any:
        while True:
            try:
                self.submit(self.wait_signal("never")).wait()
            except BaseException:
                seen.append(1)

    bed = Bed(flow(run), compare=False)
    bed.decide()
    warm = bed.run
    assert warm is not None
    bed.kill()
    assert 1 <= len(seen) <= 5
    assert warm.greenlets.failed_to_end == 1


def test_context_variables_of_runs_are_apart_and_decimal_settings_stay_inside() -> None:
    def run(self: Workflow) -> Any:
        decimal.getcontext().prec = 5
        self.submit(echo, 1).wait()
        return decimal.getcontext().prec

    before = decimal.getcontext().prec
    assert Bed(flow(run)).finish() == 5
    assert decimal.getcontext().prec == before


def test_reading_an_unfinished_result_outside_of_a_workflow_is_an_error() -> None:
    with pytest.raises(ExecutionBlocked):
        _ = futures.Future[int]().result


def test_hooks_are_called_once_per_decision_that_is_made() -> None:
    called: list[str] = []

    class Hooked(Workflow):
        name, version, task_list = "hooked", "1", "bed"

        def run(self) -> Any:
            return self.submit(echo, 1).result

        def before_replay(self, history: History) -> None:
            called.append(f"before {len(history.activities)}")

        def after_replay(self, history: History) -> None:
            called.append("after")

        def on_completed(self, history: History) -> None:
            called.append("completed")

        def after_closed(self, history: History) -> None:
            called.append(f"closed {history.tasks[0]['state']}")

    bed = Bed(Hooked, compare=False, evict=True)
    bed.finish()
    assert called == ["before 0", "after", "before 1", "after", "before 1", "after", "completed", "closed completed"]


def test_a_hook_that_raises_fails_the_execution() -> None:
    class Broken(Workflow):
        name, version, task_list = "broken", "1", "bed"

        def run(self) -> Any:
            return 1

        def on_completed(self, history: History) -> None:
            raise ValueError("no luck")

    bed = Bed(Broken)
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert closed.attributes.reason == "workflow decision failed: no luck"


def test_values_that_are_too_long_travel_as_pointers() -> None:
    def run(self: Workflow) -> Any:
        self.submit(echo, "x" * 40_000)
        self.sleep(1)
        return "y" * 40_000

    bed = Bed(flow(run), compare=False, options={"decode": lambda text: decode(text)})
    task = bed.poll()
    bed.run = bed.new_run()
    assert task.events is not None
    answer = bed.run.advance(decode_events(task.events))
    (pointer,) = answer.values
    scheduled = answer.decisions[0]
    assert isinstance(scheduled, d.ScheduleActivityTask)
    assert scheduled.input == pointer
    assert is_pointer(pointer)
    assert "x" * 40_000 in answer.values[pointer]
    bed.kill()
    nowhere = Bed(flow(run), compare=False, options={"keeps_values": False})
    nowhere.decide()
    closed = nowhere.execution().closed
    assert closed is not None
    assert "too long for its field" in closed.attributes.reason  # type: ignore[attr-defined]


def test_arguments_that_are_no_json_are_refused_where_they_are_submitted() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match=r"the arguments of .*echo-1 cannot be sent"):
            self.submit(echo, object())
        return "told"

    assert Bed(flow(run)).finish() == "told"


@pytest.mark.parametrize("what", [len, 3, Workflow, lambda: 1])
def test_what_cannot_be_submitted_says_why(what: Any) -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError):
            self.submit(what)
        return "told"

    assert Bed(flow(run)).finish() == "told"


def test_the_run_knows_where_it_waits() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(self.wait_signal("go")).result

    bed = Bed(flow(run), compare=False)
    bed.decide()
    assert bed.run is not None
    assert "test_run.py" in bed.run.blocked_on
    assert "(signals: go)" in bed.run.blocked_on
    bed.kill()


def test_the_context_of_a_run_names_it() -> None:
    def run(self: Workflow) -> Any:
        return self.get_run_context()

    context = Bed(flow(run)).finish()
    assert (context["workflow_id"], context["name"], context["tag_list"]) == ("x", "w", [])


def test_the_cost_of_a_decision_follows_its_new_events_and_memory_what_is_open() -> None:
    """Counted in calls of Python functions, which no busy machine changes."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    def run(self: Workflow, n: int) -> Any:
        for number in range(n):
            self.submit(echo, number).wait()

    bed = Bed(flow(run), (1500,), compare=False, outcomes=lambda *told: 1)
    costs = []
    poll = PollForDecisionTask(domain="d", task_list=LIST, start_at_previous_started_event=True)
    bed.run = bed.new_run()
    sizes = []
    while True:
        task = bed.client.call(poll)
        if task.task_token is None:
            if not bed.work():
                break
            continue
        assert task.events is not None
        events = decode_events(task.events)
        calls = 0
        sys.setprofile(count)
        decisions = bed.run.advance(events)
        sys.setprofile(None)
        costs.append(calls)
        sizes.append(bed.run.size)
        bed.answer(task, decisions)
    assert len(costs) > 1500
    assert sorted(costs[-100:])[50] <= sorted(costs[50:150])[50] * 1.2
    assert max(sizes[-100:]) <= max(sizes[50:150])
    assert len(bed.run.records) == 0
    bed.kill()
