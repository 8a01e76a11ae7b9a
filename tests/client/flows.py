"""Workflows of these tests, and deciders and workers for them in threads of this process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from simpleflow import Workflow, activity, futures, workflow
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.storage import ValueStore
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import Decider
from swf.client import Client
from swf.protocol.operations import PollForActivityTask, RespondActivityTaskCompleted, RespondActivityTaskFailed
from swf.protocol.values import TaskList

LIST = "handles"


@activity.with_attributes(version="1", task_list=LIST)
def double(x: int) -> int:
    return 2 * x


@activity.with_attributes(version="1", task_list=LIST, raises_on_failure=True)
def broken(what: str) -> str:
    raise ValueError(what)


class Doubling(Workflow):
    name, version, task_list = "doubling", "1", LIST

    def run(self, x: int, times: int = 1) -> int:
        for _ in range(times):
            x = self.submit(double, x).result
        return x


class Broken(Workflow):
    name, version, task_list = "broken", "1", LIST

    def run(self, what: str) -> str:
        return self.submit(broken, what).result


class Approving(Workflow):
    """Waits for signals, and tells how far it is."""

    name, version, task_list = "approving", "1", LIST

    def __init__(self, executor: Any) -> None:
        super().__init__(executor)
        self.done: list[Any] = []
        self.stage = "new"

    def run(self, wanted: int = 2) -> list[Any]:
        self.stage = "waiting"
        for _ in range(wanted):
            self.done.append(self.submit(self.next_signal("answer")).result)
        self.stage = "done"
        return self.done

    @workflow.query
    def progress(self, unit: str = "answers") -> str:
        return f"{self.stage}: {len(self.done)} {unit}"

    @workflow.query
    def meddling(self) -> Any:
        return self.submit(double, 1)

    @workflow.query
    def failing(self) -> None:
        self.fail("a query cannot do that")

    @workflow.query
    def recording(self) -> int:
        return self.side_effect(lambda: 1)

    @workflow.query
    def sleeping(self) -> None:
        self.sleep(5)

    def secret(self) -> str:
        return "not a query"


class Chained(Workflow):
    """Continues as new, and waits for a signal in its last run."""

    name, version, task_list = "chained", "1", LIST

    def run(self, left: int) -> str:
        self.left = left
        if left:
            futures.wait(self.submit(self.continue_as_new(left - 1)))
        return str(self.submit(self.wait_signal("end")).result["args"][0])

    @workflow.query
    def remaining(self) -> int:
        return self.left


@contextlib.contextmanager
def deciding(
    client: Client, domain: str, *workflows: type[Workflow], works: bool = True, task_list: str = LIST
) -> Iterator[None]:
    """A decider and a worker of these workflows until the block is left. *client* is theirs alone."""

    def decide() -> None:
        executor = Executor(client, domain, workflows, task_list=task_list)
        Decider(client, executor, domain, task_list).run(is_over=is_over.is_set)

    def work() -> None:
        store = ValueStore()
        while not is_over.is_set():
            task = client.call(PollForActivityTask(domain=domain, task_list=TaskList(name=task_list)))
            if task.task_token is None:
                continue
            assert task.activity_id is not None
            assert task.activity_type is not None
            outcome = run_activity(
                Job(activity_id=task.activity_id, name=task.activity_type.name, input=task.input), store
            )
            if outcome.reason is None:
                client.call(RespondActivityTaskCompleted(task_token=task.task_token, result=outcome.result))
            else:
                client.call(RespondActivityTaskFailed(task_token=task.task_token, reason=outcome.reason))

    is_over = threading.Event()
    threads = [threading.Thread(target=each, daemon=True) for each in (decide, work)[: 2 if works else 1]]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        client.stop_polling()
        for thread in threads:
            thread.join(20)
