"""How many activities a worker runs at once, where, and for how long it keeps a child. Real workers, and a hand that
decides."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simpleflow.swf.process.hands import Isolation
from simpleflow.swf.process.worker import Worker
from swf.clients import KeepAliveClient, RetryingClient
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import TypeAlreadyExistsFault
from swf.protocol.values import ActivityType, WorkflowExecution
from tests.processes.command import begin, simpleflow
from tests.processes.fleet import history, parent_of, wait_until
from tests.wire.doors import DOMAIN, LIST, Served, served

ENDS = ("ActivityTaskCompleted", "ActivityTaskFailed", "ActivityTaskCanceled", "ActivityTaskTimedOut")


@dataclass
class Yard:
    """A service, and an execution whose decisions the test makes."""

    door: Served
    directory: Path
    execution: WorkflowExecution = field(init=False)
    workers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = KeepAliveClient(self.door.door.url)
        self.execution = WorkflowExecution(workflow_id="order-1", run_id=self.door.start())

    def hire(self, *options: str) -> Any:
        """Starts a worker with one process."""
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
        named = ("-t", LIST.name, "-N", "1", "--import", "tests.processes.gang")
        where = ("--endpoint-url", self.door.door.url, "--domain", DOMAIN)
        worker = begin(self.directory, "worker.start", *where, *named, *options, **keys)
        self.workers.append(worker)
        return worker

    def schedule(self, *tasks: tuple[str, tuple[Any, ...]], start_to_close: str = "60") -> None:
        """Schedules activities at once, with the ids ``a0``, ``a1``..., after those that were there."""
        before = len(self.events("ActivityTaskScheduled"))
        for name, _ in tasks:
            try:
                self.client.call(o.RegisterActivityType(domain=DOMAIN, name=name, version="1"))
            except TypeAlreadyExistsFault:
                pass
        self.decide(
            *(
                d.ScheduleActivityTask(
                    activity_type=ActivityType(name=name, version="1"),
                    activity_id=f"a{before + number}",
                    task_list=LIST,
                    input=json.dumps({"args": args, "meta": {"simpleflow": {"start_to_close": start_to_close}}}),
                    start_to_close_timeout=start_to_close,
                    schedule_to_start_timeout="NONE",
                    schedule_to_close_timeout="NONE",
                    heartbeat_timeout="NONE",
                )
                for number, (name, args) in enumerate(tasks)
            )
        )

    def decide(self, *decisions: Any) -> None:
        task = self.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        self.client.call(
            o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(map(decision, decisions)))
        )

    def cancel(self, activity_id: str) -> None:
        self.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="wake"))
        self.decide(d.RequestCancelActivityTask(activity_id=activity_id))

    def events(self, *types: str) -> list[HistoryEvent]:
        return [event for event in history(self.client, DOMAIN, self.execution) if event.type in types]

    def ended(self, count: int = 1) -> list[Any]:
        """How so many activities ended, in the order of that."""
        return wait_until(  # type: ignore[no-any-return]
            lambda: len(found := self.events(*ENDS)) == count and found, f"{count} activities have ended"
        )

    def results(self, count: int) -> list[Any]:
        return [json.loads(event.attributes.result) for event in self.ended(count)]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with served(tmp_path / "yard.db") as door:
        it = Yard(door, tmp_path)
        try:
            yield it
        finally:
            for worker in it.workers:
                worker.terminate()
            for worker in it.workers:
                worker.communicate()


def test_a_process_runs_as_many_activities_at_once_as_it_is_told(yard: Yard) -> None:
    worker = yard.hire("--concurrency", "3")
    place = yard.directory / "place"
    place.mkdir()
    yard.schedule(*(("gang.meet", (str(place), str(number), 3)) for number in range(3)))
    pids = [pid for pid, _ in yard.results(3)]
    assert len(set(pids)) == 3, "each in a child of its own"
    pollers = {parent_of(pid) for pid in pids}
    assert [parent_of(pid) for pid in pollers] == [worker.pid]


def test_activities_run_in_threads_of_the_worker_itself(yard: Yard) -> None:
    """No two of them see each other's context, and what they print is no output of the command."""
    worker = yard.hire("--concurrency", "3", "--isolation", "thread")
    place = yard.directory / "place"
    place.mkdir()
    yard.schedule(*(("gang.meet", (str(place), str(number), 3)) for number in range(3)))
    where = yard.results(3)
    assert {parent_of(pid) for pid, _ in where} == {worker.pid}
    assert len({thread for _, thread in where}) == 3
    yard.schedule(("gang.prints", ()), ("gang.contexts", ()), ("gang.contexts", ()))
    assert sorted(filter(None, yard.results(6)[3:])) == [["a4", "a4"], ["a5", "a5"]]
    worker.terminate()
    out, errors = worker.communicate()
    assert (worker.returncode, out) == (0, "")
    assert "a line of an activity" in errors


