"""A disk that is full or fails stops writes, and nothing else; one that cannot sync ends the process."""

from __future__ import annotations

import logging
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from swf.protocol import operations as o
from swf.protocol.faults import Fault, InternalFailure, UnknownResourceFault
from swf.server import CannotOpen, SystemClock, open_service
from swf.server.check import problems
from swf.server.inprocess import InProcessClient
from swf.server.store.place import refuse_remote
from tests.effort import rounds
from tests.service.faulty import Disk, faulty_disk
from tests.service.flow import DOMAIN, LIST, Flow, schedule, start_timer

FULL = apsw.FullError("database or disk is full")


@pytest.fixture
def disk() -> Iterator[Disk]:
    with faulty_disk() as disk:
        yield disk


@pytest.fixture
def shop(disk: Disk, tmp_path: Path) -> Iterator[Flow]:
    flow = Flow(str(tmp_path / "shop.db"))
    flow.start()
    yield flow
    disk.on_write = disk.on_sync = None
    flow.service.close()


@pytest.mark.parametrize(
    "error",
    [FULL, apsw.IOError("disk I/O error"), apsw.ReadOnlyError("attempt to write a readonly database")],
    ids=lambda error: type(error).__name__,
)
def test_writes_stop_and_resume_with_a_line_each_and_reads_go_on(
    shop: Flow, disk: Disk, error: apsw.Error, caplog: pytest.LogCaptureFixture
) -> None:
    shop.decide(schedule("a"))
    shop.take()
    before = shop.events()
    disk.on_write, disk.writes_left = error, 0
    caplog.clear()
    for _ in range(3):
        with pytest.raises(InternalFailure, match="Nothing of this call was kept; repeat it"):
            shop.complete("a")
        with pytest.raises(InternalFailure, match="cannot write"):
            shop.poll_decision()
        assert shop.events() == before
        shop.pass_time(1)
    disk.on_write = None
    with pytest.raises(InternalFailure):
        shop.complete("a")
    shop.pass_time(1)
    shop.complete("a")
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage().split(" path=")[0] for record in lines] == ["writes stopped", "writes resumed"]
    assert str(error) in lines[0].getMessage()
    shop.reopen()
    assert "ActivityTaskCompleted" in [event.type for event in shop.events()]


@pytest.mark.parametrize("writes_left", range(6))
def test_a_disk_that_fills_in_the_middle_of_a_commit_leaves_nothing_of_it(
    shop: Flow, disk: Disk, writes_left: int
) -> None:
    """Each frame of the log is two writes."""
    before = shop.events()
    shop.poll_decision()
    disk.on_write, disk.writes_left = FULL, writes_left
    with pytest.raises(InternalFailure):
        shop.answer(*(schedule(f"a{number}", input="x" * 8_000) for number in range(10)))
    disk.on_write = None
    shop.pass_time(1)
    shop.reopen()
    assert len(shop.events()) == len(before) + 1
    shop.answer(schedule("a"))
    assert shop.take().activity_id == "a"


def test_a_read_beside_a_write_that_fails_is_answered(shop: Flow, disk: Disk) -> None:
    disk.on_write, disk.writes_left = FULL, 0
    read, write = shop.client.call_together(
        o.DescribeWorkflowExecution(domain=DOMAIN, execution=shop.name),
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="x"),
    )
    assert read.execution_info.execution == shop.name
    assert isinstance(write, InternalFailure)


def test_a_poller_waits_through_a_full_disk(shop: Flow, disk: Disk) -> None:
    shop.decide(start_timer("t", 5))
    client = InProcessClient(shop.service, poll_wait_s=60)
    got: list[o.DecisionTask] = []
    poller = threading.Thread(
        target=lambda: got.append(client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST)))
    )
    poller.start()
    while not any(tasks.pollers for tasks in shop.service.task_lists.all()):
        pass
    disk.on_write, disk.writes_left = FULL, 0
    for _ in range(3):
        shop.pass_time(5)
    assert got == []
    disk.on_write = None
    shop.pass_time(1)
    poller.join(30)
    assert [event.type for event in shop.events()][-3:] == [
        "TimerFired",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert got[0].task_token is not None


def test_a_bad_statement_fails_its_own_call_alone_and_stops_nothing(
    shop: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from swf.server.store.changes import Changes

    write = Changes.write

    def refuse(changes: Changes, *others: object) -> None:
        if any(b'"bad"' in body for _, _, body in changes.events):
            raise apsw.ConstraintError("UNIQUE constraint failed")
        write(changes, *others)  # type: ignore[arg-type]

    monkeypatch.setattr("swf.server.store.changes.Changes.write", refuse)
    bad, good = shop.client.call_together(
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="bad"),
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="good"),
    )
    assert isinstance(bad, InternalFailure)
    assert not isinstance(good, Fault)
    assert shop.last.signal_name == "good"
    assert list(problems(shop.service)) == []


