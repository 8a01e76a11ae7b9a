"""A query looks, and does nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import simpleflow
from simpleflow import Activity, Workflow, exceptions, workflow
from simpleflow.client import Client
from simpleflow.local.world import DOMAIN, World
from simpleflow.task import ActivityTask
from simpleflow.testing import replay_history
from tests.client.flows import LIST, Approving, Doubling, double


@pytest.fixture
def world() -> Iterator[World]:
    world = World(task_list=LIST)
    yield world
    world.close()


def client_of(world: World, *workflows: type[Workflow]) -> Client:
    for each in workflows:
        world.add(each)
    return simpleflow.connect(client=world.client, domain=DOMAIN)


@pytest.mark.parametrize("name", ["meddling", "failing", "recording", "sleeping"])
def test_what_does_something_is_refused(world: World, name: str) -> None:
    handle = client_of(world, Approving).start(Approving)
    world.settle()
    before = handle.history().execution.last_event_id
    with pytest.raises(exceptions.QueryError, match="may only look"):
        handle.query(name)
    assert handle.history().execution.last_event_id == before
    assert handle.status == "OPEN"


def test_only_marked_methods_are_queries(world: World) -> None:
    handle = client_of(world, Approving, Doubling).start(Approving)
    world.settle()
    with pytest.raises(exceptions.QueryError, match="no query 'secret': its queries are failing, meddling, progress"):
        handle.query("secret")
    other = client_of(world).start(Doubling, 1)
    with pytest.raises(exceptions.QueryError, match="it has none; mark a method with @workflow"):
        other.query("progress")
    with pytest.raises(TypeError, match="a query waits for nothing"):

        @workflow.query
        async def late(self: Any) -> None: ...

    with pytest.raises(TypeError, match="marks a method"):
        workflow.query(3)  # type: ignore[type-var]


def test_a_query_before_the_first_decision_says_so(world: World) -> None:
    class Late(Approving):
        name = "late"

        def run(self, wanted: int = 2) -> list[Any]:
            self.begun = True
            return super().run(wanted)

        @workflow.query
        def has_begun(self) -> bool:
            return self.begun

    handle = client_of(world, Late).start(Late)
    with pytest.raises(exceptions.QueryError, match="run has not begun yet"):
        handle.query(Late.has_begun)
    assert handle.query(Late.progress) == "new: 0 answers"  # what __init__ has set is there
    world.settle()
    assert handle.query(Late.has_begun) is True


def test_an_answer_is_of_the_last_decision_even_when_more_has_happened(world: World) -> None:
    """What came since has not been seen by any decider: it is not in the state of the workflow."""
    handle = client_of(world, Approving).start(Approving)
    world.settle()
    handle.signal("answer", 1)
    assert handle.query(Approving.progress) == "waiting: 0 answers"
    world.client.call(world._decide)  # somebody decides right now, and has not answered
    assert handle.query(Approving.progress) == "waiting: 0 answers"


class Switched(Workflow):
    """Its code is changed by the tests."""

    name, version, task_list = "switched", "1", LIST
    way = "one"
    calls: list[str] = []

    def run(self) -> Any:
        self.seen: list[Any] = [self.patched("new"), self.side_effect(lambda: len(self.calls))]
        self.calls.append(self.way)
        if self.way == "one":
            self.seen.append(self.submit(double, 1).result)
        else:
            self.seen.append(self.submit(self.start_timer("t", 1)).result)
        return self.submit(self.wait_signal("end")).result

    def before_replay(self, history: Any) -> None:
        self.calls.append("hook")

    @workflow.query
    def all_seen(self) -> list[Any]:
        return self.seen


def test_the_replay_of_a_query_sees_what_was_recorded_and_calls_no_hook(world: World) -> None:
    Switched.calls = []
    handle = client_of(world, Switched).start(Switched)
    world.settle()
    before = list(Switched.calls)
    assert before[:2] == ["hook", "one"]
    assert handle.query(Switched.all_seen) == [True, 1, 2]
    assert Switched.calls == [*before, "one"]


def test_code_that_comes_to_another_end_than_the_history_raises(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = client_of(world, Switched).start(Switched)
    world.settle()
    monkeypatch.setattr(Switched, "run", lambda self: 1 / 0)
    with pytest.raises(exceptions.NonDeterminismError, match=r"the workflow now fails: .*ZeroDivisionError"):
        handle.query("all_seen")
    handle.signal("end")
    monkeypatch.undo()
    world.settle()
    assert handle.status == "COMPLETED"
    monkeypatch.setattr(Switched, "run", lambda self: self.submit(self.wait_signal("never")).result)
    with pytest.raises(exceptions.NonDeterminismError, match="tells that the workflow completes, but now it waits at"):
        handle.query("all_seen")


def test_another_activity_under_a_recorded_id_raises(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = client_of(world, Switched).start(Switched)
    world.settle()
    monkeypatch.setattr(Activity, "name", property(lambda self: f"{self._callable.__module__}.other"))
    monkeypatch.setattr(ActivityTask, "name", f"activity-{__name__.replace('test_queries', 'flows')}.double")
    with pytest.raises(exceptions.NonDeterminismError, match="scheduled the activity"):
        handle.query("all_seen")
    assert handle.status == "OPEN"


class Awaiting(Workflow):
    """Written with ``async def``."""

    name, version, task_list = "awaiting", "1", LIST

    async def run(self, count: int) -> list[int]:
        self.results: list[int] = []
        for each in range(count):
            self.results.append(await self.submit(double, each))
        await self.submit(self.wait_signal("end"))
        return self.results

    @workflow.query
    def so_far(self) -> list[int]:
        return self.results


def test_a_workflow_with_async_def_answers_too_also_inside_of_an_event_loop(world: World) -> None:
    handle = client_of(world, Awaiting).start(Awaiting, 3)
    world.settle()
    assert handle.query(Awaiting.so_far) == [0, 2, 4]

    async def main() -> list[int]:
        answer = handle.query(Awaiting.so_far)
        await asyncio.sleep(0)
        return answer

    assert asyncio.run(main()) == [0, 2, 4]
    handle.signal("end")
    world.settle()
    assert handle.result() == [0, 2, 4]
    assert replay_history(Awaiting, handle) == []
