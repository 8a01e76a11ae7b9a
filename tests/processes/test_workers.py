"""What can befall a worker: a cancel, a deadline, a lost answer, a stubborn activity, a name that is none of ours.

Workers run in threads here, their children are real processes; whole workers are killed in test_fleet.py.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simpleflow.swf.process.worker import Worker
from swf.clients import KeepAliveClient, RetryingClient
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import TypeAlreadyExistsFault
from swf.protocol.values import ActivityType, TaskList, WorkflowExecution
from tests.processes.fleet import history, is_alive, wait_until
from tests.wire.doors import DOMAIN, LIST, Served, served
from tests.wire.proxy import Proxy

MODULE = "tests.processes.chores"


@dataclass
class Shift:
    """A service, a proxy, a worker in a thread, and a hand that decides."""

    door: Served
    proxy: Proxy = field(init=False)
    execution: WorkflowExecution = field(init=False)

    def __post_init__(self) -> None:
        self.proxy = Proxy(self.door.door.url)
        self.client = KeepAliveClient(self.door.door.url)
        self.polls = RetryingClient(KeepAliveClient(self.proxy.url))
        self.worker = Worker(self.polls, DOMAIN, LIST.name, [MODULE], beat_s=0.2)
        self.thread = threading.Thread(target=self.worker.run, daemon=True)
        self.thread.start()
        self.execution = WorkflowExecution(workflow_id="order-1", run_id=self.door.start())

    def schedule(self, name: str, *args: Any, id: str = "a", start_to_close: str = "60") -> None:
        """Schedules an activity as our decider does."""
        with contextlib.suppress(TypeAlreadyExistsFault):
            self.client.call(o.RegisterActivityType(domain=DOMAIN, name=name, version="1"))
        limits = {"start_to_close": start_to_close, "heartbeat": "NONE"}
        self.decide(
            d.ScheduleActivityTask(
                activity_type=ActivityType(name=name, version="1"),
                activity_id=id,
                task_list=LIST,
                input=json.dumps({"args": args, "kwargs": {}, "meta": {"simpleflow": limits}}),
                start_to_close_timeout=start_to_close,
                schedule_to_start_timeout="NONE",
                schedule_to_close_timeout="NONE",
                heartbeat_timeout="NONE",
            )
        )

    def decide(self, *decisions: Any) -> None:
        task = self.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        self.client.call(
            o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(map(decision, decisions)))
        )

    def events(self, *types: str) -> list[HistoryEvent]:
        return [event for event in history(self.client, DOMAIN, self.execution) if event.type in types]

    def closed(self) -> Any:
        """What became of the activity, as soon as it is known."""
        ends = ("ActivityTaskCompleted", "ActivityTaskFailed", "ActivityTaskCanceled", "ActivityTaskTimedOut")
        (event,) = wait_until(lambda: self.events(*ends), "the activity is closed")
        return event

    def close(self) -> None:
        self.worker.stop()
        self.polls.stop_polling()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.proxy.close()


@pytest.fixture
def shift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shift]:
    monkeypatch.setenv("CHORES", str(tmp_path))
    with served(tmp_path / "shift.db") as door, contextlib.closing(Shift(door)) as it:
        yield it


def pid_in(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text(), "the activity runs")
    return int(path.read_text())


def test_an_activity_that_is_asked_to_cancel_is_ended_and_acknowledged(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.sleep", 60)
    child = pid_in(tmp_path / "pid")
    shift.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="wake"))
    shift.decide(d.RequestCancelActivityTask(activity_id="a"))
    assert shift.closed().type == "ActivityTaskCanceled"
    wait_until(lambda: not is_alive(child), "the child has ended")


def test_an_activity_that_does_not_listen_is_killed(
    shift: Shift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First SIGTERM, then SIGKILL, for what it has started too."""
    from simpleflow import settings

    monkeypatch.setattr(settings, "ACTIVITY_SIGTERM_WAIT_SEC", 0.3, raising=False)
    shift.schedule("chores.stubborn")
    child, grandchild = pid_in(tmp_path / "pid"), pid_in(tmp_path / "grandchild")
    shift.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="wake"))
    shift.decide(d.RequestCancelActivityTask(activity_id="a"))
    assert shift.closed().type == "ActivityTaskCanceled"
    wait_until(lambda: not is_alive(child) and not is_alive(grandchild), "both have ended")


def test_an_activity_is_ended_at_its_start_to_close_timeout(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.sleep", 60, start_to_close="1")
    child = pid_in(tmp_path / "pid")
    assert str(shift.closed().attributes.timeout_type) == "START_TO_CLOSE"
    wait_until(lambda: not is_alive(child), "the child has ended")


def test_the_child_of_a_terminated_execution_is_ended_at_the_next_heartbeat(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.sleep", 60)
    child = pid_in(tmp_path / "pid")
    shift.client.call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id="order-1"))
    wait_until(lambda: not is_alive(child), "the child has ended")


def test_a_result_is_sent_until_it_is_accepted(shift: Shift) -> None:
    shift.proxy.lose("RespondActivityTaskCompleted", "request", "request", "request")
    shift.schedule("chores.add", 1, 2)
    assert shift.closed().attributes.result == "3"
    assert len(shift.proxy.lost) == 3


