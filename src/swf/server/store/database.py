"""The file: opened, written in transactions, synced, checkpointed.

Commits are NORMAL, which leaves the log unsynced; the promise of durability is kept by :meth:`Database.sync`,
one ``fdatasync`` of the log that serves everybody who waits for it. A commit has a number, its *lsn*.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import apsw

from swf.server.store.migrations import SCHEMA_VERSION, can_upgrade, upgrade

log = logging.getLogger(__name__)

CHECKPOINT_WHEN_IDLE = 500
CHECKPOINT_ANYWAY = 2_000
"""Frames in the log. A checkpoint of 1,000 frames takes about 16 ms, so it is left to idle moments."""


class NotADatabase(Exception):
    """The file is no simpleflow database, or one this version cannot read."""


class Database:
    """One connection to one file, or to a database in memory that lives as long as the object.

    Everything but :meth:`sync` must be called by whoever holds the turn of the service.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        read_only: bool = False,
        fatal: Callable[[OSError], None] | None = None,
    ) -> None:
        """Opens *path* (None: in memory), creating it unless *read_only*.

        *fatal* is called when a sync fails, which nothing can repair: by default the process ends with
        exit code 74 without answering anybody.
        """
        self.path = path
        self.committed = 0
        """The lsn of the newest commit."""
        self.synced = 0
        """The highest lsn that is known to be on disk."""
        self.commits = 0
        self.syncs = 0
        self._frames = 0
        self._fatal = fatal or _exit
        self._sync_lock = threading.Lock()
        self._log_descriptor = -1
        self.connection = self._open(path, read_only=read_only)
        if read_only:
            self.connection.pragma("query_only", True)
        self.instance_id = str(self.meta("instance_id"))

    def _open(self, path: Path | None, *, read_only: bool) -> apsw.Connection:
        if path is None:
            connection = apsw.Connection(":memory:")
            self._prepare(connection, read_only=read_only)
            return connection
        umask = os.umask(0o077)
        try:
            flags = apsw.SQLITE_OPEN_READWRITE | (0 if read_only else apsw.SQLITE_OPEN_CREATE)
            connection = apsw.Connection(str(path), flags=flags)
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
        except apsw.NotADBError as error:
            raise NotADatabase(f"{path} is not a simpleflow database; use another file") from error
        finally:
            os.umask(umask)
        return connection

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
        self._frames = frames
        return apsw.SQLITE_OK

    def meta(self, key: str) -> object:
        """A fact about the file, or None."""
        return self.connection.execute("select value from meta where key = ?", (key,)).get

    @contextlib.contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """One atomic write. On any error nothing of it is there; SQLite may have rolled back by itself."""
        connection = self.connection
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        self.commits += 1
        self.committed += 1
        if self.path is None:
            self.synced = self.committed
        elif self._frames >= CHECKPOINT_ANYWAY:
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
            try:
                if self._log_descriptor < 0:
                    self._log_descriptor = os.open(f"{self.path}-wal", os.O_RDONLY | os.O_CLOEXEC)
                os.fdatasync(self._log_descriptor)
            except OSError as error:
                self._fatal(error)
                raise
            self.syncs += 1
            self.synced = newest

    def idle(self) -> None:
        """Does what can wait for an idle moment."""
        if self._frames >= CHECKPOINT_WHEN_IDLE:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Moves the log into the database; the log starts again from its beginning."""
        try:
            self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._frames = 0
        except apsw.Error as error:
            log.warning("checkpoint failed, the log goes on growing: %s", error)

    def close(self) -> None:
        """Syncs, empties the log into the database and closes."""
        if self.path is not None and not self.connection.pragma("query_only"):
            self.sync(self.committed)
            try:
                self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.Error as error:
                log.warning("checkpoint at close failed, the log stays beside the database: %s", error)
        with self._sync_lock:  # whoever still waits for a sync finds that all is synced
            if self._log_descriptor >= 0:
                os.close(self._log_descriptor)
                self._log_descriptor = -1
        self.connection.close()


def _exit(error: OSError) -> None:
    log.critical("cannot sync the log, so nothing more can be promised: %s", error)
    os._exit(74)
