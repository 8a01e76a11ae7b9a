"""What was answered is on disk; what could not be written was not done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.faults import InternalFailure, UnknownResourceFault
from swf.protocol.values import CloseStatus, WorkflowExecution, WorkflowType
from swf.protocol.wire import decode_events
from swf.server import FileOwned, ManualClock, NotADatabase, open_reader, open_service
from swf.server.check import problems
from swf.server.inprocess import InProcessClient
from swf.server.machine.turn import Turn
from swf.server.pending import Pending
from swf.server.store.database import Database
from tests.service.flow import DOMAIN, LIST, Flow, schedule, start_timer


def test_everything_is_there_after_a_restart(durable_flow: Flow) -> None:
    """Waiting tasks in their order, started tasks with good tokens, deadlines, heartbeats."""
    flow = durable_flow
    flow.start(tag_list=("x",))
    flow.decide(schedule("a"), schedule("b"), schedule("c", task_priority="1"), start_timer("t", 20))
    flow.take()
    flow.take(identity="worker")
    flow.beat("a", "half")
    before = flow.events()
    flow.reopen()

    assert flow.events() == before
    assert flow.take().activity_id == "b"
    flow.complete("a", "done")
    flow.complete("c")
    flow.pass_time(20)
    assert flow.poll_decision().task_token is not None
    assert list(problems(flow.service)) == []


def test_a_decision_task_taken_before_a_restart_can_be_answered_after_it(durable_flow: Flow) -> None:
    flow = durable_flow
    flow.start()
    flow.poll_decision()
    flow.reopen()
    flow.answer(d.CompleteWorkflowExecution(result="1"))
    assert flow.describe().execution_info.close_status is CloseStatus.COMPLETED


def test_activity_clocks_wait_for_a_server_that_is_down_and_timers_do_not(durable_flow: Flow) -> None:
    """Nobody could heartbeat or take a task meanwhile; a timer promises a time."""
    flow = durable_flow
    flow.start()
    flow.decide(schedule("a", heartbeat_timeout="5"), start_timer("t", 10))
    flow.take()
    flow.service.close()
    flow.clock.advance(1000)
    flow.open()
    flow.seen = len(flow.events())
    flow.service.tick()
    assert [type.__name__ for type in flow.news()] == ["TimerFired", "DecisionTaskScheduled"]
    assert flow.beat("a") is False
    flow.pass_time(5)
    assert "ActivityTaskTimedOut" in [type.__name__ for type in flow.news()]


def test_a_successor_gets_the_tokens_of_tasks_its_predecessor_held(durable_flow: Flow) -> None:
    flow = durable_flow
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.take(identity="dead")
    flow.signal()
    flow.poll_decision(identity="dead")
    flow.reopen()
    decision, activity = flow.service.started_tasks(DOMAIN, "order-1")
    assert (decision.kind, decision.identity) == ("decision", "dead")
    assert (activity.kind, activity.activity_id, activity.identity) == ("activity", "a", "dead")
    flow.call(o.RespondActivityTaskFailed(task_token=activity.task_token, reason="process died"))
    flow.call(o.RespondDecisionTaskCompleted(task_token=decision.task_token))
    assert flow.service.started_tasks(DOMAIN, "nobody") == []


def test_a_task_that_comes_in_the_round_of_the_first_poll_of_its_list_is_found(durable_flow: Flow) -> None:
    """The list is read from the file, which does not hold what the same round is about to write."""
    flow = durable_flow
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.reopen()
    assert flow.decision_token is not None
    response, task = flow.client.call_together(
        o.RespondDecisionTaskCompleted(task_token=flow.decision_token),
        o.PollForDecisionTask(domain=DOMAIN, task_list=LIST),
    )
    assert response is None
    assert task.task_token is not None


def test_a_failed_write_fails_every_call_and_leaves_no_trace(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = durable_flow
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.take()
    before = flow.events()
    poll = o.PollForActivityTask(domain=DOMAIN, task_list=LIST)
    full = apsw.FullError("database or disk is full")

    def refuse(*arguments: Any) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", refuse)
        answers = flow.client.call_together(o.RespondActivityTaskCompleted(task_token=flow.activity_tokens["a"]), poll)
    assert [type(answer) for answer in answers] == [InternalFailure, InternalFailure]
    assert "disk is full" in str(answers[0])
    assert flow.events() == before
    flow.pass_time(1)
    flow.complete("a")
    assert flow.take().activity_id == "b"


def test_a_poller_that_was_served_by_a_failed_write_waits_on(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = durable_flow
    flow.start()
    flow.poll_decision()
    client = InProcessClient(flow.service, poll_wait_s=30)
    got: list[o.ActivityTask] = []
    poller = threading.Thread(
        target=lambda: got.append(client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST)))
    )
    poller.start()
    while not any(tasks.pollers for tasks in flow.service.task_lists.all()):
        pass

    def refuse(*arguments: Any) -> None:
        raise apsw.IOError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", refuse)
        with pytest.raises(InternalFailure):
            flow.answer(schedule("a"))
    assert got == []
    flow.pass_time(1)
    flow.answer(schedule("a"))
    poller.join(30)
    assert got[0].activity_id == "a"


def test_a_call_that_breaks_our_own_rules_fails_alone(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*arguments: Any) -> None:
        raise ZeroDivisionError

    flow.start()
    monkeypatch.setattr("swf.server.service.executions.terminate", burst)
    first, second = flow.client.call_together(
        o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id="order-1"),
        o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="order-1"),
    )
    assert isinstance(first, InternalFailure)
    assert second is None
    assert [event.type for event in flow.events()][2:] == ["WorkflowExecutionCancelRequested"]


def test_a_deadline_that_cannot_be_written_strikes_when_it_can(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = durable_flow
    flow.start()
    flow.decide(start_timer("t", 5))

    def refuse(*arguments: Any) -> None:
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", refuse)
        flow.pass_time(5)
    assert "TimerFired" not in [event.type for event in flow.events()]
    flow.pass_time(1)
    assert "TimerFired" in [event.type for event in flow.events()]


def test_an_interruption_in_the_middle_of_a_turn_leaves_memory_and_file_alike(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C strikes wherever the main thread is, and the main thread may have the turn."""
    flow = durable_flow
    flow.start()
    flow.decide(schedule("a"))
    flow.take()

    def interrupted(turn: Any, *others: Any) -> None:
        if isinstance(turn, Turn):
            turn.wake_decider()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.service.executions.receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            flow.signal()
    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            flow.complete("a")
    assert list(problems(flow.service)) == []
    flow.complete("a")
    assert flow.poll_decision().task_token is not None


