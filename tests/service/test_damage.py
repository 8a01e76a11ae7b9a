"""A history that is damaged in the file harms no other execution, and the check says where it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.events import (
    ActivityTaskScheduled,
    SignalExternalWorkflowExecutionFailed,
    StartChildWorkflowExecutionFailed,
    TimerFired,
)
from swf.protocol.faults import InternalFailure
from swf.protocol.values import TaskList
from swf.server import CannotOpen, open_service
from swf.server.__main__ import main
from swf.server.check import check_file
from swf.server.inprocess import InProcessClient
from tests.service.flow import DOMAIN, LIST, Flow, schedule, start_child, start_timer

CUT = "update events set body = substr(body, 1, 30) where execution = 1 and id = 2"
NO_TEXT = "update events set body = cast(x'ff' || body as blob) where execution = 1 and id = 2"
NO_DURATION = (
    "update events set body = cast(replace(cast(body as text), '\"3600\"', '\"x\"') as blob)"
    " where execution = 1 and id = 1"
)
NO_START = "delete from events where execution = 1 and id = 1"
NO_EVENTS = "delete from events where execution = 1"
TWICE = (
    "insert into events (execution, id, body) select 1, (select max(id) + 1 from events where execution = 1),"
    " body from events where execution = 1 and id = 1"
)
DAMAGES = pytest.mark.parametrize(
    "damage", [CUT, NO_TEXT, NO_DURATION, NO_START, NO_EVENTS, TWICE], ids=lambda damage: damage[:60]
)


def with_two(path: Path) -> tuple[Flow, Flow]:
    """Two executions with a timer, an activity and a decision task each."""
    first = Flow(str(path))
    first.start()
    first.decide(start_timer("t", 5), schedule("a"))
    first.signal()
    second = first.beside("order-1")
    second.workflow_id = "order-2"
    second.start(task_list=TaskList(name="others"))
    second.task_list = TaskList(name="others")
    second.decide(start_timer("t", 5), schedule("b"))
    second.signal()
    return first, second


def damaged(flow: Flow, *statements: str) -> Flow:
    """The flow on its file again, in which the statements have run. Its views are compared no more."""
    flow.service.close()
    connection = apsw.Connection(str(flow.path))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    flow.open()
    flow.check = lambda: None  # type: ignore[method-assign]
    return flow


def together(one: Flow, other: Flow) -> None:
    """The other execution is looked at through the service of the first."""
    other.service, other.client = one.service, one.client
    other.check = lambda: None  # type: ignore[method-assign]


@DAMAGES
def test_deadlines_of_others_strike(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first, damage), second)
    for _ in range(3):
        second.pass_time(5)
    assert len(second.all_of(TimerFired)) == 1
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert lines == ["execution set aside row=1: its history cannot be used"]
    next_wake = first.service.next_wake()
    assert next_wake is not None
    assert next_wake > first.clock.now(), "the damaged execution keeps nobody awake"
    first.service.close()


@DAMAGES
def test_a_call_about_it_fails_and_those_beside_it_do_not(tmp_path: Path, damage: str) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first, damage), second)
    first.clock.advance(5)
    failed, sound = first.client.call_together(
        o.DescribeWorkflowExecution(domain=DOMAIN, execution=first.name),
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-2", signal_name="x"),
    )
    assert sound is None
    if damage is not NO_DURATION:  # which is looked at when something is due
        assert isinstance(failed, InternalFailure)
    failed, sound = first.client.call_together(
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="x"),
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-2", signal_name="x"),
    )
    assert isinstance(failed, InternalFailure)
    assert "the history of execution 1 is damaged" in failed.message
    assert sound is None
    first.service.close()


@DAMAGES
def test_polls_get_the_tasks_of_others(tmp_path: Path, damage: str) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first, damage), second)
    first.clock.advance(5)
    assert first.take().activity_id == "b"
    assert first.take().activity_id is None
    assert first.poll_decision().task_token is None
    assert second.poll_decision().task_token is not None
    first.service.close()


def test_a_poller_that_waits_is_kept_when_a_history_breaks_in_the_midst_of_a_round(tmp_path: Path) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first, NO_DURATION), second)
    for _ in range(2):
        first.take()
    client = InProcessClient(first.service, poll_wait_s=30)
    tasks: list[o.ActivityTask] = []
    poller = threading.Thread(
        target=lambda: tasks.append(client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST)))
    )
    poller.start()
    second.decide(schedule("c"))
    first.pass_time(5)
    poller.join(30)
    assert tasks[0].activity_id == "c"
    first.service.close()


def test_what_others_send_to_it_finds_nobody(tmp_path: Path) -> None:
    """Its workflow id stays taken."""
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first, CUT), second)
    second.decide(
        d.SignalExternalWorkflowExecution(workflow_id="order-1", signal_name="x"),
        start_child("order-1"),
    )
    assert len(second.all_of(SignalExternalWorkflowExecutionFailed)) == 1
    assert len(second.all_of(StartChildWorkflowExecutionFailed)) == 1
    first.service.close()


def test_a_child_of_it_can_close(tmp_path: Path) -> None:
    flow = Flow(str(tmp_path / "x.db"))
    flow.start()
    flow.decide(start_child("child"))
    child = flow.beside("child")
    together(damaged(flow, CUT), child)
    child.decide(d.CompleteWorkflowExecution())
    assert child.status == "COMPLETED"
    flow.service.close()


def test_a_rule_that_breaks_in_the_midst_of_a_round_sets_one_execution_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first), second)
    from swf.server.service import round

    expire = round.expire

    def fail(turn: round.Turn, until: float) -> float | None:
        following = expire(turn, until)
        assert turn.name.workflow_id != "order-1"
        return following

    monkeypatch.setattr(round, "expire", fail)
    second.pass_time(5)
    assert len(second.all_of(TimerFired)) == 1
    first.reopen()
    monkeypatch.undo()
    del first.check
    first.pass_time(1)
    assert len(first.all_of(TimerFired)) == 1, "nothing of the failed round was kept"
    first.service.close()


def test_many_damaged_histories_keep_no_place_of_a_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.service.deadlines.EXPIRE_AT_ONCE", 2)
    flow = Flow(str(tmp_path / "x.db"))
    for number in range(8):
        flow.start(workflow_id=f"w{number}", execution_start_to_close_timeout="5")
    damaged(flow, "delete from events where execution < 8 and id = 1").pass_time(5)
    assert flow.beside("w7", is_open=False).status == "TIMED_OUT"
    flow.service.close()


def test_a_closed_execution_with_a_damaged_history_is_forgotten(tmp_path: Path) -> None:
    flow = Flow(str(tmp_path / "x.db"))
    flow.start()
    flow.terminate()
    damaged(flow, CUT)
    with pytest.raises(InternalFailure):
        flow.describe()
    flow.pass_time(31 * 86_400)
    assert flow.service.database.connection.execute("select count(*) from events").get == 0
    flow.service.close()


def test_damaged_pages_of_one_history_harm_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = with_two(tmp_path / "x.db")
    together(damaged(first), second)
    bodies: Callable[..., list[bytes]] = type(first.service.histories).bodies

    def unreadable(self: object, row: int, *arguments: int, **more: int) -> list[bytes]:
        if row == 1:
            raise apsw.CorruptError("database disk image is malformed")
        return bodies(self, row, *arguments, **more)

    monkeypatch.setattr("swf.server.store.histories.Histories.bodies", unreadable)
    second.pass_time(5)
    assert len(second.all_of(TimerFired)) == 1
    assert len(second.all_of(ActivityTaskScheduled)) == 1
    first.service.close()


CHECKED = [
    (CUT, "execution 1: its history does not fold"),
    (NO_TEXT, "execution 1: its history does not fold"),
    (NO_DURATION, "execution 1 (order-1 "),
    (NO_START, "execution 1: its history does not fold"),
    (NO_EVENTS, "execution 1: its history does not fold"),
    (TWICE, "execution 1: its history does not fold"),
    ("update workflow_types set detail = cast('no JSON' as blob)", "workflow type order 1: its description"),
    ("update activity_types set detail = cast(x'ff' as blob)", "activity type charge 1: its description"),
    ("update activity_types set status = 'DEPRECATED'", "activity type charge 1: listed as DEPRECATED"),
    ("delete from domains", "execution 1: its domain 1 does not exist"),
    ("delete from domains", "task_lists: rows of domain 1, which does not exist"),
]


@pytest.mark.parametrize(("damage", "told"), CHECKED, ids=lambda text: text[:60])
def test_the_check_tells_of_it_and_looks_at_the_rest(
    tmp_path: Path, damage: str, told: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = with_two(tmp_path / "x.db")
    damaged(first, damage, "update executions set cancel_requested = 1 where id = 2").service.close()
    caplog.clear()
    assert main(["--check", str(tmp_path / "x.db")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(told)], lines
    assert [line for line in lines if line.startswith("execution 2 (order-2")], "the rest was looked at"
    assert caplog.records == []


def test_the_check_goes_on_from_a_parent_that_cannot_be_read(tmp_path: Path) -> None:
    flow = Flow(str(tmp_path / "x.db"))
    flow.start()
    flow.decide(start_child("child"))
    damaged(flow, CUT).service.close()
    (problem,) = [each for each in check_file(tmp_path / "x.db").problems if not each.startswith("tasks:")]
    assert problem.startswith("execution 1: its history does not fold")


@pytest.mark.parametrize("table", ["executions", "events", "tasks", "domains", "workflow_types", "wake_ups"])
def test_the_check_survives_damaged_pages(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.db"
    first, _ = with_two(path)
    first.service.close()
    connection = apsw.Connection(str(path))
    page = connection.execute("select rootpage from sqlite_schema where name = ?", (table,)).get
    connection.close()
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert main(["--check", str(path)]) == 1
    assert "problems" in capsys.readouterr().out


def test_a_file_with_damaged_pages_is_opened_or_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    first, _ = with_two(path)
    first.service.close()
    connection = apsw.Connection(str(path))
    page = connection.execute("select rootpage from sqlite_schema where name = 'executions'").get
    connection.close()
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(CannotOpen, match="malformed; look at it with --check"):
        open_service(path)