def test_a_result_whose_acceptance_was_lost_counts_once(shift: Shift, caplog: pytest.LogCaptureFixture) -> None:
    shift.proxy.lose("RespondActivityTaskCompleted", "answer")
    with caplog.at_level(logging.WARNING):
        shift.schedule("chores.add", 1, 2)
        assert shift.closed().attributes.result == "3"
        wait_until(lambda: "answer came too late" in caplog.text, "the repetition is refused")
    shift.schedule("chores.add", 3, 4, id="b")
    wait_until(lambda: len(shift.events("ActivityTaskCompleted")) == 2, "the worker goes on")


def test_lost_heartbeats_do_not_end_an_activity(shift: Shift) -> None:
    shift.proxy.lose("RecordActivityTaskHeartbeat", "request", "answer", "request")
    shift.schedule("chores.sleep", 1.5)
    assert shift.closed().type == "ActivityTaskCompleted"
    assert len(shift.proxy.lost) == 3


def test_a_dead_child_is_a_failed_attempt_and_the_next_activity_gets_a_new_one(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.sleep", 60)
    child = pid_in(tmp_path / "pid")
    os.kill(child, signal.SIGKILL)
    assert shift.closed().attributes.reason == f"process {child} died: signal SIGKILL"
    shift.schedule("chores.add", 1, 1, id="b")
    wait_until(lambda: shift.events("ActivityTaskCompleted"), "the worker goes on")


@pytest.mark.parametrize("name", ["nobody.knows.it", "os.system", "add", "chores.missing"])
def test_a_name_that_is_no_activity_here_fails_its_task(shift: Shift, name: str) -> None:
    """Only what was registered or lies below the working directory can be called by name."""
    shift.schedule(name, "touch /tmp/never")
    failed = shift.closed()
    assert failed.type == "ActivityTaskFailed"
    assert name in failed.attributes.reason
    assert shift.thread.is_alive()


@pytest.mark.parametrize("input", ["not json", "[1, 2", "17"])
def test_an_input_that_is_not_ours_fails_its_task(shift: Shift, input: str) -> None:
    shift.client.call(o.RegisterActivityType(domain=DOMAIN, name="chores.add", version="1"))
    shift.decide(
        d.ScheduleActivityTask(
            activity_type=ActivityType(name="chores.add", version="1"),
            activity_id="a",
            task_list=TaskList(name=LIST.name),
            input=input,
            **dict.fromkeys(("start_to_close_timeout", "schedule_to_start_timeout", "schedule_to_close_timeout"), "60"),
            heartbeat_timeout="NONE",
        )
    )
    failed = shift.closed()
    assert failed.type == "ActivityTaskFailed"
    assert failed.attributes.reason
    assert shift.thread.is_alive()


def test_a_gateway_that_is_broken_does_not_fail_what_was_done(shift: Shift) -> None:
    shift.proxy.lose("RespondActivityTaskCompleted", "broken", "broken")
    shift.schedule("chores.add", 1, 2)
    assert shift.closed().attributes.result == "3"
    assert shift.events("ActivityTaskFailed") == []


def test_a_service_that_does_not_answer_does_not_stop_the_clock_of_an_activity(shift: Shift, tmp_path: Path) -> None:
    """Its start-to-close timeout is over: another worker may have the task already."""
    shift.schedule("chores.sleep", 60, start_to_close="2")
    child = pid_in(tmp_path / "pid")
    shift.proxy.passes.clear()
    wait_until(lambda: not is_alive(child), "the child has ended", seconds=10)
    assert not shift.proxy.passes.is_set()
    shift.proxy.passes.set()


def test_a_copy_that_an_activity_has_made_of_its_process_cannot_answer(shift: Shift) -> None:
    """Its answers would be taken for those of the activities that follow."""
    shift.schedule("chores.fork_and_return")
    shift.closed()
    for number in range(4):
        shift.schedule("chores.add", number, 0, id=f"add-{number}")
        wait_until(lambda number=number: len(shift.events("ActivityTaskCompleted")) == number + 2, "it is completed")
    results = [event.attributes.result for event in shift.events("ActivityTaskCompleted")]
    assert results == ['"once"', "0", "1", "2", "3"]


def test_an_activity_starts_in_the_working_directory_of_its_worker(shift: Shift) -> None:
    """Wherever those before it have gone: they share a process."""
    for number in range(2):
        shift.schedule("chores.move", "/", id=f"move-{number}")
        wait_until(lambda number=number: len(shift.events("ActivityTaskCompleted")) == number + 1, "it is completed")
    results = [event.attributes.result for event in shift.events("ActivityTaskCompleted")]
    assert results == [json.dumps(os.getcwd())] * 2


def test_told_to_stop_it_finishes_what_it_has(shift: Shift) -> None:
    shift.schedule("chores.sleep", 1.0)
    wait_until(lambda: shift.events("ActivityTaskStarted"), "the activity runs")
    shift.worker.stop()
    shift.polls.stop_polling()
    began = time.monotonic()
    shift.thread.join(30)
    assert time.monotonic() - began < 20
    assert shift.closed().type == "ActivityTaskCompleted"