def test_a_child_is_replaced_when_it_has_run_so_many_activities(yard: Yard) -> None:
    yard.hire("--max-tasks-per-child", "2")
    yard.schedule(*[("gang.where", ())] * 5)
    pids = [pid for pid, _ in yard.results(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4] != pids[0]


def test_a_child_that_takes_too_much_memory_finishes_and_is_replaced(yard: Yard) -> None:
    worker = yard.hire("--max-memory-per-child", "200")
    yard.schedule(("gang.hoard", (1,)), ("gang.hoard", (200,)), ("gang.hoard", (1,)), ("gang.hoard", (1,)))
    pids = yard.results(4)
    assert pids[0] == pids[1] != pids[2] == pids[3]
    worker.terminate()
    assert f"child process {pids[0]} replaced: it takes" in worker.communicate()[1]


def test_standalone_takes_the_same_options(tmp_path: Path) -> None:
    """Its output stays that of the workflow."""
    flow = ("standalone", "tests.processes.flows.Add", "--input", "[1]")
    for options in (("--isolation", "thread"), ("--max-tasks-per-child", "1", "--max-memory-per-child", "500")):
        done = simpleflow(tmp_path, *flow, "-W", "1", *options)
        assert done.stdout.splitlines()[1:] == ["1 + 2 = 3", "3"], done.stderr
        assert "this is no part of the output" in done.stderr
    assert "replaced: it has run 1 activities" in done.stderr


# What cannot be ended


@dataclass
class Threaded:
    """A worker in this process, whose activities run in a thread of it."""

    yard: Yard

    def __post_init__(self) -> None:
        self.polls = RetryingClient(KeepAliveClient(self.yard.door.door.url))
        self.worker = Worker(
            self.polls, DOMAIN, LIST.name, ["tests.processes.chores"], beat_s=0.1, isolation=Isolation(kind="thread")
        )
        self.thread = threading.Thread(target=self.worker.run, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.worker.stop()
        self.polls.stop_polling()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def threaded(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Threaded]:
    monkeypatch.setenv("CHORES", str(tmp_path))
    it = Threaded(yard)
    try:
        yield it
    finally:
        it.close()


def test_an_activity_in_a_thread_that_gives_signs_of_life_can_be_canceled(threaded: Threaded, tmp_path: Path) -> None:
    threaded.yard.schedule(("chores.listens", ()))
    wait_until((tmp_path / "pid").exists, "it runs")
    threaded.yard.cancel("a0")
    (canceled,) = threaded.yard.ended()
    assert (canceled.type, canceled.attributes.details) == ("ActivityTaskCanceled", '{"left":"tidy"}')


def test_an_activity_in_a_thread_that_gives_no_sign_of_life_ends_by_itself(threaded: Threaded, tmp_path: Path) -> None:
    """Nothing says that it was canceled while it goes on."""
    threaded.yard.schedule(("chores.sleep", (1.0,)))
    wait_until((tmp_path / "pid").exists, "it runs")
    threaded.yard.cancel("a0")
    assert threaded.yard.ended()[0].type == "ActivityTaskCompleted"


def test_an_activity_in_a_thread_whose_time_is_over_is_told_and_the_worker_goes_on(
    threaded: Threaded, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        threaded.yard.schedule(("chores.listens", ()), start_to_close="1")
        wait_until((tmp_path / "tidied").exists, "it was told at its next sign of life")
    assert "activity cannot be ended, it runs in a thread, its time is over id=a0 seconds=1" in caplog.text
    assert threaded.yard.ended()[0].attributes.timeout_type == "START_TO_CLOSE"
    threaded.yard.schedule(("chores.add", (1, 2)))
    assert threaded.yard.ended(2)[1].attributes.result == "3"


def test_what_a_worker_cannot_wait_for_in_a_thread_is_a_failed_attempt(threaded: Threaded, tmp_path: Path) -> None:
    threaded.yard.schedule(("chores.sleep", (3.0,)))
    wait_until((tmp_path / "pid").exists, "it runs")
    assert int((tmp_path / "pid").read_text()) == os.getpid()
    threaded.worker.kill()
    threaded.polls.stop_polling()
    assert threaded.yard.ended()[0].attributes.reason == "its worker was stopped and could not wait for it"
