"""``async def run``: what asyncio offers, on the history. Every decision is made warm and cold, and both must agree."""

from __future__ import annotations

import asyncio
import functools
import gc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.canvas import Chain, FuncGroup, Group
from simpleflow.exceptions import AggregateException, ExecutionBlocked, TaskException, TaskFailed
from swf.protocol import decisions as d
from swf.server import ManualClock
from tests.replay.bed import Bed
from tests.replay.test_run import echo, fails, flow, inc, once, strict

EVICT = pytest.mark.parametrize("evict", [False, True])


def sent(bed: Bed, kind: type[Any]) -> list[Any]:
    """All decisions of a kind."""
    return [each for answer in bed.answers for each in answer if isinstance(each, kind)]


def reason_of(bed: Bed) -> str:
    """Why the execution has failed."""
    bed.settle()
    while bed.execution().is_open:
        at = bed.service.next_wake()
        assert at is not None
        bed.clock.set(max(at, bed.clock.now()))
        bed.service.tick()
        bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionFailed", closed
    return str(closed.attributes.reason)  # type: ignore[attr-defined]


@EVICT
def test_await_gives_results_and_asyncio_its_tools(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        a = await self.submit(inc, 1)
        b, c = await asyncio.gather(self.submit(inc, a), self.submit(inc, 10))
        await asyncio.sleep(5)
        try:
            async with asyncio.timeout(3):
                await self.submit(self.wait_signal("s"))
        except TimeoutError:
            b += 1
        return [a, b, c]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [2, 4, 11]
    timers = [(each.timer_id, each.start_to_fire_timeout) for each in sent(bed, d.StartTimer)]
    assert timers == [("_simpleflow_sleep-1", "5"), ("_simpleflow_sleep-2", "3")]


@EVICT
def test_a_future_that_is_awaited_among_arguments_keeps_the_dataflow(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        first = self.submit(inc, 1)
        return await self.submit(inc, first)

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == 3
    assert bed.calls == ["activity-tests.replay.test_run.inc-1", "activity-tests.replay.test_run.inc-2"]


@EVICT
def test_the_first_of_several_goes_on_and_the_others_are_cancelled(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        slow = asyncio.ensure_future(self.submit(self.start_timer("slow", 50)))
        quick = asyncio.ensure_future(self.submit(self.start_timer("quick", 5)))
        done, pending = await asyncio.wait([slow, quick], return_when=asyncio.FIRST_COMPLETED)
        for each in pending:
            each.cancel()
        await asyncio.sleep(1)
        return [done == {quick}, slow.cancelled()]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [True, True]
    assert [each.timer_id for each in sent(bed, d.CancelTimer)] == ["slow"]


@EVICT
def test_sets_that_asyncio_returns_keep_their_order(evict: bool) -> None:
    async def work(self: Workflow, x: int) -> int:
        return await self.submit(echo, x)

    async def run(self: Workflow) -> Any:
        tasks = [asyncio.create_task(work(self, x)) for x in range(20)]
        done, _ = await asyncio.wait(tasks)
        order = [await self.submit(inc, each.result()) for each in done]
        return sorted(order)

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == list(range(1, 21))


def test_a_timer_that_is_set_and_cancelled_in_one_decision_is_never_sent() -> None:
    async def run(self: Workflow) -> Any:
        async with asyncio.timeout(60):
            value = self.submit(echo, 1)
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            return await value

    bed = Bed(flow(run))
    assert bed.finish() == 1
    assert [each.timer_id for each in sent(bed, d.StartTimer)] == ["_simpleflow_sleep-2"]
    assert sent(bed, d.CancelTimer) == [], "the execution is over: there is nothing to cancel"


@pytest.mark.parametrize("seconds", [0.3, 1, 2.5, 3, 86400])
def test_a_wait_takes_whole_seconds_however_late_it_is(seconds: float) -> None:
    async def run(self: Workflow) -> Any:
        await asyncio.sleep(seconds)

    bed = Bed(flow(run), clock=ManualClock(1_764_000_000.123))
    bed.finish()
    (timer,) = sent(bed, d.StartTimer)
    assert int(timer.start_to_fire_timeout) == -(-seconds // 1)


@EVICT
def test_wait_for_gives_up_and_cancels_the_task(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        try:
            await asyncio.wait_for(self.submit(self.start_timer("long", 100)), 5)
        except TimeoutError:
            return await asyncio.wait_for(self.submit(echo, "gave up"), 5)

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == "gave up"
    assert [each.timer_id for each in sent(bed, d.CancelTimer)] == ["long"]


@EVICT
def test_a_task_that_somebody_else_waits_for_is_not_cancelled(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def impatient() -> Any:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(self.submit(once, 1), 5)
            return "gave up"

        async def patient() -> Any:
            return await self.submit(once, 1)

        first = await asyncio.gather(impatient(), patient())
        needed = self.submit(self.start_timer("needed", 20))
        later = self.submit(echo, [needed])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(needed, 5)
        return [first, await later]

    bed = Bed(flow(run), evict=evict)
    bed.decide()
    bed.decide()
    bed.clock.advance(6)
    bed.service.tick()
    bed.decide()
    assert bed.finish() == [["gave up", 1], [None]]
    assert sent(bed, d.RequestCancelActivityTask) == []


@EVICT
def test_a_marker_whose_wait_was_given_up_is_recorded(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.submit(self.record_marker("m", 1)), 0)
        return await self.submit(self.record_marker("m", 1))

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == 1
    assert [each.marker_name for each in sent(bed, d.RecordMarker)] == ["m"]


@EVICT
def test_shield_keeps_the_task_from_being_cancelled(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        timer = asyncio.ensure_future(self.submit(self.start_timer("long", 100)))
        try:
            await asyncio.wait_for(asyncio.shield(timer), 5)
        except TimeoutError:
            await timer
            return "done"

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == "done"
    assert sent(bed, d.CancelTimer) == []


@EVICT
def test_a_task_group_cancels_the_others_when_one_fails(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def one(what: Any) -> Any:
            return await what

        seen = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(one(self.submit(self.start_timer("long", 100))))
                group.create_task(one(self.submit(echo, "bad")))
        except* TaskFailed as errors:
            seen = [str(error) for error in errors.exceptions]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(self.submit(inc, x))) for x in range(3)]
        return [seen, [task.result() for task in tasks]]

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        if "echo" in activity_id:
            return fails("echo-1")(activity_id, attempt, content)
        return content["args"][0] + 1

    bed = Bed(flow(run), evict=evict, outcomes=outcome)
    assert bed.finish() == [["activity-tests.replay.test_run.echo-1 failed: no 1"], [1, 2, 3]]
    assert [each.timer_id for each in sent(bed, d.CancelTimer)] == ["long"]


@EVICT
def test_queues_events_locks_semaphores_conditions_and_barriers(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        queue: asyncio.Queue[int] = asyncio.Queue(2)
        lock, semaphore, event = asyncio.Lock(), asyncio.Semaphore(2), asyncio.Event()
        condition, barrier = asyncio.Condition(), asyncio.Barrier(2)
        log: list[Any] = []

        async def produce() -> None:
            for x in range(5):
                await queue.put(await self.submit(echo, x))
            event.set()

        async def consume(name: str) -> None:
            while not (event.is_set() and queue.empty()):
                item = await queue.get()
                async with lock, semaphore:
                    log.append([name, await self.submit(inc, item)])
                queue.task_done()
                if item == 4:
                    async with condition:
                        condition.notify_all()

        async with asyncio.TaskGroup() as group:
            group.create_task(produce())
            consumers = [group.create_task(consume(name)) for name in "ab"]
            async with condition:
                await condition.wait()
            await queue.join()
            for each in consumers:
                each.cancel()
            await asyncio.gather(barrier.wait(), barrier.wait())
        return sorted(value for _, value in log)

    assert Bed(flow(run), evict=evict).finish() == [1, 2, 3, 4, 5]


@EVICT
def test_as_completed_of_both_kinds(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        timers = [self.submit(self.start_timer(f"t{s}", s)) for s in (3, 1, 2)]
        order = [timers.index(each) async for each in futures.as_completed(*timers)]
        values = []
        for each in asyncio.as_completed([self.submit(echo, x) for x in range(3)]):
            values.append(await each)
        return [order, values]

    assert Bed(flow(run), evict=evict).finish() == [[1, 2, 0], [0, 1, 2]]


@EVICT
def test_self_wait_is_futures_wait(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        a, b = self.submit(self.start_timer("a", 3)), self.submit(self.start_timer("b", 30))
        c = self.submit(echo, 5)
        await self.wait(a, b, return_when=futures.FIRST_COMPLETED)
        first = [a.done, b.done]
        results = await self.wait(b, c, timeout=7)
        with pytest.raises(ValueError, match="return_when"):
            await self.wait(a, return_when="any")
        return [first, results, b.done, await self.wait()]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [[True, False], [None, 5], False, []]
    assert "_simpleflow_wait-1" in [each.timer_id for each in sent(bed, d.StartTimer)]


@EVICT
def test_asynchronous_generators(evict: bool) -> None:
    async def values(self: Workflow, count: int) -> AsyncIterator[int]:
        for x in range(count):
            yield await self.submit(inc, x)

    async def run(self: Workflow) -> Any:
        first = [x async for x in values(self, 3)]
        async for x in values(self, 5):
            first.append(x)
            if x == 2:
                break
        return first

    assert Bed(flow(run), evict=evict).finish() == [1, 2, 3, 1, 2]


# What cannot be


def test_reading_an_unfinished_result_says_await_it() -> None:
    async def run(self: Workflow) -> Any:
        said = []
        future = self.submit(echo, 1)
        reads: list[Callable[[], Any]] = [
            lambda: future.result,
            lambda: future.exception,
            lambda: future.wait(),
            lambda: futures.wait(future),
            lambda: self.sleep(3),
        ]
        for read in reads:
            try:
                read()
            except ExecutionBlocked as error:
                said.append("await" in str(error))
        await future
        return [said, future.result]

    bed = Bed(flow(run))
    assert bed.finish() == [[True] * 5, 1]
    assert sent(bed, d.StartTimer) == [], "the sleep that was refused has left nothing"


def test_what_the_history_cannot_decide_is_refused_by_name() -> None:
    async def run(self: Workflow) -> Any:
        loop = asyncio.get_running_loop()
        said = []
        for call in (
            lambda: asyncio.to_thread(print),
            lambda: asyncio.open_connection("localhost", 1),
            lambda: asyncio.create_subprocess_exec("true"),
            lambda: loop.getaddrinfo("localhost", 1),
        ):
            try:
                await call()  # type: ignore[no-untyped-call]
            except NotImplementedError as error:
                said.append(str(error))
        for plain in (
            lambda: loop.call_soon_threadsafe(print),
            lambda: loop.add_signal_handler(2, print),
            lambda: loop.add_reader(0, print),
            lambda: loop.set_task_factory(None),
            lambda: loop.stop(),
        ):
            try:
                plain()  # type: ignore[no-untyped-call]
            except NotImplementedError as error:
                said.append(str(error))
        assert all("use an activity" in each for each in said)
        return [each.split("(")[0] for each in said]

    assert Bed(flow(run)).finish() == [
        "loop.run_in_executor",
        "loop.create_connection",
        "loop.subprocess_exec",
        "loop.getaddrinfo",
        "loop.call_soon_threadsafe",
        "loop.add_signal_handler",
        "loop.add_reader",
        "loop.set_task_factory",
        "loop.stop",
    ]


def test_every_method_of_a_loop_is_either_there_or_refused() -> None:
    """A newer Python may add some; its own say nothing but NotImplementedError."""
    from simpleflow.replay.loops import Loop

    inherited = [
        name
        for name in vars(asyncio.AbstractEventLoop)
        if not name.startswith("__") and getattr(Loop, name) is getattr(asyncio.AbstractEventLoop, name)
    ]
    assert inherited == []


def test_asyncio_wait_with_futures_of_ours_says_what_to_write() -> None:
    async def run(self: Workflow) -> Any:
        await asyncio.wait([self.submit(echo, 1)])  # type: ignore[type-var]

    assert "asyncio.ensure_future" in reason_of(Bed(flow(run)))


def test_futures_cannot_be_awaited_elsewhere() -> None:
    def run(self: Workflow) -> Any:
        async def inner() -> Any:
            return await self.submit(echo, 1)

        with pytest.raises(ExecutionBlocked, match="result"):
            asyncio.run(inner())
        return "ok"

    assert Bed(flow(run)).finish() == "ok"


def test_as_completed_refuses_coroutines_which_it_keeps_in_a_set() -> None:
    async def run(self: Workflow) -> Any:
        async def work(x: int) -> int:
            return await self.submit(echo, x)

        coroutine = work(1)
        with pytest.raises(TypeError, match="create_task"):
            next(iter(asyncio.as_completed([coroutine])))
        tasks = [asyncio.create_task(work(x)) for x in range(3)]
        return [await each for each in asyncio.as_completed(tasks)]

    assert Bed(flow(run)).finish() == [0, 1, 2]


# Failures


def test_a_failure_is_raised_by_await_and_ends_the_run_if_nobody_catches_it() -> None:
    async def run(self: Workflow) -> Any:
        try:
            await self.submit(echo, 1)
        except TaskFailed as error:
            seen = error.reason
        both = await asyncio.gather(self.submit(echo, 1), self.submit(echo, 2), return_exceptions=True)
        if isinstance(both[0], TaskFailed):
            raise KeyError(seen)

    bed = Bed(flow(run), outcomes=fails("echo-1", "echo-2"))
    assert reason_of(bed) == "Cannot replay the workflow: KeyError('no 1')"


@EVICT
def test_a_task_that_raises_does_so_at_its_await(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def careful() -> Any:
            try:
                return await self.submit(strict, 2)
            except TaskException as error:
                return str(error.exception)

        with pytest.raises(TaskException, match="no 1"):
            await self.submit(strict, 1)
        value, more = await asyncio.gather(careful(), self.submit(echo, 2))
        return [value, more]

    bed = Bed(flow(run), evict=evict, outcomes=fails("strict-1", "strict-2"))
    assert bed.finish() == ["activity-tests.replay.test_run.strict-2 failed: no 1", 2]


@EVICT
def test_a_task_that_raises_and_that_nobody_awaits_ends_the_run(evict: bool) -> None:
    seen: list[Any] = []

    async def run(self: Workflow) -> Any:
        self.submit(strict, 1)
        try:
            await self.submit(self.wait_signal("never"))
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    bed = Bed(flow(run), evict=evict, outcomes=fails("strict-1"))
    assert reason_of(bed).startswith("Workflow execution error in task activity-tests.replay.test_run.strict")
    assert "cancelled" in seen


@EVICT
def test_a_task_of_a_canvas_that_raises_does_so_where_the_canvas_is_awaited(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        def made(x: Any) -> Any:
            return Group((strict, x))

        said = []
        for canvas in (Group((strict, 1), (echo, 2)), Chain((strict, 1)), FuncGroup(made, 3)):
            try:
                await self.submit(canvas)
            except TaskException as error:
                said.append(str(error.exception))
        try:
            await self.submit(Group((echo, 9)))
        except AggregateException:
            said.append("aggregate")
        return said

    bed = Bed(flow(run), evict=evict, outcomes=fails("strict-1", "strict-2", "strict-3", "echo-2"))
    assert bed.finish() == [
        *(f"activity-tests.replay.test_run.strict-{n} failed: no 1" for n in (1, 2, 3)),
        "aggregate",
    ]


@EVICT
def test_a_task_that_raises_does_so_where_a_task_that_needs_it_is_awaited(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        bad = self.submit(strict, 1)
        with pytest.raises(TaskException):
            await self.submit(echo, [bad])
        with pytest.raises(TaskFailed):
            await bad
        return "ok"

    assert Bed(flow(run), evict=evict, outcomes=fails("strict-1")).finish() == "ok"


def test_awaiting_what_was_cancelled_raises_cancelled_error() -> None:
    async def run(self: Workflow) -> Any:
        future = self.submit(echo, 1)
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await future
        return "ok"

    assert Bed(flow(run)).finish() == "ok"


@pytest.mark.parametrize("error", [SystemExit, GeneratorExit, RecursionError, KeyError])
def test_whatever_leaves_a_coroutine_is_the_end_of_the_execution(error: type[BaseException]) -> None:
    async def run(self: Workflow) -> Any:
        await self.submit(echo, 1)
        raise error("on purpose")

    assert error.__name__ in reason_of(Bed(flow(run)))


def test_a_system_exit_in_a_task_beside_does_not_end_the_decider() -> None:
    async def run(self: Workflow) -> Any:
        async def leave() -> None:
            raise SystemExit(3)

        task = asyncio.create_task(leave())
        await self.submit(echo, 1)
        return type(task.exception()).__name__

    assert Bed(flow(run)).finish() == "SystemExit"


def test_an_error_that_nobody_awaits_is_told_with_the_answer() -> None:
    async def run(self: Workflow) -> Any:
        async def bad() -> None:
            raise KeyError("lost")

        task = asyncio.create_task(bad())
        await self.submit(echo, 1)
        del task
        gc.collect()
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await self.submit(echo, 2)
        return "ok"

    bed = Bed(flow(run))
    assert bed.finish() == "ok"
    assert any("KeyError: 'lost'" in finding for finding in bed.findings), bed.findings
    assert any("ZeroDivisionError" in finding for finding in bed.findings), bed.findings


@EVICT
def test_fail_ends_the_execution_from_any_task(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def deep() -> None:
            await self.submit(echo, 1)
            self.fail("enough")

        await asyncio.gather(deep(), self.submit(self.wait_signal("never")))

    assert reason_of(Bed(flow(run), evict=evict)) == "Workflow execution failed: enough"


def test_a_decorated_coroutine_function_runs_too() -> None:
    async def run(self: Workflow) -> Any:
        return await self.submit(inc, 1)

    def plain(self: Workflow) -> Any:
        return run(self)

    assert Bed(flow(plain)).finish() == 2
    assert Bed(flow(functools.wraps(run)(plain), evict=True)).finish() == 2
