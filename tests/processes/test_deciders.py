"""What can befall a decider, case by case: the results are as if nothing had happened.

Deciders run in threads here, over HTTP and through a proxy that loses what it is told to lose; whole processes are
killed in test_fleet.py.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simpleflow import Workflow, activity, format
from simpleflow.swf import executor as executors
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import SharingDecider
from swf.clients import KeepAliveClient, RetryingClient
from swf.protocol import operations as o
from swf.protocol.event import HistoryEvent
from swf.protocol.values import TaskList, WorkflowExecution
from swf.server import open_service
from swf.server.http import Door
from tests.processes.fleet import history, nothing_twice, result, wait_until
from tests.wire.proxy import Proxy

DOMAIN, LIST = "crew", "turns"


@activity.with_attributes(name="crew.add", version="1", task_list=LIST)
def add(x: int, y: int) -> int:
    return x + y


class Sum(Workflow):
    """A chain: each decision rests on the one before."""

    name, version, task_list, decision_tasks_timeout = "sum", "1", LIST, "2"

    def run(self, n: int) -> int:
        x: Any = 0
        for number in range(n):
            x = self.submit(add, x, number).result
        return int(x)


class Slow(Sum):
    """Takes longer than it may, the first time."""

    name = "slow"
    took: list[float] = []

    def run(self, n: int) -> int:
        if not self.took:
            self.took.append(3.0)
            time.sleep(3.0)
        return super().run(n)


class Other(Sum):
    name = "other"

    def run(self, n: int) -> int:
        raise SystemExit("no workflow does that")


class Interrupting(Sum):
    name = "interrupting"

    def run(self, n: int) -> int:
        raise KeyboardInterrupt


FLOWS: list[type[Workflow]] = [Sum, Slow, Other, Interrupting]


@dataclass
class Crew:
    """A service, a proxy before it, deciders in threads, and a worker that answers what it is asked."""

    directory: Path
    threads: list[threading.Thread] = field(default_factory=list)
    stops: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.service = open_service(self.directory / "crew.db")
        self.door = Door(self.service)
        self.door.open()
        self.proxy = Proxy(self.door.url)
        self.client = KeepAliveClient(self.door.url)
        for workflow in FLOWS:
            setup.register(self.client, DOMAIN, workflow)
        self.client.call(o.RegisterActivityType(domain=DOMAIN, name=add.name, version=add.version))
        self._run(self._work)

    def _run(self, function: Callable[[], None]) -> None:
        thread = threading.Thread(target=function, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _work(self) -> None:
        client = KeepAliveClient(self.door.url)
        self.stops.append(client.stop_polling)
        poll = o.PollForActivityTask(domain=DOMAIN, task_list=TaskList(name=LIST))
        while (task := client.call(poll)).task_token is not None:
            x, y = format.decode(task.input)["args"]
            client.call(o.RespondActivityTaskCompleted(task_token=task.task_token, result=str(x + y)))

    def executor(self, *, sticky_list: str | None = None, client: Any = None) -> Executor:
        return Executor(client or self.client, DOMAIN, FLOWS, sticky_list=sticky_list)

    def decider(self, name: str, client: Any = None) -> Callable[[], None]:
        """Starts a decider; what is returned stops it as a kill would: its list is polled no more."""
        client = client or RetryingClient(KeepAliveClient(self.proxy.url))
        sticky = f"{LIST}-{name}"
        decider = SharingDecider(client, self.executor(sticky_list=sticky, client=client), DOMAIN, LIST, sticky)
        done = threading.Event()

        def run() -> None:
            decider.run()
            done.set()

        def stop() -> None:
            decider.stop()
            client.stop_polling()
            assert done.wait(30)

        self._run(run)
        self.stops.append(stop)
        return stop

    def start(self, workflow: type[Workflow], *args: Any) -> WorkflowExecution:
        return setup.start(self.client, DOMAIN, workflow, workflow.name, format.encode({"args": args, "kwargs": {}}))

    def events(self, execution: WorkflowExecution) -> list[HistoryEvent]:
        return history(self.client, DOMAIN, execution)

    def outcome(self, execution: WorkflowExecution) -> Any:
        """The result, as soon as there is one."""
        closed = wait_until(
            lambda: (events := self.events(execution))[-1].type.startswith("WorkflowExecution") and events,
            "the execution is closed",
            seconds=60,
        )
        nothing_twice(closed)
        return result(closed)

    def of_type(self, execution: WorkflowExecution, *types: str) -> list[Any]:
        return [event.attributes for event in self.events(execution) if event.type in types]

    def close(self) -> None:
        for stop in self.stops:
            stop()
        for thread in self.threads:
            thread.join(30)
        self.proxy.close()
        self.door.close()
        self.service.close()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with contextlib.closing(Crew(tmp_path)) as it:
        yield it


def test_an_answer_that_is_applied_though_its_reply_is_lost_leaves_the_run_warm(crew: Crew) -> None:
    """The repetition is refused; the next task shows that the answer counts."""
    crew.decider("a")
    crew.proxy.lose("RespondDecisionTaskCompleted", "answer", "answer", "answer")
    assert crew.outcome(crew.start(Sum, 6)) == 15
    assert len(crew.proxy.lost) == 3
    assert crew.proxy.passed["GetWorkflowExecutionHistory"] == 0


def test_an_answer_that_is_lost_on_its_way_is_sent_again(crew: Crew) -> None:
    crew.decider("a")
    crew.proxy.lose("RespondDecisionTaskCompleted", "request", "request")
    assert crew.outcome(crew.start(Sum, 6)) == 15
    assert crew.proxy.passed["GetWorkflowExecutionHistory"] == 0


def test_a_task_that_is_lost_on_its_way_to_the_decider_times_out_and_comes_again(crew: Crew) -> None:
    """The answer of the poll is lost: nobody knows of the task until its time is over."""
    crew.proxy.lose("PollForDecisionTask", "answer")
    execution = crew.start(Sum, 3)
    crew.decider("a")
    assert crew.outcome(execution) == 3
    if crew.of_type(execution, "DecisionTaskTimedOut"):
        assert crew.proxy.lost == [("PollForDecisionTask", "answer")]


def test_an_answer_that_comes_too_late_is_taken_back_by_a_cold_run(crew: Crew) -> None:
    """The decision times out while the workflow computes; what was decided then was never applied."""
    Slow.took.clear()
    crew.decider("a")
    execution = crew.start(Slow, 4)
    assert crew.outcome(execution) == 6
    timed_out = crew.of_type(execution, "DecisionTaskTimedOut")
    assert [str(each.timeout_type) for each in timed_out] == ["START_TO_CLOSE"]


def test_a_decider_that_is_gone_between_its_answer_and_the_next_poll_is_replaced(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The override reverts: the task waits on a list that nobody polls, then goes to the one that all poll."""
    monkeypatch.setattr(executors, "STICKY_TIMEOUT_S", "1")
    stop = crew.decider("a")
    execution = crew.start(Sum, 200)
    wait_until(lambda: crew.of_type(execution, "DecisionTaskCompleted"), "the first decision is made")
    stop()
    crew.decider("b")
    assert crew.outcome(execution) == 19_900
    timed_out = crew.of_type(execution, "DecisionTaskTimedOut")
    assert [str(each.timeout_type) for each in timed_out] == ["SCHEDULE_TO_START"]
    lists = [each.task_list.name for each in crew.of_type(execution, "DecisionTaskScheduled")]
    assert [name for name, before in zip(lists, ["", *lists], strict=False) if name != before] == [
        LIST,
        f"{LIST}-a",
        LIST,
        f"{LIST}-b",
    ]


