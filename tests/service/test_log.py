"""The log is read before SQLite takes it: a torn end is left to SQLite, damage in the middle is told of."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.server import open_reader, open_service
from swf.server.__main__ import main
from swf.server.check import check_file
from swf.server.store.database import Database
from swf.server.store.logfile import Damage, Frame, damage_among, damage_of
from tests.service.flow import Flow, schedule

HEADER, FRAME = 32, 4096 + 24


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose log holds a dozen commits and more, as a killed owner leaves it."""
    directory = tmp_path_factory.mktemp("busy")
    flow = Flow(str(directory / "busy.db"))
    flow.start()
    for number in range(4):
        flow.decide(schedule(f"a{number}", input="x" * 20_000))
        flow.take()
        flow.complete(f"a{number}")
    copy = directory / "copy.db"
    shutil.copy(directory / "busy.db", copy)
    shutil.copy(directory / "busy.db-wal", f"{copy}-wal")
    flow.service.close()
    return copy


def copied(busy: Path, to: Path) -> tuple[Path, Path]:
    """A copy of it: file and log."""
    path, log = to / "x.db", to / "x.db-wal"
    shutil.copy(busy, path)
    shutil.copy(f"{busy}-wal", log)
    return path, log


def flip(log: Path, at: int) -> None:
    body = bytearray(log.read_bytes())
    body[at] ^= 1
    log.write_bytes(body)


def frames_taken(path: Path) -> int:
    """How many frames SQLite itself takes from the log."""
    connection = apsw.Connection(str(path))
    connection.pragma("locking_mode", "exclusive")
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    assert connection.execute("select count(*) from sqlite_schema").get is not None
    count = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)[0]
    connection.close()
    return int(count)


def test_a_whole_log_and_one_with_any_end_cut_off_are_in_order(busy: Path, tmp_path: Path) -> None:
    _, log = copied(busy, tmp_path)
    assert damage_of(log) is None
    whole = log.read_bytes()
    for size in [0, 10, HEADER, HEADER + 5, *range(HEADER + FRAME // 2, len(whole), FRAME // 2 + 1)]:
        log.write_bytes(whole[:size])
        assert damage_of(log) is None, size
    log.unlink()
    assert damage_of(log) is None


def test_damage_anywhere_before_the_last_commit_is_found_in_the_frame_where_sqlite_stops(
    busy: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)
    frames = (Path(f"{busy}-wal").stat().st_size - HEADER) // FRAME
    for _ in range(12):
        path, log = copied(busy, tmp_path)
        frame = chance.randrange(1, frames)
        flip(log, HEADER + (frame - 1) * FRAME + chance.choice([0, 5, 9, 17, 23, *range(24, FRAME, 400)]))
        damage = damage_of(log)
        assert damage is not None
        assert damage.frame == frame
        assert damage.last_frame == frames
        assert frames_taken(path) < frame, "SQLite takes whole commits before the damage"


def test_damage_in_the_last_frame_is_a_torn_end(busy: Path, tmp_path: Path) -> None:
    _, log = copied(busy, tmp_path)
    flip(log, log.stat().st_size - 100)
    assert damage_of(log) is None


def test_frames_of_an_older_log_are_no_damage(tmp_path: Path) -> None:
    """After a checkpoint the log begins anew over the old one."""
    flow = Flow(str(tmp_path / "x.db"))
    flow.start(input="x" * 30_000)
    flow.service.database.checkpoint()
    flow.signal()
    log = tmp_path / "x.db-wal"
    assert log.stat().st_size > 10 * FRAME
    assert damage_of(log) is None
    flow.service.close()


def test_the_remains_of_a_transaction_that_was_rolled_back_are_no_damage(tmp_path: Path) -> None:
    """Pages that did not fit the cache were in the log already; there is no commit among them."""
    database = Database(tmp_path / "x.db")
    execute = database.connection.execute
    execute("pragma cache_size = 10")
    with database.transaction():
        execute("create table t (x)")
    execute("begin")
    for _ in range(50):
        execute("insert into t values (zeroblob(8000))")
    execute("rollback")
    with database.transaction():
        execute("insert into t values (1)")
    log = tmp_path / "x.db-wal"
    assert log.stat().st_size > HEADER + 60 * FRAME
    assert damage_of(log) is None
    database.close()


def test_check_and_server_tell_of_damage_and_the_server_keeps_the_log(
    busy: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    path, log = copied(busy, tmp_path)
    flip(log, HEADER + 40 * FRAME + 1000)
    damaged = log.read_bytes()
    report = check_file(path)
    assert [problem for problem in report.problems if "frame 41 of the log is damaged" in problem]
    assert log.read_bytes() == damaged, "a check changes nothing"
    assert main(["--check", str(path)]) == 1
    assert "frame 41 of the log is damaged" in capsys.readouterr().out
    caplog.clear()
    open_service(path).close()
    assert [record.getMessage() for record in caplog.records if "log damaged" in record.getMessage()]
    assert log.with_name("x.db-wal.damaged-1").read_bytes() == damaged
    assert check_file(path).problems == ()


def test_a_reader_leaves_file_and_log_as_they_are(busy: Path, tmp_path: Path) -> None:
    path, log = copied(busy, tmp_path)
    before = path.read_bytes(), log.read_bytes()
    open_reader(path).close()
    assert (path.read_bytes(), log.read_bytes()) == before


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_damage_is_the_first_unsound_frame_with_a_sound_commit_behind_it(pairs: list[tuple[bool, bool]]) -> None:
    found = damage_among(iter([Frame(*pair) for pair in pairs]))
    unsound = [number for number, (is_sound, _) in enumerate(pairs, start=1) if not is_sound]
    behind = [number for number, pair in enumerate(pairs, start=1) if all(pair) and unsound and number > unsound[0]]
    assert found == (Damage(unsound[0], len(behind), behind[-1]) if behind else None)
