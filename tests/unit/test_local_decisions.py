"""Local mode decides when something comes of it: what workflows can see of that, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simpleflow import Workflow, activity, futures, local
from simpleflow.canvas import FuncGroup, Group
from simpleflow.exceptions import ExecutionFailed

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


def test_the_first_result_is_acted_on_before_another_activity_runs() -> None:
    class First(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c"])
            first = futures.wait_any(*made)
            for each in made:
                each.cancel()
            return first.result

    assert local.run(First) == "a"
    assert seen == ["a"]


def test_a_failure_ends_the_workflow_before_another_activity_runs() -> None:
    class All(Base):
        def run(self) -> Any:
            return futures.wait(*self.map(note, ["a", "breaks", "c"]))

    with pytest.raises(ExecutionFailed, match="breaks"):
        local.run(All)
    assert seen == ["a"]


def test_a_wait_that_was_counted_down_ends_with_the_last_of_its_results() -> None:
    class Some(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c", "d"])
            futures.wait(*made[:3])
            seen.append("woken")
            return made[3].result

    assert local.run(Some) == "d"
    assert seen == ["a", "b", "c", "woken", "d"]


def test_what_follows_an_activity_is_submitted_when_that_has_a_result() -> None:
    class After(Base):
        def run(self) -> Any:
            first, *others = self.map(note, ["a", "b", "c"])
            following = self.submit(note, first)
            return futures.wait(following, *others)

    assert local.run(After) == ["a", "b", "c"]
    assert seen == ["a", "b", "c", "a"], "in the order in which they were scheduled"


def test_a_workflow_with_hooks_hears_of_every_result() -> None:
    class Told(Base):
        def before_replay(self, history: Any) -> None:
            seen.append("decides")

        def run(self) -> Any:
            return futures.wait(*self.map(note, ["a", "b"]))

    local.run(Told)
    assert seen[-4:] == ["a", "decides", "b", "decides"]


def test_what_two_greenlets_wait_for_wakes_the_one_that_can_go_on() -> None:
    """A function of a canvas waits for one result, run for all."""

    class Two(Base):
        def run(self) -> Any:
            made = self.map(note, ["a", "b", "c"])

            def inner() -> Any:
                made[0].wait()
                seen.append("inner")
                return Group((note, "d"))

            group = self.submit(FuncGroup(inner))
            futures.wait(*made, group)
            return "done"

    assert local.run(Two) == "done"
    assert seen[:2] == ["a", "inner"]
