"""What a workflow must not do ends in an error that says so: it never stops the decider, nor waits for ever."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

import simpleflow
from simpleflow import TaskFailureContext, Workflow, activity, futures
from simpleflow.canvas import Group
from simpleflow.exceptions import NonDeterminismError
from simpleflow.futures import Future
from tests.replay.bed import Bed
from tests.replay.test_children import Child
from tests.replay.test_run import echo, fails, flow, inc


def told(attempt: Callable[[], Any]) -> str:
    """What the error says."""
    try:
        return f"no error: {attempt()!r}"
    except Exception as error:  # each kind is looked at
        return f"{type(error).__name__}: {error}"


def error_of(attempt: Callable[[Workflow], Any]) -> str:
    """What the error says that a run gets where it does something."""
    said: str = Bed(flow(lambda self: told(lambda: attempt(self)))).finish()
    return said


# Hooks


class Deciding(Workflow):
    name, version, task_list = "w", "1", "bed"

    def run(self) -> Any:
        future = self.submit(echo, 1)
        future.wait()
        return str(future.exception)


def deciding(decide: Callable[[Workflow, TaskFailureContext], Any]) -> Bed:
    """A run whose only task fails, and what it then decides."""
    return Bed(type("Deciding", (Deciding,), {"on_task_failure": decide}), outcomes=fails("echo-1"))


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (lambda self, context: 5, "Deciding.on_task_failure returned 5"),
        (lambda self, context: context.decide_handled(5), "cannot be submitted"),
        (lambda self, context: context.decide_handled(None, future=5), "'int' object"),
    ],
)
def test_a_hook_that_decides_nonsense_fails_the_execution(decide: Any, said: str) -> None:
    with pytest.raises(AssertionError, match="WorkflowExecutionFailed") as failure:
        deciding(decide).finish()
    assert "workflow decision failed" in str(failure.value)
    assert said in str(failure.value)


@pytest.mark.parametrize("wait_s", [0, 5])
def test_arguments_that_cannot_be_sent_again_fail_the_task(wait_s: int) -> None:
    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        context.a_task.args = [object]
        return context.decide_retry(wait_s)

    assert "cannot be sent" in deciding(decide).finish()


def test_a_class_that_cannot_be_made_fails_the_execution() -> None:
    def init(self: Workflow, executor: Any) -> None:
        raise KeyError("no settings")

    with pytest.raises(AssertionError, match="workflow decision failed: 'no settings'"):
        Bed(flow(lambda self: 1, __init__=init)).finish()


@pytest.mark.parametrize("limit", [0, -1, "2", 1.5])
def test_a_limit_that_lets_nothing_through_fails_the_execution(limit: Any) -> None:
    with pytest.raises(
        AssertionError, match=f"max_open_activity_count of Flow is {limit!r}; it may be a number from 1"
    ):
        Bed(flow(lambda self: self.submit(echo, 1).result, max_open_activity_count=limit)).finish()


def test_a_workflow_fails_itself_with_details_of_any_kind() -> None:
    with pytest.raises(AssertionError, match=r"""details='\{"a":1\}'"""):
        Bed(flow(lambda self: self.fail("no", {"a": 1}))).finish()


# Names


@pytest.mark.parametrize("name", ["_simpleflow_side_effect", "_simpleflow_patch"])
def test_a_marker_has_no_name_of_the_engine(name: str) -> None:
    said = error_of(lambda self: self.submit(self.record_marker(name, {"id": "x"})))
    assert said.startswith(f"ValueError: the marker {name!r} has a name that the engine keeps for itself")


@pytest.mark.parametrize("name", ["_simpleflow_wake_up_timer", "_simpleflow_sleep-1", "__simpleflow_task_x"])
def test_a_timer_has_no_name_of_the_engine(name: str) -> None:
    said = error_of(lambda self: self.submit(Group(self.start_timer(name, 5))))
    assert said.startswith(f"ValueError: the timer {name!r} has a name that the engine keeps for itself")


@pytest.mark.parametrize("name", ["", "x" * 257, 5, None])
def test_nobody_waits_for_a_signal_that_cannot_be_sent(name: Any) -> None:
    assert "Error: the name of a signal " in error_of(lambda self: self.submit(self.wait_signal(name)))
    assert "Error: the name of a signal " in error_of(lambda self: self.submit(self.next_signal(name)))


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, "abc", None, 10**8])
def test_the_error_of_a_timer_names_it(seconds: Any) -> None:
    said = error_of(lambda self: self.submit(self.start_timer("tea", seconds)))
    assert said == f"ValueError: the timer 'tea' is to take {seconds!r} s; 0 to 99999999 is possible"


# Arguments


def test_an_argument_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert error_of(lambda self: self.submit(echo, loop)).startswith("ValueError: an argument holds itself")


def test_an_argument_that_is_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"in": deep}
    assert "nested too deeply" in error_of(lambda self: self.submit(echo, deep))
    assert "nested too deeply" in error_of(lambda self: self.submit(self.record_marker("deep", deep)))


def test_keys_of_several_kinds_are_refused() -> None:
    said = error_of(lambda self: self.submit(echo, {1: 2, None: 3}))
    assert "a mapping has keys of several kinds" in said


@dataclasses.dataclass
class Parcel:
    content: Any
    weight: int = 1


@pytest.mark.parametrize("box", [Parcel, lambda x: collections.deque([x, 1]), lambda x: {"a": [Parcel(x)]}])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_future_in_a_dataclass_or_deque_is_waited_for_by_the_task_alone(box: Any, is_async: bool) -> None:
    def submitted(self: Workflow) -> tuple[Future[Any], bool]:
        future = self.submit(echo, box(self.submit(inc, 1)))
        return future, future.done

    def run(self: Workflow) -> Any:
        future, was_done = submitted(self)
        return [future.result, was_done]

    async def arun(self: Workflow) -> Any:
        future, was_done = submitted(self)
        return [await future, was_done]

    result, was_done = Bed(flow(arun if is_async else run)).finish()
    assert not was_done
    assert "2" in str(result)


def test_what_has_its_arguments_takes_no_others() -> None:
    said = error_of(lambda self: self.submit(Group((echo, 1)), 2))  # type: ignore[call-overload]
    assert "has its arguments already" in said
    assert "has its arguments already" in error_of(lambda self: self.submit(self.start_timer("x", 1), 2))  # type: ignore[call-overload]


class Fixed(Child):
    name = "fixed"

    @classmethod
    def get_workflow_id(cls, x: Any) -> str:
        return "always"


def test_a_child_that_takes_the_place_of_another_one_is_told() -> None:
    def run(self: Workflow) -> Any:
        first, second = self.submit(Fixed, 1), self.submit(Fixed, 2)
        same = self.submit(Fixed, 1)
        return [first.result, second.result, same.result]

    bed = Bed(flow(run))
    assert bed.finish() == [1, 1, 1]
    (finding,) = bed.findings
    assert finding.startswith("'always' was submitted with other arguments while it is open (")


# Futures

ABROAD: list[Future[Any]] = []


@pytest.fixture
def foreign() -> Future[Any]:
    """A future of another run."""
    ABROAD.clear()
    bed = Bed(flow(lambda self: ABROAD.append(self.submit(self.wait_signal("never")))), compare=False)
    bed.finish()
    return ABROAD[0]


def completed(*fs: Future[Any]) -> list[Any]:
    return [future.result for future in futures.as_completed(*fs)]


@pytest.mark.parametrize(
    "use",
    [
        lambda self, future: future.result,
        lambda self, future: future.cancel(),
        lambda self, future: futures.wait(self.submit(echo, 1), future, timeout=5),
        lambda self, future: futures.wait_any(future),
        lambda self, future: completed(future),
        lambda self, future: future.then(print),
        lambda self, future: self.submit(echo, [future]),
    ],
)
def test_a_future_of_another_run_is_an_error(use: Any, foreign: Future[Any]) -> None:
    said = error_of(lambda self: use(self, foreign))
    assert said.startswith("ValueError: the future of 'signal-never' belongs to another run, of 'x'")


@pytest.mark.parametrize(
    "use",
    [
        lambda self, future: future,
        lambda self, future: self.wait(future),
        lambda self, future: asyncio.wait_for(future, 5),
    ],
)
def test_a_future_of_another_run_cannot_be_awaited(use: Any, foreign: Future[Any]) -> None:
    async def run(self: Workflow) -> str:
        try:
            await use(self, foreign)
        except ValueError as error:
            return str(error)
        return "no error"

    assert Bed(flow(run)).finish().startswith("the future of 'signal-never' belongs to another run, of 'x'")


def test_the_result_of_another_run_that_is_there_may_be_read() -> None:
    def before(self: Workflow) -> None:
        ABROAD[:] = [self.submit(echo, 7)]
        ABROAD[0].wait()

    Bed(flow(before), compare=False).finish()
    assert Bed(flow(lambda self: self.submit(inc, ABROAD[0]).result)).finish() == 8


@pytest.mark.parametrize("what", ["wait", "wait_any", "as_completed"])
def test_a_list_of_futures_is_not_a_future(what: str) -> None:
    said = error_of(lambda self: getattr(futures, what)([self.submit(echo, 1)]))
    assert said.startswith(f"TypeError: futures.{what} takes futures, each as an argument: futures.{what}(*futures)")


# Side effects


@pytest.mark.parametrize(
    "function",
    [
        lambda self: self.submit(echo, 1),
        lambda self: self.random.random(),
        lambda self: self.uuid4(),
        lambda self: self.side_effect(lambda: 1),
        lambda self: self.patched("x"),
        lambda self: self.sleep(1),
        lambda self: self.open.result,
        lambda self: self.open.cancel(),
        lambda self: self.map(echo, [1]),
    ],
)
def test_the_function_of_a_side_effect_uses_nothing_of_the_run(function: Any) -> None:
    def run(self: Any) -> str:
        self.open = self.submit(self.wait_signal("x"))
        with pytest.raises(NonDeterminismError, match="the function of a side effect does "):
            self.side_effect(lambda: function(self))
        self.sleep(1)
        return "goes on"

    assert Bed(flow(run)).finish() == "goes on"


def test_the_function_of_a_side_effect_may_read_what_is_there() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(echo, 1)
        future.wait()
        return self.side_effect(lambda: [future.result, self.now().year > 0])

    assert Bed(flow(run)).finish() == [1, True]


# Other runs


@pytest.mark.parametrize("is_async", [False, True])
def test_a_workflow_is_not_run_in_the_middle_of_another_one(is_async: bool) -> None:
    def run(self: Workflow) -> str:
        return told(lambda: simpleflow.run(Child, 1))

    async def arun(self: Workflow) -> str:
        return run(self)

    said = Bed(flow(arun if is_async else run)).finish()
    assert said.startswith("NonDeterminismError: simpleflow.run() of Child in a running workflow")


# Signals of others


@pytest.mark.parametrize("content", [{"args": 5}, {"kwargs": [[1]]}, {"args": [1], "kwargs": 5}, {"args": None}])
def test_a_signal_that_cannot_be_passed_on_is_told_and_received(content: dict[str, Any]) -> None:
    def run(self: Workflow) -> Any:
        self.submit(Child, 1, "wait")
        self.submit(self.start_timer("x", 5)).wait()
        return self.submit(self.wait_signal("s")).result

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("s", {**content, "__propagate": True})
    assert bed.finish() == {**content, "__propagate": True}
    assert any("is not passed on to" in finding for finding in bed.findings)


# Differences


def recorded(run: Callable[[Workflow], Any]) -> Bed:
    """The history of a run that is over, or waits for good."""
    bed = Bed(flow(run), compare=False)
    bed.settle()
    while (at := bed.service.next_wake()) is not None and at < bed.clock.now() + 1_000:
        bed.clock.set(at)
        bed.service.tick()
        bed.settle()
    return bed


@activity.with_attributes()
def added(x: Any) -> Any:
    return x


def once(self: Workflow) -> Any:
    return self.submit(echo, 1).result


def once_and_more(self: Workflow) -> Any:
    self.submit(added, 1)
    return self.submit(echo, 1).result


def waits(self: Workflow) -> Any:
    self.sleep(1)
    self.submit(self.wait_signal("never")).wait()


def waits_and_does(self: Workflow) -> Any:
    self.submit(added, 1)
    self.sleep(1)
    self.submit(self.wait_signal("never")).wait()


def effect_a(self: Workflow) -> Any:
    value = self.side_effect(lambda: 1, "a")
    self.sleep(1)
    return value


def effect_b(self: Workflow) -> Any:
    value = self.side_effect(lambda: 1, "b")
    self.sleep(1)
    return value


def no_effect(self: Workflow) -> Any:
    self.sleep(1)
    return 1


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (once, once_and_more, f"now submits 'activity-{__name__}.added-1' before event 3 ("),
        (waits, waits_and_does, f"now submits 'activity-{__name__}.added-1' before event 3 ("),
        (effect_a, effect_b, "tells of the side effect 'a-1', which the workflow does not ask for"),
        (effect_a, no_effect, "tells of the side effect 'a-1', which the workflow does not ask for"),
        (no_effect, effect_a, "now submits 'a-1' before event 3"),
    ],
)
def test_a_strict_replay_finds_what_was_added_or_is_gone(then: Any, now: Any, said: str) -> None:
    from simpleflow.replay import past

    bed = recorded(then)
    options = bed.new_run().options
    assert past.differences(flow(then), options, bed.events(), strict=True) == []
    (finding,) = past.differences(flow(now), options, bed.events(), strict=True)
    assert said in finding.message


def test_places_in_memory_are_no_difference() -> None:
    from simpleflow.replay import past

    def run(self: Workflow) -> Any:
        raise ValueError(f"what is {object()}?")

    kept = object()  # so that the next one lies elsewhere
    bed = recorded(run)
    kept = [kept, object()]
    assert past.differences(flow(run), bed.new_run().options, bed.events(), strict=True) == [], kept
