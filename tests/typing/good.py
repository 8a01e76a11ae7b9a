"""Code that every type checker must accept."""

from __future__ import annotations

import asyncio
from typing import Any

import simpleflow
from simpleflow import Workflow, activity, futures, workflow
from simpleflow.canvas import Chain, Group
from simpleflow.futures import Future
from simpleflow.handle import Handle
from simpleflow.testing import Environment


@activity.with_attributes()
def inc(x: int) -> int:
    return x + 1


@activity.with_attributes(version="1")
def delay(t: float, x: int = 3) -> str:
    return "a"


@activity.with_attributes()
async def fetch(x: int, more: str = "") -> str:
    return more * x


@activity.with_attributes()
def nothing() -> None:
    return None


@activity.with_attributes()
def total(numbers: list[int], more: dict[str, int] | None = None) -> int:
    return sum(numbers)


@activity.with_attributes()
def six(a: int, b: str, c: float, d: int, e: str, f: int = 0) -> str:
    return b


@activity.with_attributes()
def eight(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: str) -> int:
    return a


@activity.with_attributes()
class Shout:
    def __init__(self, text: str, times: int = 1) -> None:
        self.text = text * times

    def execute(self) -> str:
        return self.text.upper()


class Kid(Workflow):
    name, version, task_list = "kid", "1", "t"

    def run(self, x: int, more: str = "") -> list[int]:
        return [x]

    @workflow.query
    def progress(self, scale: int = 1) -> float:
        return 0.5 * scale

    @simpleflow.query
    def stage(self) -> str:
        return "new"


class Waiting(Workflow):
    name, version, task_list = "waiting", "1", "t"

    async def run(self, x: int, *, more: str = "") -> dict[str, int]:
        return {more: x}


class W(Workflow):
    def run(self) -> int:
        one = self.submit(inc, 1)
        two = self.submit(inc, one)
        text: str = self.submit(delay, 1.5, two).result
        self.submit(delay, 1.5)
        self.submit(delay, t=1.5, x=2)
        self.submit(nothing)
        shout: str = self.submit(Shout, text).result
        louder: str = self.submit(Shout, self.submit(delay, 1.5), 2).result
        shouts: list[str] = [each.result for each in self.map(Shout, ["a", "b"])]
        group = self.submit(Group((inc, 1), Chain((inc, 2), (inc, 3))))
        count: int = len(group.futures) + self.submit(Chain()).count_finished_activities
        later: Future[str] = one.then(str)
        first: int = futures.wait_any(one, two).result + next(iter(futures.as_completed(one))).result + count
        several: list[int] = [each.result for each in self.map(inc, [1, 2])]
        direct: int = inc(3)
        kids: list[int] = self.submit(Kid, one, more="a").result
        self.submit(self.signal("go", 1, workflow_id="x")).wait()
        self.submit(self.continue_as_new(2)).wait()
        many: int = self.submit(total, [one, two]).result + self.submit(total, [1], {"more": one}).result
        return (
            two.result + direct + several[0] + len(shout + louder + shouts[0] + later.result) + first + kids[0] + many
        )

    def coroutines(self) -> str:
        one = self.submit(inc, 1)
        first: str = self.submit(fetch, one).result
        second: str = self.submit(fetch, 1, more="a").result
        mapped: list[str] = [each.result for each in self.map(fetch, [1, 2])]
        starred: Future[str] = self.starmap(fetch, [(1, "a")])[0]
        third: str = self.submit(fetch, one, self.submit(fetch, 1)).result
        return first + second + mapped[0] + starred.result + third

    def many_arguments(self) -> str:
        one = self.submit(inc, 1)
        text = self.submit(delay, 1.0)
        number: int = self.submit(eight, one, 2, 3, one, 5, one, 7, text).result
        named: str = self.submit(delay, 1.5, x=futures.as_argument(one)).result
        return self.submit(six, one, text, 1.5, 4, text).result + named * number


def from_outside() -> None:
    with simpleflow.connect(db="a.db") as client:
        kid: Handle[list[int]] = client.start(Kid, 1)
        numbers: list[int] = client.start(Kid, 1, more="a").result(5)
        numbers = client.start(Kid, 1, workflow_id="kid-1", tags=["a"]).result()
        numbers = client.with_options(workflow_id="kid-1", execution_timeout=60).start(Kid, 1, more="a").result()
        awaited: dict[str, int] = client.start(Waiting, 1, more="a").result()
        awaited = client.start(Waiting, 1, workflow_id="x").result()
        awaited = client.handle("x", workflow=Waiting).result()
        numbers = client.handle("x", "run", workflow=Kid).result()
        anything: Any = client.handle("x").result()
        progress: float = kid.query(Kid.progress, scale=2)
        stage: str = kid.query(Kid.stage)
        untyped: Any = kid.query("progress", 3)
        status: str = kid.status
        kid.signal("go", 1, by="me")
        kid.terminate("enough")
        print(numbers, awaited, anything, progress, stage, untyped, status)
    here: list[int] = simpleflow.run(Kid, 1, more="a")
    there: dict[str, int] = simpleflow.run(Waiting, 1)
    print(here, there)


async def from_a_coroutine() -> dict[str, int]:
    async with simpleflow.aconnect(domain="d") as client:
        handle = await client.start(Kid, 1)
        numbers: list[int] = await handle.result(timeout=5)
        progress: float = await handle.query(Kid.progress)
        status: str = await handle.status
        other = await client.with_options(workflow_id="x").start(Waiting, len(numbers), more=status)
        found = await client.handle("x", workflow=Waiting)
        print(progress, await found.result())
        return await other.result()


def in_a_test(simpleflow_env: Environment) -> None:
    fake = simpleflow_env.fake(inc, lambda x: 5)
    simpleflow_env.fake("some.activity", returns=5)
    simpleflow_env.fake(Shout, raises=ValueError())
    numbers: list[int] = simpleflow_env.run(Kid, 1)
    handle: Handle[dict[str, int]] = simpleflow_env.start(Waiting, 1)
    simpleflow_env.signal(handle, "go", 1)
    simpleflow_env.advance(5)
    print(fake.calls, numbers)


class Counting(Workflow):
    """Written with async and await."""

    name, version, task_list = "counting", "1", "t"

    async def run(self, x: int) -> list[str]:
        one: int = await self.submit(inc, x)
        fetched: str = await self.submit(fetch, one) + await fetch(one)
        text, more = await asyncio.gather(self.submit(delay, 1.5, one), self.submit(Counting, 2))
        results = await self.wait(self.submit(inc, 1), timeout=5)
        async with self.saga() as saga, asyncio.TaskGroup() as group:
            saga.on_failure(inc, 1)
            later = group.create_task(self.doubled(one))
        last: int = 0
        async for each in futures.as_completed(self.submit(inc, 1)):
            last = each.result
        return [text.upper(), fetched, *more, str(later.result() + last + len(results))]

    async def doubled(self, x: int) -> int:
        return 2 * await self.submit(inc, x)
