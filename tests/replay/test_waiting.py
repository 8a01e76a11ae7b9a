"""Waiting for futures: for some of them, for so long, and doing something when they are there."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.exceptions import ExecutionBlocked, TaskFailed
from simpleflow.futures import Future
from swf.protocol.events import TimerCanceled, TimerFired, TimerStarted
from tests.replay.bed import Bed, Failing
from tests.replay.test_run import echo, flow, inc, strict


def bad_fails(activity_id: str, attempt: int, content: Any) -> Any:
    if content["args"][0] == "bad" or ".strict-" in activity_id:
        raise Failing("no")
    return content["args"][0]


@pytest.mark.parametrize("evict", [False, True])
def test_a_wait_for_the_first_failure_ends_with_it_or_with_all(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        slow = self.submit(self.start_timer("slow", 50))
        first = futures.wait(slow, self.submit(echo, "bad"), self.submit(echo, 1), return_when=futures.FIRST_EXCEPTION)
        was_done = slow.done
        second = futures.wait(slow, self.submit(echo, 2), return_when=futures.FIRST_EXCEPTION)
        return [first[1], was_done, second, slow.done]

    assert Bed(flow(run), outcomes=bad_fails, evict=evict).finish() == [None, False, [None, 2], True]


@pytest.mark.parametrize("return_when", [futures.ALL_COMPLETED, futures.FIRST_COMPLETED, futures.FIRST_EXCEPTION])
@pytest.mark.parametrize("evict", [False, True])
def test_a_wait_of_any_kind_ends_when_its_time_is_over_by_a_durable_timer(return_when: str, evict: bool) -> None:
    def run(self: Workflow) -> Any:
        never = self.submit(self.wait_signal("never"))
        began = self.now()
        values = futures.wait(never, return_when=return_when, timeout=2.5)
        return [values, (self.now() - began).total_seconds()]

    bed = Bed(flow(run), evict=evict)
    values, seconds = bed.finish()
    assert values == [None]
    assert seconds >= 3
    kinds = [type(e.attributes) for e in bed.events() if isinstance(e.attributes, TimerStarted | TimerFired)]
    assert kinds == [TimerStarted, TimerFired]


def test_the_timer_of_a_wait_that_ends_earlier_is_canceled() -> None:
    def run(self: Workflow) -> Any:
        values = futures.wait(self.submit(echo, 1), return_when=futures.FIRST_EXCEPTION, timeout=100)
        self.submit(echo, 2).wait()
        return values

    bed = Bed(flow(run))
    assert bed.finish() == [1]
    assert any(isinstance(e.attributes, TimerCanceled) for e in bed.events())


@pytest.mark.parametrize("evict", [False, True])
def test_a_function_is_called_with_the_result_and_may_wait_and_submit(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        def twice(x: int) -> Future[int]:
            return self.submit(inc, self.submit(inc, x).result)

        number = self.submit(inc, 1)
        chained = number.then(twice).then(lambda x: x * 10)
        text = number.then(str)
        known = Future.of(5).then(lambda x: x + 1)
        return [chained.result, text.result, known.result, chained.task_ids == number.task_ids]

    assert Bed(flow(run), evict=evict).finish() == [40, "2", 6, True]


def test_a_function_is_not_called_without_a_result_and_its_error_is_that_of_its_future() -> None:
    def run(self: Workflow) -> Any:
        called = []
        failed = self.submit(echo, "bad").then(called.append)
        cancelled = self.submit(self.start_timer("t", 50))
        after = cancelled.then(called.append)
        cancelled.cancel()
        dropped = self.submit(echo, 1).then(called.append)
        dropped.cancel()
        broken = self.submit(echo, 0).then(lambda x: 1 // x)
        futures.wait(failed, broken)
        assert isinstance(failed.exception, TaskFailed)
        with pytest.raises(ZeroDivisionError):
            broken.result_or_raise()
        return [after.state, dropped.state, called]

    assert Bed(flow(run), outcomes=bad_fails).finish() == ["CANCELLED", "CANCELLED", []]


def test_a_function_may_end_the_workflow_and_failures_that_raise_are_not_its_own() -> None:
    def run(self: Workflow) -> Any:
        def then(x: int) -> Any:
            self.submit(strict, 1).wait()
            self.fail(f"after {x}")

        try:
            self.submit(echo, 7).then(then).wait()
        except Exception as error:
            self.submit(echo, type(error).__name__).wait()
            self.submit(self.wait_signal("never")).wait()

    bed = Bed(flow(run), outcomes=bad_fails)
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.attributes.reason == "Workflow execution failed: after 7"  # type: ignore[attr-defined]


def test_outside_of_a_workflow_nothing_follows() -> None:
    with pytest.raises(ExecutionBlocked, match="only in a running workflow"):
        Future.of(1).then(str)


def test_futures_are_found_in_all_containers_of_the_arguments() -> None:
    def run(self: Workflow) -> Any:
        a, b = self.submit(inc, 0), self.submit(inc, 1)
        deep = self.submit(echo, {"list": [a, (b, {"set": {a}})], "frozen": frozenset([b]), "plain": 0})
        return self.submit(echo, x=[deep]).result

    assert Bed(flow(run)).finish() == [{"list": [1, [2, {"set": [1]}]], "frozen": [2], "plain": 0}]
