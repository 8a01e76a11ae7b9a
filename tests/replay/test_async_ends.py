"""How coroutines end: forgotten, canceled, undone, continued. And what they share with ``def run``."""

from __future__ import annotations

import asyncio
import decimal
import gc
import sys
import warnings
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.canvas import Chain, FuncGroup, Group
from simpleflow.exceptions import NonDeterminismError
from simpleflow.history import History
from simpleflow.replay import RunEvicted
from simpleflow.replay.greenlets import Cell
from simpleflow.replay.records import Record
from swf.protocol import decisions as d
from swf.protocol.operations import PollForDecisionTask
from swf.protocol.wire import decode_events
from tests.replay.bed import LIST, LOADED, Bed
from tests.replay.test_async import EVICT, reason_of, sent
from tests.replay.test_run import echo, fails, flow, inc, strict


@pytest.fixture(autouse=True)
def _nothing_is_unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nor does anything end at a moment that the collector chooses."""
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with warnings.catch_warnings(record=True, action="always") as warned:
        yield
        gc.collect()
    assert told == []
    assert warned == []


def forgotten(run: Any) -> Bed:
    """A run that has begun and was forgotten; nothing of it is left."""
    bed = Bed(flow(run), compare=False)
    bed.decide()
    assert bed.run is not None
    gone = weakref.ref(bed.run)
    before = [entry.key for entry in bed.run.outbox.entries()], bed.run.closing
    warm = bed.run
    bed.kill()
    assert ([entry.key for entry in warm.outbox.entries()], warm.closing) == before, "the unwinding left a trace"
    del warm
    gc.collect()
    assert gone() is None
    assert asyncio._get_running_loop() is None
    assert sys.get_asyncgen_hooks().firstiter is None
    return bed


def test_forgotten_coroutines_end_in_the_order_of_their_creation_and_without_effect() -> None:
    seen: list[Any] = []

    async def work(self: Workflow, name: str) -> None:
        try:
            await self.submit(self.wait_signal("never"))
        except BaseException as error:
            seen.append((name, type(error)))
            calls = {
                "a": [lambda: self.submit(echo, "leaves no trace"), lambda: self.now()],
                "b": [asyncio.get_running_loop().time, asyncio.get_running_loop().create_future],
                "c": [lambda: asyncio.create_task(work(self, "never begun"))],
            }
            for engine_call in calls[name]:
                with pytest.raises(RunEvicted):
                    engine_call()
            assert self.is_evicting
            raise

    async def run(self: Workflow) -> Any:
        try:
            async with asyncio.TaskGroup() as group:
                for name in "abc":
                    group.create_task(work(self, name))
        finally:
            seen.append("run")
            await asyncio.sleep(1)
            seen.append("not reached")

    forgotten(run)
    assert seen == ["run", ("a", RunEvicted), ("b", RunEvicted), ("c", RunEvicted)]


@pytest.mark.parametrize(
    "waiting",
    ["gather", "wait", "shield", "lock", "queue", "condition", "timeout", "task", "event", "self.wait", "generator"],
)
def test_whatever_a_coroutine_waits_in_ends_quietly(waiting: str) -> None:
    async def values(self: Workflow) -> AsyncIterator[int]:
        try:
            yield 1
            await self.submit(self.wait_signal("never"))
        finally:
            await asyncio.sleep(1)

    async def run(self: Workflow) -> Any:
        never = asyncio.ensure_future(self.submit(self.wait_signal("never")))
        both = asyncio.gather(never, self.submit(self.wait_signal("never")))
        lock, queue, condition = asyncio.Lock(), asyncio.Queue[int](), asyncio.Condition()
        await lock.acquire()
        later = [asyncio.sleep(x) for x in range(3)]
        try:
            match waiting:
                case "gather":
                    await both
                case "wait":
                    await asyncio.wait([never], timeout=5)
                case "shield":
                    await asyncio.shield(never)
                case "lock":
                    async with lock:
                        pass
                case "queue":
                    await queue.get()
                case "condition":
                    async with condition:
                        await condition.wait()
                case "timeout":
                    async with asyncio.timeout(5):
                        await never
                case "task":
                    await never
                case "event":
                    await asyncio.Event().wait()
                case "self.wait":
                    await self.wait(self.submit(self.wait_signal("never")), timeout=5)
                case "generator":
                    async for _ in values(self):
                        pass
        finally:
            try:
                await both
            finally:
                await asyncio.gather(*later, never, asyncio.sleep(4), return_exceptions=True)

    forgotten(run)


def test_a_generator_that_waits_for_its_reader_ends_too() -> None:
    seen: list[str] = []

    async def values() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            seen.append("generator")

    async def run(self: Workflow) -> Any:
        async for _ in values():
            await self.submit(self.wait_signal("never"))

    forgotten(run)
    assert seen == ["generator"]


@pytest.mark.parametrize("kind", ["awaits", "submits"])
def test_a_coroutine_that_will_not_end_is_left_where_it_stands(kind: str) -> None:
    seen: list[int] = []

    async def run(self: Workflow) -> Any:
        while True:
            try:
                await self.submit(self.wait_signal("never"))
            except BaseException:
                while kind == "submits":
                    try:
                        self.submit(echo, 1)
                    except BaseException:
                        seen.append(1)
                seen.append(1)

    bed = Bed(flow(run), compare=False)
    bed.decide()
    warm = bed.run
    assert warm is not None
    bed.kill()
    assert 1 <= len(seen) <= 5
    assert warm.greenlets.failed_to_end == 1
    assert asyncio._get_running_loop() is None


def test_one_that_goes_on_after_the_end_is_left_where_it_stands() -> None:
    """It swallows the end that it has asked for itself; the decider goes on with other runs."""

    async def run(self: Workflow) -> Any:
        await self.submit(echo, 1)
        while True:
            try:
                self.fail("enough")
            except BaseException:
                pass

    bed = Bed(flow(run))
    assert reason_of(bed) == "Workflow execution failed: enough"
    assert any("catches every exception" in finding for finding in bed.findings)

    async def another(self: Workflow) -> Any:
        return await self.submit(echo, 2)

    assert Bed(flow(another)).finish() == 2


def test_a_run_may_be_driven_from_within_another_event_loop() -> None:
    async def run(self: Workflow) -> Any:
        return await asyncio.gather(self.submit(echo, 1), asyncio.sleep(3, "slept"))

    async def outer() -> Any:
        outer_loop, outer_task = asyncio.get_running_loop(), asyncio.current_task()
        result = Bed(flow(run)).finish()
        assert asyncio.get_running_loop() is outer_loop
        assert asyncio.current_task() is outer_task
        await asyncio.sleep(0)
        return result

    assert asyncio.run(outer()) == [1, "slept"]


def test_where_coroutines_wait_is_told() -> None:
    async def helper(self: Workflow) -> None:
        await self.submit(self.wait_signal("go"))  # here

    async def run(self: Workflow) -> Any:
        await asyncio.gather(helper(self), self.submit(self.wait_signal("never")))  # and here

    bed = Bed(flow(run), compare=False)
    bed.decide()
    assert bed.run is not None
    text = Path(__file__).read_text(encoding="utf-8")
    lines = [line for number, line in enumerate(text.splitlines(), 1) if f"{__file__}:{number} " in bed.run.blocked_on]
    assert [line.rpartition("# ")[2].strip() for line in lines] == ["here", "and here"]
    assert bed.run.blocked_on.endswith("(signals: go, never)")


def test_memory_follows_what_is_open() -> None:
    async def run(self: Workflow) -> Any:
        for x in range(300):
            await asyncio.gather(self.submit(echo, x), self.submit(echo, x))

    def used(bed: Bed, rounds: int) -> None:
        for _ in range(rounds):
            while bed.work():
                pass
            assert bed.decide()

    def living() -> int:
        gc.collect()
        kinds = (asyncio.Future, asyncio.Handle, futures.Future, Record, Cell)
        return sum(isinstance(each, kinds) for each in gc.get_objects())

    bed = Bed(flow(run), compare=False)
    bed.decide()
    assert bed.run is not None
    tasks = bed.run.coroutines.loop.tasks
    used(bed, 20)
    early = living(), len(tasks), len(bed.run.records), bed.run.size
    used(bed, 200)
    assert (living(), len(tasks), len(bed.run.records), bed.run.size) == early


# Canceling, undoing, continuing


@EVICT
def test_a_request_to_cancel_ends_the_coroutines(evict: bool) -> None:
    seen: list[str] = []

    async def run(self: Workflow) -> Any:
        try:
            await asyncio.gather(self.submit(self.wait_signal("never")), asyncio.sleep(100))
        finally:
            seen.append("finally")

    bed = Bed(flow(run), evict=evict)
    bed.settle()
    bed.cancel()
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert "finally" in seen


@EVICT
def test_a_coroutine_may_wait_for_a_request_to_cancel(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        request = asyncio.ensure_future(self.submit(self.wait_cancel_request()))
        work = asyncio.ensure_future(self.submit(self.wait_signal("never")))
        await asyncio.wait([request, work], return_when=asyncio.FIRST_COMPLETED)
        return "cleaned up"

    bed = Bed(flow(run), evict=evict)
    bed.settle()
    bed.cancel()
    assert bed.finish() == "cleaned up"


@EVICT
def test_a_wait_for_a_request_to_cancel_that_was_given_up_does_not_count(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.submit(self.wait_cancel_request()), 5)
        await self.submit(self.wait_signal("never"))

    bed = Bed(flow(run), evict=evict)
    bed.settle()
    bed.clock.advance(6)
    bed.service.tick()
    bed.settle()
    bed.cancel()
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"


@EVICT
@pytest.mark.parametrize("end", ["raises", "fails", "cancel", "strict", "beside", "times out"])
def test_a_saga_is_undone_and_then_the_error_goes_on(end: str, evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def beside() -> None:
            await self.submit(echo, "beside")
            self.fail("beside")

        tasks: list[Any] = []
        async with asyncio.timeout(50), self.saga() as saga:
            for x in (1, 2):
                await self.submit(echo, x)
                saga.on_failure(inc, x)
            match end:
                case "raises":
                    raise KeyError("on purpose")
                case "fails":
                    self.fail("on purpose")
                case "strict":
                    self.submit(strict, 9)
                case "beside":
                    tasks.append(asyncio.create_task(beside()))
            await self.submit(self.wait_signal("never"))

    bed = Bed(flow(run), evict=evict, outcomes=fails("strict-1"))
    bed.settle()
    if end == "cancel":
        bed.cancel()
        bed.settle()
        closed = bed.execution().closed
        assert closed is not None
        assert closed.type == "WorkflowExecutionCanceled"
    else:
        reason = reason_of(bed)
        wanted = {
            "raises": "KeyError",
            "fails": "failed: on purpose",
            "strict": "strict-1 failed: no 1",
            "beside": "failed: beside",
            "times out": "TimeoutError",
        }
        assert wanted[end] in reason or (end == "strict" and "strict" in reason), reason
    undone = [each for each in bed.calls if "inc" in each]
    assert undone == ["activity-tests.replay.test_run.inc-1", "activity-tests.replay.test_run.inc-2"]


@EVICT
def test_the_undoing_is_not_interrupted_by_a_cancellation(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def interrupted() -> None:
            async with asyncio.timeout(10), self.saga() as saga:
                saga.on_failure(self.start_timer("slow undo", 60))
                saga.on_failure(echo, "undo")
                raise KeyError("on purpose")

        with pytest.raises(TimeoutError):
            await interrupted()
        return self.now().timestamp()

    bed = Bed(flow(run), evict=evict)
    begun = bed.clock.now()
    assert bed.finish() >= begun + 60
    assert sent(bed, d.CancelTimer) == []


def test_sagas_are_entered_with_async_with_and_by_run_alone() -> None:
    async def run(self: Workflow) -> Any:
        async def beside() -> None:
            async with self.saga():
                pass

        with pytest.raises(TypeError, match="async with"), self.saga():
            pass
        with pytest.raises(RuntimeError, match="beside"):
            await asyncio.create_task(beside())
        return "ok"

    assert Bed(flow(run)).finish() == "ok"


@EVICT
@pytest.mark.parametrize("way", ["await", "return", "beside"])
def test_a_coroutine_continues_as_new(way: str, evict: bool) -> None:
    async def run(self: Workflow, left: int) -> Any:
        if not left:
            return "end"
        following = self.submit(self.continue_as_new(self.submit(echo, left - 1)))
        if way == "await":
            await following
        if way == "beside":
            await asyncio.gather(following, asyncio.sleep(100))
        return "not reached"

    bed = Bed(flow(run), (2,), evict=evict)
    assert bed.finish() == "end"


class Kid(Workflow):
    name, version, task_list = "kid", "1", "bed"
    execution_timeout = "NONE"

    async def run(self, x: int) -> int:
        return await self.submit(inc, x)


@EVICT
def test_children_may_be_coroutines_on_both_sides(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        return [await self.submit(Kid, 1), *await asyncio.gather(*self.map(Kid, [2, 3]))]

    assert LOADED is not None
    assert Bed(flow(run, execution_timeout="NONE"), evict=evict).finish() == [2, 3, 4]


@EVICT
def test_signals_reach_those_who_await_them(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        first = await self.submit(self.next_signal("s"))
        try:
            await asyncio.wait_for(self.submit(self.next_signal("s")), 5)
        except TimeoutError:
            second = await self.submit(self.next_signal("s"))
        return [first, second]

    bed = Bed(flow(run), evict=evict)
    bed.settle()
    bed.signal("s", 1)
    bed.settle()
    assert bed.describe_context() == '{"waiting_signals":["s"]}'
    bed.clock.advance(6)
    bed.service.tick()
    bed.settle()
    bed.signal("s", 2)
    assert bed.finish() == [1, 2], "a wait that was given up takes no signal"


@EVICT
def test_canvases_and_thens_may_use_coroutines(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        async def made(x: int) -> Any:
            return Group((inc, await self.submit(echo, x)), (inc, 5))

        async def more(x: int) -> int:
            await asyncio.sleep(1)
            return x * 10

        def blocking(x: int) -> int:
            return self.submit(inc, x).result

        chain = await self.submit(Chain((echo, 3), FuncGroup(made, 1), send_result=False))
        tens = await self.submit(inc, 1).then(more)
        return [chain, tens, await self.submit(inc, 1).then(blocking)]

    assert Bed(flow(run), evict=evict).finish() == [[3, [2, 6]], 20, 3]


@EVICT
def test_helpers_give_the_same_in_each_replay(evict: bool) -> None:
    async def run(self: Workflow) -> Any:
        names = [asyncio.current_task().get_name()]  # type: ignore[union-attr]

        async def beside() -> float:
            names.append(asyncio.current_task().get_name())  # type: ignore[union-attr]
            return self.random.random()

        before = [self.side_effect(lambda: 7, "seven"), str(self.uuid4()), self.patched("p")]
        values = await asyncio.gather(beside(), beside())
        await asyncio.sleep(10)
        marker = await self.submit(self.record_marker("m", 3))
        return [before, values, self.now().timestamp() == asyncio.get_running_loop().time(), marker, names]

    bed = Bed(flow(run), evict=evict)
    before, values, same, marker, names = bed.finish()
    assert before[0] == 7
    assert before[2] is True
    assert len(set(values)) == 2
    assert same
    assert marker == 3
    assert names == ["run", "Task-1", "Task-2"]


def test_hooks_are_called_for_coroutines_too() -> None:
    called: list[str] = []

    class Hooked(Workflow):
        name, version, task_list = "hooked", "1", "bed"

        async def run(self) -> Any:
            return await self.submit(echo, 1)

        def before_replay(self, history: History) -> None:
            called.append("before")
            with pytest.raises(NonDeterminismError):
                self.submit(echo, 2)

        def after_replay(self, history: History) -> None:
            called.append("after")

        def on_completed(self, history: History) -> None:
            called.append("completed")

    bed = Bed(Hooked, compare=False)
    assert bed.finish() == 1
    assert called == ["before", "after"] * (len(bed.answers)) + ["completed"]


@pytest.mark.parametrize("name", ["before_replay", "on_completed", "should_cancel", "on_task_failure"])
def test_a_hook_that_is_a_coroutine_function_is_refused(name: str) -> None:
    async def hook(self: Workflow, history: Any) -> None:
        pass

    async def run(self: Workflow) -> Any:
        return 1

    reason = reason_of(Bed(flow(run, **{name: hook})))
    assert f"{name} is a coroutine function" in reason


def test_a_decision_costs_what_its_new_events_do() -> None:
    """Counted in calls of Python functions, which no busy machine changes."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    async def run(self: Workflow) -> Any:
        for number in range(400):
            async with asyncio.timeout(60):
                await self.submit(echo, number)

    bed = Bed(flow(run), compare=False)
    costs = []
    poll = PollForDecisionTask(domain="d", task_list=LIST, start_at_previous_started_event=True)
    bed.run = bed.new_run()
    while (task := bed.client.call(poll)).task_token is not None or bed.work():
        if task.task_token is None:
            continue
        assert task.events is not None
        events = decode_events(task.events)
        calls = 0
        sys.setprofile(count)
        decisions = bed.run.advance(events)
        sys.setprofile(None)
        costs.append(calls)
        bed.answer(task, decisions)
    assert len(costs) > 400
    assert sorted(costs[-100:])[50] <= sorted(costs[20:120])[50] * 1.2
    bed.kill()


