"""A server that can be killed with care: it keeps a record of how much of its log is on disk.

``python -m tests.processes.serve FILE PORT RECORD``. What the record does not cover, a power cut might take.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from swf.server.__main__ import main
from swf.server.store import database
from swf.server.store.database import Database

HEADER, FRAME = 32, 4096 + 24
_RECORD = struct.Struct(">8sQ")


class Synced(NamedTuple):
    """The salts of a log, which change when it begins anew, and how many of its bytes are on disk."""

    salts: bytes
    size: int


def salts_of(log: Path) -> bytes:
    """The salts in the header of a log; zeros if it has none yet."""
    try:
        with open(log, "rb") as file:
            return file.read(HEADER)[16:24].ljust(8, b"\0")
    except FileNotFoundError:
        return bytes(8)


def read_record(path: Path) -> Synced:
    """What a server has recorded before it died."""
    data = path.read_bytes() if path.exists() else b""
    return Synced(*_RECORD.unpack(data)) if data else Synced(bytes(8), 0)


class Recorder:
    """Wraps the methods of a database that sync its log."""

    def __init__(self, log: Path, record: Path) -> None:
        self._log = log
        self._last = read_record(record)
        self._descriptor = os.open(record, os.O_RDWR | os.O_CREAT)

    def install(self) -> None:
        sync, checkpoint, begin = Database.sync, Database.checkpoint, Database._begin_log_anew
        recorder = self

        def recorded_sync(self: Database, lsn: int) -> None:
            is_needed = self.synced < lsn
            frames = self.frames  # asked first: what the log has gained meanwhile is not counted
            salts = salts_of(recorder._log)
            sync(self, lsn)
            while is_needed and salts != salts_of(recorder._log):  # it has begun anew: sync what it holds now
                frames, salts = self.frames, salts_of(recorder._log)
                os.fdatasync(self._log_descriptor)
            recorder.note(salts, HEADER + frames * FRAME)

        def recorded_checkpoint(self: Database) -> None:
            recorder.note_all()  # SQLite syncs the log before it writes to the database
            checkpoint(self)

        def recorded_begin(self: Database, connection: apsw.Connection) -> None:
            recorder.note_all()
            begin(self, connection)

        patched: Any = Database
        patched.sync, patched.checkpoint, patched._begin_log_anew = recorded_sync, recorded_checkpoint, recorded_begin

    def note(self, salts: bytes, size: int) -> None:
        """So much of the log with these salts is on disk; never less than before."""
        if salts == self._last.salts:
            size = max(size, self._last.size)
        self._last = Synced(salts, size)
        os.pwrite(self._descriptor, _RECORD.pack(*self._last), 0)

    def note_all(self) -> None:
        """All of the log is on disk."""
        if self._log.exists():
            self.note(salts_of(self._log), self._log.stat().st_size)


if __name__ == "__main__":
    file, port, record = sys.argv[1:]
    database.CHECKPOINT_ANYWAY, database.CHECKPOINT_WHEN_IDLE = 300, 100
    Recorder(Path(f"{file}-wal"), Path(record)).install()
    sys.exit(main([file, "--port", port]))