def test_a_poll_that_is_given_up_before_its_turn_takes_no_task(flow: Flow) -> None:
    flow.start()
    pending = Pending(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST), may_wait=True)
    flow.service.give_up([pending])
    flow.service.submit([pending])
    assert pending.answer.task_token is None
    assert flow.poll_decision().task_token is not None


class Gate:
    """A sync that completes only when it is told to."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.reached = threading.Semaphore(0)
        sync = os.fdatasync

        def wait(descriptor: int) -> None:
            self.reached.release()
            assert self.open.wait(30)
            sync(descriptor)

        monkeypatch.setattr("swf.server.store.database.os.fdatasync", wait)


def test_no_answer_leaves_before_its_commit_is_on_disk(durable_flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = durable_flow
    flow.start()
    gate = Gate(flow.service.database, monkeypatch)
    answers: list[str] = []

    def signal_it() -> None:
        flow.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="x"))
        answers.append("signal")

    def read_it() -> None:
        flow.client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=flow.name))
        answers.append("describe")

    threads = [threading.Thread(target=signal_it)]
    threads[0].start()
    assert gate.reached.acquire(timeout=30)
    threads.append(threading.Thread(target=read_it))
    threads[1].start()
    threads[1].join(0.05)
    assert answers == [], "a read would tell of the signal"
    gate.open.set()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["describe", "signal"]


def test_a_decision_poll_may_leave_before_its_own_start_is_on_disk_and_an_activity_poll_may_not(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision taken twice is answered once; an activity has effects."""
    flow = durable_flow
    flow.start()
    gate = Gate(flow.service.database, monkeypatch)
    task = flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
    assert task.task_token is not None
    gate.open.set()
    flow.decision_token = task.task_token
    flow.answer(schedule("a"))
    gate.open.clear()
    got: list[o.ActivityTask] = []
    poller = threading.Thread(
        target=lambda: got.append(flow.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST)))
    )
    poller.start()
    poller.join(0.05)
    assert got == []
    gate.open.set()
    poller.join(30)
    assert got[0].activity_id == "a"