def test_context_variables_stay_in_their_run() -> None:
    async def run(self: Workflow) -> Any:
        decimal.getcontext().prec = 5
        await self.submit(echo, 1)
        return decimal.getcontext().prec

    before = decimal.getcontext().prec
    assert Bed(flow(run)).finish() == 5
    assert decimal.getcontext().prec == before


def test_more_tasks_than_a_decision_holds_leave_with_the_next_ones() -> None:
    async def run(self: Workflow) -> Any:
        return await asyncio.gather(*self.map(echo, range(120)))

    bed = Bed(flow(run))
    while bed.decide():
        bed.service.tick()
    assert bed.finish() == list(range(120))
    assert max(map(len, bed.answers)) <= 100


def test_a_submit_of_another_thread_is_refused() -> None:
    import threading

    async def run(self: Workflow) -> Any:
        said: list[str] = []

        def beside() -> None:
            try:
                self.submit(echo, 1)
            except NonDeterminismError as error:
                said.append(str(error))

        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()
        return len(said)

    assert Bed(flow(run)).finish() == 1


def test_waiting_for_one_of_many_leaves_nothing_behind() -> None:
    async def run(self: Workflow) -> Any:
        never = self.submit(self.wait_signal("never"))
        for x in range(30):
            await self.wait(never, self.submit(echo, x), return_when=futures.FIRST_COMPLETED)
        return len(never.waiters)

    assert Bed(flow(run)).finish() == 0