def test_checkpoints_that_fail_are_told_once_and_stop_nothing(
    shop: Flow, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    database = shop.service.database
    disk.on_write, disk.writes_left = FULL, 0
    database.checkpoint()
    database.checkpoint()
    disk.on_write = None
    database.checkpoint()
    assert [record.getMessage().split(" path=")[0] for record in caplog.records] == [
        "checkpoints fail",
        "checkpoints succeed again",
    ]


SYNC_FAILS = """
import sys
import apsw
from tests.effort import rounds
from tests.service.faulty import extended, faulty_disk
from tests.service.flow import Flow
with faulty_disk() as disk:
    flow = Flow(sys.argv[1])
    flow.start()
    disk.on_sync = extended(apsw.IOError("disk I/O error"), apsw.SQLITE_IOERR_FSYNC)
    flow.service.database.checkpoint()
    print("went on")
"""


def test_a_sync_that_fails_inside_sqlite_ends_the_process_too(tmp_path: Path) -> None:
    """The kernel may have dropped the pages: a later sync that succeeds says nothing about them."""
    done = subprocess.run(
        [sys.executable, "-c", SYNC_FAILS, str(tmp_path / "x.db")], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (74, "")
    assert "cannot sync the log" in done.stderr


def test_a_file_that_cannot_be_created_is_refused_with_the_reason(disk: Disk, tmp_path: Path) -> None:
    disk.on_write, disk.writes_left = FULL, 0
    with pytest.raises(CannotOpen, match="full"):
        open_service(tmp_path / "x.db")
    disk.on_write = None
    open_service(tmp_path / "x.db").close()


@pytest.mark.parametrize("seed", range(rounds(10, 300)))
def test_whatever_write_fails_memory_and_file_agree_and_what_was_accepted_is_there(
    shop: Flow, disk: Disk, seed: int
) -> None:
    """The comparison of views and histories after each call is the flow's."""
    chance = random.Random(seed)
    accepted = set()
    for number in range(40):
        disk.on_write, disk.writes_left = chance.choice([None, FULL]), chance.randrange(8)
        try:
            match chance.randrange(5):
                case 0:
                    shop.signal(f"s{number}")
                    accepted.add(f"s{number}")
                case 1:
                    shop.poll_decision()
                case 2 if shop.decision_token is not None:
                    shop.answer(schedule(f"a{number}", input="x" * 9_000), start_timer(f"t{number}", 3))
                    accepted.add(f"a{number}")
                case 3:
                    shop.take()
                case 4 if shop.activity_tokens:
                    shop.complete(chance.choice(sorted(shop.activity_tokens)))
        except (InternalFailure, UnknownResourceFault):
            pass
        if chance.random() < 0.5:
            shop.pass_time(1)
    disk.on_write = None
    shop.pass_time(1)
    shop.signal("last")
    shop.reopen()
    events: list[Any] = shop.events()
    assert accepted <= {
        getattr(event.attributes, "signal_name", None) or getattr(event.attributes, "activity_id", None)
        for event in events
    }


def test_time_does_not_fall_when_the_file_changes_hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock was set back meanwhile: the later time counts, bridged, until it has caught up."""
    shows = 2_000_000_000.0
    monkeypatch.setattr("swf.server.clock.time.time", lambda: shows)
    service = open_service(tmp_path / "x.db")
    InProcessClient(service).call(o.RegisterDomain(name="d", workflow_execution_retention_period_in_days="1"))
    service.close()
    shows -= 63_072_000.0
    service = open_service(tmp_path / "x.db")
    assert isinstance(service.clock, SystemClock)
    assert service.clock.now() >= 2_000_000_000.0
    service.close()


def test_a_service_can_be_closed_while_the_disk_is_full(shop: Flow, disk: Disk) -> None:
    before = shop.events()
    disk.on_write, disk.writes_left = FULL, 0
    with pytest.raises(InternalFailure):
        shop.signal()
    shop.service.close()
    disk.on_write = None
    shop.open()
    assert shop.events() == before


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:30 / /srv rw,relatime shared:9 - nfs4 server:/srv rw
31 30 0:31 / /srv/fast\\040disk rw,relatime shared:9 - xfs /dev/vdb rw
32 22 0:32 / /mnt rw shared:10 - ext4 /dev/vdc rw
33 32 0:33 / /mnt rw shared:10 - fuse.sshfs other: rw
"""


@pytest.mark.parametrize(
    ("path", "remote"),
    [("/x.db", ""), ("/srv/x.db", "nfs4"), ("/srvx/x.db", ""), ("/srv/fast disk/x.db", ""), ("/mnt/x.db", "sshfs")],
)
def test_a_file_on_a_disk_of_another_machine_is_refused(tmp_path: Path, path: str, remote: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    if remote:
        with pytest.raises(CannotOpen, match=remote):
            refuse_remote(Path(path), mounts)
    else:
        refuse_remote(Path(path), mounts)


def test_a_disk_that_cannot_be_read_fails_the_round_and_no_more(shop: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where tasks and pollers are matched, which belongs to no call alone."""

    def unreadable(*arguments: object) -> None:
        raise apsw.IOError("disk I/O error")

    before = shop.events()
    with monkeypatch.context() as patch:
        patch.setattr("swf.server.service.service.match", unreadable)
        with pytest.raises(InternalFailure, match="repeat the call"):
            shop.signal()
    assert shop.events() == before
    shop.signal()
