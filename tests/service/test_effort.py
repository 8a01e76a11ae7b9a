"""What work costs, in counts: calls, events, statements, commits, bytes. No clock says what they are, so they stay."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from simpleflow import Workflow, activity, format, futures
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.local.world import DOMAIN, World
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from swf.protocol import wire
from swf.protocol.operations import (
    DecisionTask,
    GetWorkflowExecutionHistory,
    PollForActivityTask,
    PollForDecisionTask,
    RespondActivityTaskCompleted,
    SignalWorkflowExecution,
)
from swf.protocol.values import TaskList, WorkflowExecution
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient
from swf.server.pending import Pending

LIST = TaskList(name="effort")


@activity.with_attributes(version="1", task_list="effort")
def increment(x: int) -> int:
    return x + 1


class Chain(Workflow):
    name, version, task_list = "effort-chain", "1", "effort"

    def run(self, n: int) -> int:
        x = 0
        for _ in range(n):
            x = self.submit(increment, x).result
        return x


class FanOut(Workflow):
    name, version, task_list = "effort-fan-out", "1", "effort"

    def run(self, n: int) -> int:
        return sum(futures.wait(*self.map(increment, range(n))))


class Steps:
    """A chain on a file, led by hand: a decision and an activity are a step."""

    def __init__(self, directory: Path) -> None:
        self.service = open_service(directory / "effort.db", clock=ManualClock())  # whose deadlines are nobody's work
        self.client = InProcessClient(self.service, poll_wait_s=0)
        setup.register(self.client, DOMAIN, Chain)
        input = format.encode({"args": [1_000_000], "kwargs": {}})
        self.execution: WorkflowExecution = setup.start(self.client, DOMAIN, Chain, "effort", input)
        self.executor = Executor(self.client, DOMAIN, [Chain])
        self._decide = PollForDecisionTask(domain=DOMAIN, task_list=LIST, start_at_previous_started_event=True)
        self._work = PollForActivityTask(domain=DOMAIN, task_list=LIST)
        self.take()

    def take(self) -> None:
        task: DecisionTask = self.client.call(self._decide)
        assert task.task_token is not None
        self.task = task

    def __call__(self, times: int = 1) -> None:
        for _ in range(times):
            self.client.call(self.executor.answer(self.task, self._decide).request)
            work = self.client.call(self._work)
            if work.task_token is not None:  # its type is registered by now
                self.client.call(RespondActivityTaskCompleted(task_token=work.task_token, result="1"))
            self.take()

    def to(self, event: int) -> None:
        """Signals that nobody waits for, until the history is so long; the next step shows them to the decider."""
        signal = SignalWorkflowExecution(domain=DOMAIN, workflow_id="effort", signal_name="unheard")
        left = event - self.task.started_event_id
        for first in range(0, left, 500):
            self.service.submit([Pending(signal) for _ in range(min(500, left - first))])


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Steps]:
    made = Steps(tmp_path)
    yield made
    made.executor.close()
    made.service.close()


def effort(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What ten steps take."""
    found: Counter[str] = Counter()
    encode, decode = wire.encode, wire.decode_events

    def encoded(value: Any) -> bytes:
        found["values encoded"] += 1
        data = encode(value)
        found["bytes encoded"] += len(data)
        return data

    def decoded(page: Any) -> Any:
        events = decode(page)
        found["events shown to the decider"] += len(events)
        return events

    def statement(cursor: Any, sql: str, bindings: Any) -> bool:
        found["statements"] += 1
        if sql.startswith("insert into events"):
            found["events written"] += 1
        return True

    def called(frame: FrameType, kind: str, argument: Any) -> None:
        if kind == "call":
            found["calls"] += 1

    database = steps.service.database
    before = database.commits, database.syncs
    with monkeypatch.context() as patch:
        patch.setattr(wire, "encode", encoded)
        patch.setattr(wire, "decode_events", decoded)
        database.connection.exec_trace = statement
        sys.setprofile(called)
        try:
            steps(10)
        finally:
            sys.setprofile(None)
            database.connection.exec_trace = None
    found["commits"], found["syncs"] = database.commits - before[0], database.syncs - before[1]
    return found


def test_a_step_at_event_20_000_takes_what_it_takes_at_event_200(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events, statements, commits and syncs to the number; calls and bytes but for longer ids."""
    steps(33)
    early = effort(steps, monkeypatch)
    steps.to(20_000)
    steps(2)
    late = effort(steps, monkeypatch)

    for name in ("events shown to the decider", "events written", "statements", "commits", "syncs", "values encoded"):
        assert late[name] == early[name], name
    assert late["bytes encoded"] <= early["bytes encoded"] * 1.05
    assert late["calls"] <= early["calls"] * 1.02


def test_what_a_step_may_take(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here, so each of the four calls is a commit; of those, starts of decisions wait for no sync.

    Whoever needs more than this says in the commit what it buys.
    """
    steps(10)
    found = effort(steps, monkeypatch)

    assert found["events written"] == 60
    assert found["events shown to the decider"] == 70, "six new ones, and the start that the run has seen"
    assert (found["commits"], found["syncs"]) == (40, 30)
    assert found["statements"] <= 180
    assert found["values encoded"] <= 70, "six events and one decision"
    assert found["bytes encoded"] <= 19_000
    assert found["calls"] <= 9_000


def test_running_an_activity_takes_few_calls() -> None:
    job = Job(
        activity_id="activity-1",
        name=f"{__name__}.increment",
        input=format.encode({"args": [1], "kwargs": {}, "meta": {"simpleflow": {"attempt": 1}}}),
    )
    store = ValueStore()
    calls = 0

    def called(frame: FrameType, kind: str, argument: Any) -> None:
        nonlocal calls
        calls += kind == "call"

    assert run_activity(job, store).result == "2"
    sys.setprofile(called)
    try:
        run_activity(job, store)
    finally:
        sys.setprofile(None)

    assert calls <= 90


def decisions_of(workflow: type[Workflow], n: int) -> int:
    """How many decisions local mode takes for it."""
    world = World(task_list="effort")
    try:
        world.add(workflow)
        execution = setup.start(world.client, DOMAIN, workflow, "effort", format.encode({"args": [n], "kwargs": {}}))
        closed = world.finish(execution)
        assert setup.result_of(world.client, DOMAIN, closed, world.store) is not None
        request = GetWorkflowExecutionHistory(domain=DOMAIN, execution=closed)
        return bytes(world.client.call(request).events).count(b'"DecisionTaskCompleted"')
    finally:
        world.close()


def test_local_mode_decides_when_something_comes_of_it() -> None:
    """99 activities in a decision at most, one with the first result, one when all have ended. None to register."""
    assert decisions_of(FanOut, 90) == 3
    assert decisions_of(Chain, 20) >= 20, "each result lets the workflow go on"


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("simpleflow.cli", ("click", "msgspec", "simpleflow.workflow")),
        ("simpleflow.cli.app", ("msgspec", "simpleflow.workflow", "logging.config", "socket")),
        ("simpleflow.swf.process.poller", ("botocore", "uvicorn", "swf.server.service")),
        ("simpleflow.swf.process.child", ("botocore", "greenlet", "swf.server")),
    ],
)
def test_what_starts_often_imports_little(module: str, spared: tuple[str, ...]) -> None:
    """It would take time at each start, and memory in each process."""
    code = f"import sys, {module}; print(*[each for each in {spared!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