def test_two_deciders_that_take_turns_catch_up_with_each_other(crew: Crew) -> None:
    """Each finds what the other has decided in the tail that it asks for, or reads the whole history."""
    both = [crew.executor(), crew.executor()]
    poll = o.PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name=LIST), reverse_order=True)
    execution = crew.start(Sum, 12)
    turns = 0
    while True:
        task = crew.client.call(poll)
        answer = both[turns // 2 % 2].answer(task, poll)
        crew.client.call(answer.request)
        turns += 1
        if answer.closes:
            break
    assert turns == 13
    assert crew.outcome(execution) == 66
    for each in both:
        each.close()


def test_a_decider_that_never_answered_is_no_loss(crew: Crew) -> None:
    """The answer was computed, and its decider died."""
    executor = crew.executor()
    poll = o.PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name=LIST))
    execution = crew.start(Sum, 3)
    executor.answer(crew.client.call(poll), poll)
    executor.close()
    crew.decider("b")
    assert crew.outcome(execution) == 3
    timed_out = crew.of_type(execution, "DecisionTaskTimedOut")
    assert [str(each.timeout_type) for each in timed_out] == ["START_TO_CLOSE"]


def test_one_bad_execution_does_not_stop_the_others(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    """Of a type nobody knows: it is told once, its task is left to a better decider."""
    from swf.protocol.operations import RegisterWorkflowType, StartWorkflowExecution
    from swf.protocol.values import ChildPolicy, WorkflowType

    crew.client.call(
        RegisterWorkflowType(
            domain=DOMAIN,
            name="stranger",
            version="1",
            default_task_list=TaskList(name=LIST),
            default_child_policy=ChildPolicy.TERMINATE,
            default_execution_start_to_close_timeout="60",
            default_task_start_to_close_timeout="1",
        )
    )
    stranger = WorkflowType(name="stranger", version="1")
    with caplog.at_level(logging.ERROR):
        crew.decider("a")
        run = crew.client.call(
            StartWorkflowExecution(domain=DOMAIN, workflow_id="stranger", workflow_type=stranger, input="not ours")
        )
        execution = WorkflowExecution(workflow_id="stranger", run_id=run.run_id or "")
        assert crew.outcome(crew.start(Sum, 5)) == 10
        wait_until(lambda: len(crew.of_type(execution, "DecisionTaskTimedOut")) == 2, "it has come again, twice")
    told = [record.getMessage() for record in caplog.records if "stranger" in record.getMessage()]
    assert len(told) == 1
    assert "this decider knows interrupting, other, slow, sum" in told[0]


def test_a_workflow_that_exits_fails_its_execution_and_nothing_else(crew: Crew) -> None:
    crew.decider("a")
    execution = crew.start(Other, 1)
    wait_until(lambda: crew.of_type(execution, "WorkflowExecutionFailed"), "it has failed")
    (failed,) = crew.of_type(execution, "WorkflowExecutionFailed")
    assert "no workflow does that" in failed.reason
    assert crew.outcome(crew.start(Sum, 5)) == 10


def test_a_workflow_that_interrupts_its_decider_is_told_of_and_stops_nothing_else(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    crew.decider("a")
    with caplog.at_level(logging.ERROR):
        crew.start(Interrupting, 1)
        assert crew.outcome(crew.start(Sum, 5)) == 10
        wait_until(lambda: "KeyboardInterrupt" in caplog.text, "it is told")


def test_an_input_that_is_not_ours_fails_the_execution_with_a_clear_reason(crew: Crew) -> None:
    from swf.protocol.operations import StartWorkflowExecution
    from swf.protocol.values import WorkflowType

    crew.decider("a")
    for number, foreign in enumerate(["no json", "[1, 2]", '{"kwargs": {"m": 1}}']):
        run = crew.client.call(
            StartWorkflowExecution(
                domain=DOMAIN,
                workflow_id=f"foreign-{number}",
                workflow_type=WorkflowType(name="sum", version="1"),
                task_list=TaskList(name=LIST),
                input=foreign,
            )
        )
        execution = WorkflowExecution(workflow_id=f"foreign-{number}", run_id=run.run_id or "")
        wait_until(lambda execution=execution: crew.of_type(execution, "WorkflowExecutionFailed"), "it has failed")
        (failed,) = crew.of_type(execution, "WorkflowExecutionFailed")
        assert re.match(r"Cannot replay the workflow: (TypeError|ValueMismatch)\(", failed.reason), failed.reason
