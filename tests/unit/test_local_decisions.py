"""Local mode decides when something comes of it: what workflows can see of that, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simpleflow import Workflow, activity, format, futures, local
from simpleflow.canvas import FuncGroup, Group
from simpleflow.exceptions import ExecutionFailed
from simpleflow.local.world import DOMAIN, World
from simpleflow.swf import setup
from swf.protocol.operations import SignalWorkflowExecution

seen: list[str] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    seen.clear()
    yield
    seen.clear()


@activity.with_attributes(version="1", task_list="local", raises_on_failure=True)
def note(name: str) -> str:
    if name == "breaks":
        raise ValueError(name)
    seen.append(name)
    return name


class Base(Workflow):
    name, version, task_list = "local-decisions", "1", "local"


def test_the_first_of_several_results_is_acted_on_before_another_activity_runs() -> None:
    class First(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c", "d"])
            made[0].wait()
            second = futures.wait_any(*made[1:])
            for each in made:
                each.cancel()
            return second.result

    assert local.run(First) == "b"
    assert seen == ["a", "b"]


def test_a_failure_ends_the_workflow_before_another_activity_runs() -> None:
    class All(Base):
        def run(self) -> Any:
            return futures.wait(*self.map(note, ["a", "b", "breaks", "d"]))

    with pytest.raises(ExecutionFailed, match="breaks"):
        local.run(All)
    assert seen == ["a", "b"]


def test_a_wait_that_was_counted_down_ends_with_the_last_of_its_results() -> None:
    class Some(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c", "d"])
            futures.wait(*made[:3])
            seen.append("woken")
            return made[3].result

    assert local.run(Some) == "d"
    assert seen == ["a", "b", "c", "woken", "d"]


def test_results_are_heard_of_one_by_one_as_they_come() -> None:
    class One(Base):
        def run(self) -> Any:
            for each in futures.as_completed(*self.map(note, ["a", "b", "c"])):
                seen.append(f"told of {each.result}")

    local.run(One)
    assert seen == ["a", "told of a", "b", "told of b", "c", "told of c"]


def test_a_workflow_with_hooks_hears_of_every_result() -> None:
    class Told(Base):
        def before_replay(self, history: Any) -> None:
            seen.append("decides")

        def run(self) -> Any:
            return futures.wait(*self.map(note, ["a", "b", "c"]))

    local.run(Told)
    assert seen[-6:] == ["a", "decides", "b", "decides", "c", "decides"]


def test_what_two_greenlets_wait_for_wakes_the_one_that_can_go_on() -> None:
    """A function of a canvas waits for one result, run for all."""

    class Two(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c"])

            def inner() -> Any:
                made[1].wait()
                seen.append("inner")
                return Group((note, "d"))

            group = self.submit(FuncGroup(inner))
            futures.wait(*made, group)
            return "done"

    assert local.run(Two) == "done"
    assert seen == ["a", "b", "inner", "c", "d"]


def test_an_activity_that_signals_its_workflow_is_heard_before_another_one_runs() -> None:
    class Signalled(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c"])
            self.submit(self.wait_signal("go")).wait()
            seen.append("told")
            return futures.wait(*made)

    def note_and_signal(name: str) -> str:
        seen.append(name)
        if name == "b":
            world.client.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="one", signal_name="go"))
        return name

    world = World(fakes={note.name: note_and_signal})
    try:
        world.add(Signalled)
        input = format.encode({"args": [], "kwargs": {}})
        world.finish(setup.start(world.client, DOMAIN, Signalled, "one", input))
    finally:
        world.close()
    assert seen == ["a", "b", "told", "c"]