def test_a_failing_sync_ends_the_process_and_answers_nobody(tmp_path: Path) -> None:
    script = """
import os, sys
from swf.server import open_service
from swf.server.inprocess import InProcessClient
from swf.protocol.operations import RegisterDomain
def fail(descriptor): raise OSError(5, "Input/output error")
os.fdatasync = fail
client = InProcessClient(open_service(sys.argv[1]))
client.call(RegisterDomain(name="d", workflow_execution_retention_period_in_days="1"))
print("answered")
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "x.db")], capture_output=True, text=True)
    assert done.returncode == 74
    assert done.stdout == ""
    assert "cannot sync the log" in done.stderr


KILLED = """
import os, sys
from swf.server import ManualClock
from tests.service.flow import Flow, schedule
flow = Flow(sys.argv[1])
flow.start()
number = 0
while True:
    number += 1
    flow.decide(schedule(f"a{number}"))
    flow.take()
    flow.complete(f"a{number}")
    print(number, flush=True)
"""


def test_a_killed_service_loses_nothing_it_has_answered(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    answered = 0
    for line in process.stdout:
        answered = int(line)
        if answered == 20:
            process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()

    service = open_service(path, clock=ManualClock())
    assert list(problems(service)) == []
    run_id = service.database.connection.execute("select run_id from executions").get
    client = InProcessClient(service, poll_wait_s=0)
    name = WorkflowExecution(workflow_id="order-1", run_id=run_id)
    history = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=name))
    completed = [event for event in decode_events(history.events) if event.type == "ActivityTaskCompleted"]
    assert len(completed) >= answered
    service.close()


def test_any_cut_of_the_log_leaves_a_prefix_of_what_was_committed(tmp_path: Path) -> None:
    """Power loss: whatever part of the unsynced log survives, the file is in order and has lost only the end."""
    path = tmp_path / "flow.db"
    flow = Flow(str(path))
    flow.start()
    for number in range(3):
        flow.decide(schedule(f"a{number}"))
        flow.take()
        flow.complete(f"a{number}")
    log = path.with_name("flow.db-wal").read_bytes()
    whole = [event.id for event in flow.events()]
    lengths = set()
    frame = 4096 + 24
    start = log.index(b"order-1") // frame * frame  # the schema's own frames are of no interest
    for cut in range(start, len(log), frame // 2):
        copy = tmp_path / f"cut-{cut}.db"
        shutil.copy(path, copy)
        copy.with_name(copy.name + "-wal").write_bytes(log[:cut])
        try:
            service = open_reader(copy)
        except NotADatabase:
            continue
        assert list(problems(service)) == []
        ids = [id for (id,) in service.database.connection.execute("select id from events order by id")]
        assert ids == whole[: len(ids)]
        lengths.add(len(ids))
        service.close()
    assert len(lengths) > 5
    flow.service.close()


def test_a_file_has_one_owner(tmp_path: Path) -> None:
    path = tmp_path / "owned.db"
    service = open_service(path)
    with pytest.raises(FileOwned, match=f"is owned by process {os.getpid()}"):
        open_service(path)
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with pytest.raises(FileOwned):
        open_service(link)
    service.close()
    open_service(path).close()


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is no database, however long it may be. " * 100)
    with pytest.raises(NotADatabase, match="is not a simpleflow database"):
        open_service(path)
    with pytest.raises(NotADatabase, match="is not a simpleflow database"):
        open_reader(path)
    assert list(tmp_path.iterdir()) == [path]
    other = tmp_path / "other.db"
    connection = apsw.Connection(str(other))
    connection.execute("create table mine (x)")
    connection.close()
    with pytest.raises(NotADatabase, match="schema version 0"):
        open_service(other)
    assert path.read_text().startswith("Dear reader")


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "private.db"
    service = open_service(path)
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()}
    service.close()
    assert modes == {"private.db": 0o600, "private.db-wal": 0o600, "private.db.lock": 0o600}


def test_a_reader_needs_a_file_and_changes_nothing(durable_flow: Flow) -> None:
    flow = durable_flow
    flow.start()
    path = Path(str(flow.path))
    with pytest.raises(FileNotFoundError):
        open_reader(path.with_name("nowhere.db"))
    with pytest.raises(FileOwned):
        open_reader(path, wait_s=0)
    flow.service.close()
    before = path.read_bytes()
    reader = open_reader(path)
    client = InProcessClient(reader)
    detail = client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=flow.name))
    assert detail.execution_info.execution.workflow_id == "order-1"
    with pytest.raises(Exception, match="only read"):
        client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="x"))
    reader.close()
    assert path.read_bytes() == before
    flow.open()


def test_a_closed_service_refuses_calls(durable_flow: Flow) -> None:
    durable_flow.service.close()
    with pytest.raises(InternalFailure, match="closed"):
        durable_flow.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
    durable_flow.open()


def test_a_chained_activity_costs_two_commits_and_two_syncs_at_any_length(durable_flow: Flow) -> None:
    """With pollers that wait: completion and decision start in one, schedule and activity start in the other."""
    flow = durable_flow
    database = flow.service.database
    client = InProcessClient(flow.service, poll_wait_s=60)
    poll = o.PollForActivityTask(domain=DOMAIN, task_list=LIST)
    waits = threading.Event()

    def work() -> None:
        waits.set()
        task = client.call(poll)
        while task.task_token is not None:
            _, task = client.call_together(o.RespondActivityTaskCompleted(task_token=task.task_token), poll)

    worker = threading.Thread(target=work)
    worker.start()
    decide = o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, start_at_previous_started_event=True)
    flow.start()
    task = client.call(decide)
    spent = []
    for number in range(200):
        before = database.commits, database.syncs
        _, task = client.call_together(
            o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(decision(schedule(f"a{number}")),)),
            decide,
        )
        spent.append((database.commits - before[0], database.syncs - before[1]))
    client.stop_polling()
    worker.join(30)
    assert sorted(spent)[len(spent) // 2] == (2, 2)
    tasks = database.connection.execute("select count(*) from tasks").get
    assert tasks == 0 or flow.describe().open_counts.open_decision_tasks == 1


def test_waiting_threads_and_answers_match_under_load(tmp_path: Path) -> None:
    """Eight pollers, four starters, switches every microsecond: each task goes to exactly one poller."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    flow = Flow(str(tmp_path / "load.db"), clock=ManualClock())
    client = InProcessClient(flow.service, poll_wait_s=30)
    got: list[str] = []
    try:

        def poll() -> None:
            while True:
                task = client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
                if task.task_token is None:
                    return
                assert task.workflow_execution is not None
                got.append(task.workflow_execution.workflow_id)

        def start(first: int) -> None:
            for number in range(first, first + 25):
                client.call(
                    o.StartWorkflowExecution(
                        domain=DOMAIN, workflow_id=f"w{number}", workflow_type=WorkflowType(name="order", version="1")
                    )
                )

        threads = [threading.Thread(target=poll) for _ in range(8)]
        threads += [threading.Thread(target=start, args=(first,)) for first in (0, 100, 200, 300)]
        for thread in threads:
            thread.start()
        for thread in threads[8:]:
            thread.join(60)
        while len(got) < 100:
            pass
        client.stop_polling()
        for thread in threads[:8]:
            thread.join(60)
    finally:
        sys.setswitchinterval(interval)
    assert sorted(got) == sorted(f"w{n}" for first in (0, 100, 200, 300) for n in range(first, first + 25))
    assert list(problems(flow.service)) == []
    flow.service.close()


