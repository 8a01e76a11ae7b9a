"""Random programs of coroutines, as data, run by one workflow class, whose results can be checked by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import strategies as st

from simpleflow import Workflow, futures
from simpleflow.canvas import Chain, Group
from simpleflow.exceptions import AggregateException, TaskException, TaskFailed
from simpleflow.futures import Future
from tests.replay.programs import ACTIVITIES, RETRIES, Step, compute

Block = list[Step]


class AsyncProgram(Workflow):
    """Runs the steps of its input, some of them side by side."""

    name, version, task_list = "async program", "1", "bed"

    async def run(self, steps: Block) -> Any:
        self.futures: list[Future[Any]] = []
        self.told: list[list[Any]] = []
        self.beside: list[asyncio.Task[None]] = []
        self.log: list[Any] = []
        self.lock = asyncio.Lock()
        self.semaphore = asyncio.Semaphore(2)
        self.turnstile = asyncio.Condition()
        await self.block(steps)
        while pending := [each for each in self.beside if not each.done()]:
            await asyncio.wait(pending)
        ends = await asyncio.gather(*self.beside, return_exceptions=True)
        self.log.append([type(each).__name__ for each in ends])
        await self.wait(*[each for each in self.futures if not each.cancelled])
        results = [[each.state, None if each.cancelled else each.result] for each in self.futures]
        return {"tasks": [[*told, *result] for told, result in zip(self.told, results, strict=True)], "log": self.log}

    def submitted(self, name: str, fails: int, dependencies: list[int]) -> Future[Any]:
        index = len(self.futures)
        chosen = sorted({each % index for each in dependencies}) if index else []
        number = 7 if name == "shared" else index
        future = self.submit(ACTIVITIES[name], number, fails, [self.futures[each] for each in chosen])
        self.futures.append(future)
        self.told.append([name, number, fails, chosen])
        return future

    async def outcome(self, awaitable: Any) -> Any:
        """The result of what is awaited, or what it raises; but the cancellation of the caller goes on."""
        try:
            return await awaitable
        except (TaskFailed, TaskException, AggregateException, TimeoutError) as error:
            return type(error).__name__
        except asyncio.CancelledError:
            current = asyncio.current_task()
            assert current is not None
            if current.cancelling():
                raise
            return "cancelled"

    async def block(self, steps: Block) -> None:
        for step in steps:
            await self.step(*step)

    async def values(self, count: int) -> AsyncIterator[Any]:
        for _ in range(count):
            yield await self.outcome(self.submitted("plain", 0, []))

    async def relay(self, count: int, consumers: int) -> None:
        """Some produce and some consume, by a queue that holds one."""
        queue: asyncio.Queue[int] = asyncio.Queue(1)

        async def consume() -> None:
            while True:
                item = await queue.get()
                self.log.append([item, await self.outcome(self.submitted("plain", 0, [item]))])
                queue.task_done()

        async with asyncio.TaskGroup() as group:
            working = [group.create_task(consume()) for _ in range(consumers)]
            for item in range(count):
                await queue.put(item)
            await queue.join()
            for each in working:
                each.cancel()

    async def step(self, kind: str, *args: Any) -> None:
        log = self.log.append
        some = self.futures[-args[0] :] if args and isinstance(args[0], int) and args[0] else []
        match kind:
            case "submit":
                self.submitted(*args)
            case "call":
                log(await self.outcome(self.submitted(*args)))
            case "await":
                if self.futures:
                    log(await self.outcome(self.futures[args[0] % len(self.futures)]))
            case "gather futures":
                log(await self.outcome(asyncio.gather(*some, return_exceptions=True)) is not None)
            case "gather":
                await asyncio.gather(*(self.block(each) for each in args[0]))
            case "group":
                async with asyncio.TaskGroup() as group:
                    for each in args[0]:
                        group.create_task(self.block(each))
            case "beside":
                self.beside.append(asyncio.create_task(self.block(args[0])))
            case "first":
                tasks = self.beside[-args[0] :]
                if tasks and asyncio.current_task().get_name() == "run":  # type: ignore[union-attr]
                    done, _ = await asyncio.wait(tasks, timeout=args[1], return_when=asyncio.FIRST_COMPLETED)
                    log([each.get_name() for each in done])
            case "timeout":
                try:
                    async with asyncio.timeout(args[0]):
                        await self.block(args[1])
                except TimeoutError:
                    log("timeout")
            case "wait for":
                if self.futures:
                    log(await self.outcome(asyncio.wait_for(self.futures[args[1] % len(self.futures)], args[0])))
            case "shield":
                if self.futures:
                    future = self.futures[args[1] % len(self.futures)]
                    log(await self.outcome(asyncio.wait_for(asyncio.shield(future), args[0])))
            case "wait":
                await self.wait(*some, return_when=args[1], timeout=args[2])
                log([each.done for each in some])
            case "completed":
                async for each in futures.as_completed(*some):
                    log(self.futures.index(each))
            case "completed by asyncio":
                for each in asyncio.as_completed(some):
                    log(await self.outcome(each))
            case "relay":
                await self.relay(*args)
            case "values":
                async for value in self.values(args[0]):
                    log(value)
                    if args[1]:
                        break
            case "lock" | "semaphore":
                async with self.lock if kind == "lock" else self.semaphore:
                    await self.block(args[0])
            case "turn":
                async with self.turnstile:
                    self.turnstile.notify()
                    try:
                        await asyncio.wait_for(self.turnstile.wait(), args[0])
                    except TimeoutError:
                        log("no turn")
            case "canvas":
                canvas = Chain if args[1] else Group
                items = [(ACTIVITIES[name], 1, fails, []) for name, fails in args[0]]
                log(await self.outcome(self.submit(canvas(*items))))
            case "sleep":
                await asyncio.sleep(args[0])
            case "signal":
                log(await self.submit(self.next_signal("s")))
            case "marker":
                marker = self.submit(self.record_marker("m", args[0]))
                if args[1]:
                    log(await marker)
            case "side effect":
                log(self.side_effect(lambda: args[0], "value"))
            case "patched":
                if self.patched(f"p{args[0]}"):
                    self.submitted("plain", 0, [])
            case "known":
                log([self.now().timestamp(), self.random.random(), str(self.uuid4())])
            case "cancel":
                if self.futures:
                    log(self.futures[args[0] % len(self.futures)].cancel())
            case "cancel task":
                if self.beside:
                    log(self.beside[args[0] % len(self.beside)].cancel())
            case "except":
                try:
                    await self.block(args[0])
                    if args[1]:
                        raise KeyError("on purpose")
                except BaseException as error:
                    log(type(error).__name__)
                    await self.block(args[0][:1])
                    if isinstance(error, asyncio.CancelledError):
                        raise
                finally:
                    self.submitted("plain", 0, [])
            case "saga":
                if asyncio.current_task().get_name() == "run":  # type: ignore[union-attr]
                    await self.saga_of(*args)

    async def saga_of(self, steps: Block, undos: int, end: str) -> None:
        saga = self.saga()
        try:
            async with saga:
                for number in range(undos):
                    saga.on_failure(ACTIVITIES["plain"], number, 0, self.futures[-1:])
                await self.block(steps)
                if end == "fail":
                    self.fail("on purpose")
                if end == "raise":
                    raise KeyError("on purpose")
        except Exception as error:
            self.log.append([type(error).__name__, len(saga.failures)])


def wrong(result: Any) -> list[Any]:
    """The tasks of a program whose results are not what they should be."""
    tasks = result["tasks"]
    found = []
    for name, number, fails, dependencies, state, value in tasks:
        if state == "CANCELLED":
            continue
        expected = compute(number, fails, [tasks[each][-1] for each in dependencies])
        if fails > RETRIES[name]:
            expected = None  # type: ignore[assignment]
        if value != expected and name != "shared":
            found.append([name, number, fails, dependencies, value, expected])
    return found


def signals_in(steps: Block) -> int:
    """How many signals a program waits for at most."""
    count = 0
    for kind, *args in steps:
        if kind == "signal":
            count += 1
        elif kind in ("gather", "group"):
            count += sum(map(signals_in, args[0]))
        elif kind in ("beside", "lock", "semaphore", "saga"):
            count += signals_in(args[0])
        elif kind == "except":
            count += 2 * signals_in(args[0])
        elif kind == "timeout":
            count += signals_in(args[1])
    return count


def programs(*, calm: bool) -> st.SearchStrategy[Block]:
    """Random programs; in *calm* ones nothing is raised that ends them."""
    small = st.integers(0, 6)
    names = ["plain", "patient", "shared"] + ([] if calm else ["raising"])
    task = (st.sampled_from(names), st.sampled_from([0, 0, 0, 1, 3]), st.lists(small, max_size=3))
    ways = st.sampled_from([futures.ALL_COMPLETED, futures.FIRST_COMPLETED, futures.FIRST_EXCEPTION])
    simple = [
        st.tuples(st.just("submit"), *task),
        st.tuples(st.just("call"), *task),
        st.tuples(st.just("await"), small),
        st.tuples(st.just("gather futures"), st.integers(1, 5)),
        st.tuples(st.just("first"), st.integers(1, 4), st.sampled_from([None, 2])),
        st.tuples(st.just("wait for"), small, small),
        st.tuples(st.just("shield"), small, small),
        st.tuples(st.just("wait"), st.integers(1, 5), ways, st.sampled_from([None, 0, 3])),
        st.tuples(st.just("completed"), st.integers(1, 4)),
        st.tuples(st.just("completed by asyncio"), st.integers(1, 4)),
        st.tuples(st.just("relay"), st.integers(0, 5), st.integers(1, 3)),
        st.tuples(st.just("values"), st.integers(0, 3), st.booleans()),
        st.tuples(st.just("turn"), st.integers(1, 3)),
        st.tuples(
            st.just("canvas"),
            st.lists(st.tuples(st.sampled_from(names), st.sampled_from([0, 0, 1])), max_size=3),
            st.booleans(),
        ),
        st.tuples(st.just("sleep"), st.integers(0, 5)),
        st.tuples(st.just("signal")),
        st.tuples(st.just("marker"), small, st.booleans()),
        st.tuples(st.just("side effect"), small),
        st.tuples(st.just("patched"), small),
        st.tuples(st.just("known")),
        st.tuples(st.just("cancel"), small),
        st.tuples(st.just("cancel task"), small),
    ]
    ends = st.sampled_from(["", "raise"] + ([] if calm else ["fail"]))
    plain: st.SearchStrategy[Any] = st.one_of(*simple)
    step = plain
    for _ in range(2):
        inner = st.lists(step, max_size=4)
        several = st.lists(inner, max_size=3)
        step = st.one_of(
            plain,
            st.tuples(st.sampled_from(["gather", "group"]), several),
            st.tuples(st.sampled_from(["gather", "group"]), several),
            st.tuples(st.just("beside"), inner),
            st.tuples(st.just("timeout"), small, inner),
            st.tuples(st.sampled_from(["lock", "semaphore"]), st.lists(plain, max_size=3)),
            st.tuples(st.just("except"), inner, st.booleans()),
            st.tuples(st.just("saga"), inner, st.integers(0, 3), ends),
        )
    return st.lists(step, max_size=10)
