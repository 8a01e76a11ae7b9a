"""Activities written with ``async def``: a worker runs them in an event loop of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import simpleflow
from simpleflow import Workflow, activity
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.exceptions import TaskFailed
from simpleflow.storage import ValueStore
from simpleflow.texts import encode

task = activity.with_attributes(version="1", task_list="t")
told: list[str] = []


@task
async def slow_double(x: int) -> int:
    await asyncio.sleep(0)
    return 2 * x


@task
async def who() -> str:
    await asyncio.sleep(0)
    return activity.current().activity_id


@task
async def refusing(x: int) -> int:
    await asyncio.sleep(0)
    raise KeyError(x)


@task
async def beating() -> None:
    activity.heartbeat(1)
    await asyncio.sleep(0)


@task
class Fetch:
    def __init__(self, text: str) -> None:
        self.text = text

    async def execute(self) -> str:
        await asyncio.sleep(0)
        told.append("executed")
        return self.text.upper()

    def post_execute(self) -> None:
        told.append("told")


class Doubling(Workflow):
    name, version, task_list = "doubling", "1", "t"

    def run(self, x: int) -> list[Any]:
        refused = self.submit(refusing, x)
        return [
            self.submit(slow_double, self.submit(slow_double, x)).result,
            self.submit(who).result,
            self.submit(Fetch, "a").result,
            isinstance(refused.exception, KeyError) and isinstance(refused.exception, TaskFailed),
        ]


def test_a_workflow_gets_what_a_coroutine_returns_or_raises() -> None:
    told.clear()
    name = f"activity-{__name__}.who-1"
    assert simpleflow.run(Doubling, 3) == [12, name, "A", True]
    assert told == ["executed", "told"]


def test_it_runs_where_the_thread_has_a_loop_already() -> None:
    """A notebook, or an application of asyncio that runs a workflow here."""

    async def application() -> Any:
        return simpleflow.run(Doubling, 3)

    assert asyncio.run(application())[0] == 12


def test_called_directly_it_is_the_coroutine_it_is() -> None:
    assert asyncio.run(slow_double(4)) == 8
    told.clear()
    made: Any = Fetch("b")
    assert isinstance(made, Coroutine)
    assert asyncio.run(made) == "B"
    assert told == ["executed", "told"]


def test_a_coroutine_hears_of_a_cancel_at_its_heartbeat() -> None:
    outcome = run_activity(
        Job(activity_id="a-1", name=beating.name, input=encode({"args": []})), ValueStore(), beat=lambda details: True
    )
    assert outcome.is_canceled


def test_the_error_names_the_line_of_the_coroutine() -> None:
    outcome = run_activity(Job(activity_id="a-1", name=refusing.name, input='{"args":[1]}'), ValueStore())
    assert outcome.reason == "KeyError: 1"
    assert "raise KeyError(x)" in (outcome.details or "")


def test_an_error_passes_through_the_loop_of_the_thread_unchanged() -> None:
    async def application() -> Any:
        return run_activity(
            Job(activity_id="a-1", name=beating.name, input="{}"), ValueStore(), beat=lambda details: True
        )

    assert asyncio.run(application()).is_canceled