def test_a_token_of_a_lost_start_fits_no_later_one(durable_flow: Flow) -> None:
    """After a power cut the same task may be started again under the same event ids."""
    flow = durable_flow
    flow.start()
    flow.decide(schedule("a"))
    path = Path(str(flow.path))
    log = path.with_name(path.name + "-wal").read_bytes()
    image = path.read_bytes()
    flow.take()
    lost = flow.activity_tokens["a"]
    flow.service.close()
    path.write_bytes(image)
    path.with_name(path.name + "-wal").write_bytes(log)
    flow.clock.advance(1)
    flow.open()
    flow.take()
    with pytest.raises(UnknownResourceFault, match="Unknown activity"):
        flow.call(o.RespondActivityTaskCompleted(task_token=lost))
    flow.complete("a")


@pytest.mark.parametrize("what", ["x.db", "x.db-wal"])
def test_nothing_is_accepted_when_the_file_was_deleted_below_the_service(what: str, tmp_path: Path) -> None:
    """It can still be written, and all of it would be lost with the process."""
    ended: list[Exception] = []
    database = Database(tmp_path / "x.db", fatal=ended.append)
    (tmp_path / what).unlink()
    with database.transaction() as connection:
        connection.execute("insert into meta values ('k', 'v')")
    with pytest.raises(FileNotFoundError):
        database.sync(database.committed)
    assert "was deleted or replaced" in str(ended[0])
