"""The file: opened, written in transactions, synced, checkpointed.

Commits are NORMAL, which leaves the log unsynced; the promise of durability is kept by :meth:`Database.sync`,
one ``fdatasync`` of the log that serves everybody who waits for it. A commit has a number, its *lsn*.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import apsw

from swf.server import failpoints
from swf.server.store.errors import CannotOpen, NotADatabase
from swf.server.store.logfile import Damage, damage_of, keep
from swf.server.store.migrations import SCHEMA_VERSION, can_upgrade, upgrade
from swf.server.store.place import refuse_remote
from swf.server.store.watching import Observer

log = logging.getLogger(__name__)

CHECKPOINT_WHEN_IDLE = 500
CHECKPOINT_ANYWAY = 2_000
"""Frames in the log. A checkpoint of 1,000 frames takes about 16 ms, so it is left to idle moments."""
CHECKPOINT_AGAIN = 500
"""More frames after which one that failed is tried again."""
EXIT_SYNC_FAILED: Final = 74
_SYNC_ERRORS: Final = frozenset({apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC})


class Database:
    """One connection to one file, or to a database in memory that lives as long as the object.

    Everything but :meth:`sync` must be called by whoever holds the turn of the service.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        read_only: bool = False,
        fatal: Callable[[Exception], None] | None = None,
        reach: failpoints.Reach = failpoints.nothing,
    ) -> None:
        """Opens *path* (None: in memory), creating it unless *read_only*. Raises DatabaseError.

        *fatal* is called when a sync fails, which nothing can repair: by default the process ends with
        exit code 74 without answering anybody. *reach* is told the places where tests kill.
        """
        self.path = path
        self._inode: int | None = None
        self.committed = 0
        """The lsn of the newest commit."""
        self.synced = 0
        """The highest lsn that is known to be on disk."""
        self.commits = 0
        self.syncs = 0
        self.frames = 0
        """Pages in the log."""
        self.observer = Observer()
        """Hears what is written, and how long it takes."""
        self._checkpoint_at = CHECKPOINT_ANYWAY
        self._is_checkpoint_failing = False
        self._fatal = fatal or _exit
        self._reach = reach
        self._sync_lock = threading.Lock()
        self._log_descriptor = -1
        if path is not None:
            refuse_remote(path)
        self.damage = None if path is None else self._look_at_log(path, keeps=not read_only)
        """What was found damaged in the log before SQLite took it; None if nothing was."""
        try:
            self.connection = self._open(path, read_only=read_only)
            self.instance_id = str(self.meta("instance_id"))
        except apsw.NotADBError as error:
            raise NotADatabase(f"{path} is not a simpleflow database; use another file") from error
        except apsw.CorruptError as error:
            raise CannotOpen(f"cannot open {path}: {error}; use a backup of it") from error
        except apsw.Error as error:
            self._end_if_sync_failed(error)
            raise CannotOpen(f"cannot open {path}: {error}; is there room, and may this user write there?") from error
        self._inode = None if path is None else os.stat(path).st_ino

    @staticmethod
    def _look_at_log(path: Path, *, keeps: bool) -> Damage | None:
        """A torn end is nothing unusual. But commits that are about to be dropped are told of, and kept aside."""
        log_file = Path(f"{path}-wal")
        damage = damage_of(log_file)
        if damage is not None and keeps:
            try:
                kept = str(keep(log_file))
            except OSError as error:
                kept = f"nowhere ({error})"
            log.error("log damaged path=%s kept=%s: %s", path, kept, damage)
        return damage

    def _open(self, path: Path | None, *, read_only: bool) -> apsw.Connection:
        if path is None:
            connection = apsw.Connection(":memory:")
            self._prepare(connection, read_only=read_only)
            return connection
        umask = os.umask(0o077)
        try:
            flags = apsw.SQLITE_OPEN_READWRITE | (0 if read_only else apsw.SQLITE_OPEN_CREATE)
            connection = apsw.Connection(str(path), flags=flags)
            try:
                self._set_up(connection, read_only=read_only)
            except BaseException:
                connection.close()
                raise
        finally:
            os.umask(umask)
        return connection

    def _set_up(self, connection: apsw.Connection, *, read_only: bool) -> None:
        connection.pragma("locking_mode", "exclusive")
        if not read_only:
            connection.pragma("page_size", 4096)
            connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.pragma("foreign_keys", False)
        connection.pragma("wal_autocheckpoint", 0)
        connection.pragma("journal_size_limit", 64 * 1024 * 1024)
        connection.set_wal_hook(self._on_commit)
        self._prepare(connection, read_only=read_only)
        if read_only:
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            connection.pragma("query_only", True)
        else:
            self._begin_log_anew(connection)

    def _begin_log_anew(self, connection: apsw.Connection) -> None:
        """Makes safe what a dead owner has left in the log, and empties it.

        It may have committed what it did not sync: what is read from now on must not be lost any more. And the
        remains of a torn end must not stay behind the frames that come.
        """
        self._sync_log()
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error as error:
            self._end_if_sync_failed(error)
            log.warning("checkpoint at start failed, the log goes on growing: %s", error)

    def _prepare(self, connection: apsw.Connection, *, read_only: bool) -> None:
        version = connection.pragma("user_version")
        if version == SCHEMA_VERSION:
            return
        if can_upgrade(version) and not read_only:
            upgrade(connection, version)
            return
        tables = connection.execute("select count(*) from sqlite_schema").get
        if version != 0 or tables or read_only:
            connection.close()
            advice = "open it once for writing, which upgrades it" if can_upgrade(version) else "use another file"
            raise NotADatabase(
                f"{self.path} has schema version {version}, this simpleflow reads {SCHEMA_VERSION}; {advice}"
            )
        schema = files("swf.server.store").joinpath("schema.sql").read_text(encoding="utf-8")
        with connection:
            connection.execute(schema)
            connection.execute("insert into meta (key, value) values ('instance_id', ?)", (uuid.uuid4().hex,))
            connection.pragma("user_version", SCHEMA_VERSION)

    def _on_commit(self, connection: apsw.Connection, name: str, frames: int) -> int:
        self.frames = frames
        return apsw.SQLITE_OK

    def meta(self, key: str) -> object:
        """A fact about the file, or None."""
        return self.connection.execute("select value from meta where key = ?", (key,)).get

    def last_time(self) -> float:
        """The latest time that was noted down, in seconds since 1970; 0.0 if none ever was."""
        noted = self.meta("last_time")
        return noted if isinstance(noted, float) else 0.0

    def note_time(self, now: float) -> None:
        """Writes the time down, for the next owner, whose wall clock may show an earlier one."""
        with self.transaction() as connection:
            connection.execute("replace into meta (key, value) values ('last_time', ?)", (now,))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """One atomic write. On any error nothing of it is there; SQLite may have rolled back by itself."""
        connection = self.connection
        began = time.perf_counter()
        try:
            connection.execute("begin immediate")
            yield connection
            self._reach(failpoints.BEFORE_COMMIT)
            connection.execute("commit")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("rollback")
            self._end_if_sync_failed(error)
            raise
        self._reach(failpoints.AFTER_COMMIT)
        self.commits += 1
        self.committed += 1
        self.observer.committed(time.perf_counter() - began, self.frames)
        if self.path is None:
            self.synced = self.committed
        elif self.frames >= self._checkpoint_at:
            self.checkpoint()

    def sync(self, lsn: int) -> None:
        """Returns when commit *lsn* is on disk. Any thread may call it, none needs the turn.

        The first who comes syncs for all who wait behind it.
        """
        if self.synced >= lsn:
            return
        with self._sync_lock:
            if self.synced >= lsn:
                return
            newest = self.committed
            began = time.perf_counter()
            self._sync_log()
            self.observer.synced(time.perf_counter() - began)
            self._reach(failpoints.AFTER_SYNC)
            self.syncs += 1
            self.synced = newest

    def _sync_log(self) -> None:
        try:
            if self._log_descriptor < 0:
                self._log_descriptor = os.open(f"{self.path}-wal", os.O_RDONLY | os.O_CLOEXEC)
            self._refuse_what_nobody_will_find()
            _to_disk(self._log_descriptor)
        except OSError as error:
            self._fatal(error)
            raise

    def _refuse_what_nobody_will_find(self) -> None:
        """A file that was deleted or replaced can still be written, and all of it would be lost."""
        assert self.path is not None
        try:
            is_there = self._inode in (None, os.stat(self.path).st_ino)
        except FileNotFoundError:
            is_there = False
        if not is_there or os.fstat(self._log_descriptor).st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, "the file, or the log beside it, was deleted or replaced", self.path)

    def _end_if_sync_failed(self, error: BaseException) -> None:
        """SQLite syncs by itself at a checkpoint and when the log begins anew: that must not fail either."""
        if isinstance(error, apsw.IOError) and getattr(error, "extendedresult", None) in _SYNC_ERRORS:
            self._fatal(error)

    def idle(self) -> None:
        """Does what can wait for an idle moment."""
        if self.frames >= CHECKPOINT_WHEN_IDLE and not self._is_checkpoint_failing:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Moves the log into the database; the log starts again from its beginning."""
        began = time.perf_counter()
        self._reach(failpoints.AT_CHECKPOINT)
        try:
            self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            self._end_if_sync_failed(error)
            self._checkpoint_at = self.frames + CHECKPOINT_AGAIN
            if not self._is_checkpoint_failing:
                self._is_checkpoint_failing = True
                log.error("checkpoints fail path=%s reason=%s; the log beside it grows meanwhile", self.path, error)
            return
        if self._is_checkpoint_failing:
            self._is_checkpoint_failing = False
            log.warning("checkpoints succeed again path=%s", self.path)
        self.observer.checkpointed(time.perf_counter() - began)
        self._checkpoint_at = CHECKPOINT_ANYWAY
        self.frames = 0

    def close(self) -> None:
        """Syncs, empties the log into the database and closes."""
        if self.path is not None and not self.connection.pragma("query_only"):
            self.sync(self.committed)
            try:
                self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.Error as error:
                self._end_if_sync_failed(error)
                log.warning("checkpoint at close failed, the log stays beside the database: %s", error)
                self.connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # it would be tried again
        with self._sync_lock:  # whoever still waits for a sync finds that all is synced
            if self._log_descriptor >= 0:
                os.close(self._log_descriptor)
                self._log_descriptor = -1
        self.connection.close()


def _to_disk(descriptor: int) -> None:
    """Returns when the file is on the disk itself, not in a cache of it. Raises OSError."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS, where nothing less reaches the disk
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)


def _exit(error: Exception) -> None:
    log.critical("cannot sync the log, so nothing more can be promised and this process ends: %s", error)
    os._exit(EXIT_SYNC_FAILED)
