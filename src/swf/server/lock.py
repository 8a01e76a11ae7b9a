"""One process owns a file: a lock that the kernel frees when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
import weakref
from pathlib import Path

import msgspec

_held: weakref.WeakSet[FileLock] = weakref.WeakSet()


class Hint(msgspec.Struct, frozen=True):
    """What the owner of a file writes into its lock; what is not written (yet) is None.

    It stays when its writer is killed, so it says nothing unless the lock is held.
    """

    pid: int | None = None
    instance_id: str | None = None
    url: str | None = None
    version: str | None = None
    secret: str | None = None
    """Shows the owner, over HTTP, that a caller may read this file: it is the same user."""


def read_hint(path: Path) -> Hint:
    """What stands in the lock of the database *path*; empty if there is none, or nothing that can be read."""
    try:
        return msgspec.json.decode(Path(f"{path}.lock").read_bytes(), type=Hint)
    except (OSError, msgspec.DecodeError):
        return Hint()


class FileOwned(Exception):
    """Another process owns the file.

    *hint* is what its owner wrote down.
    """

    def __init__(self, path: Path, hint: Hint) -> None:
        owner = f"process {hint.pid}" if hint.pid else "another process"
        at = f", which serves it at {hint.url}" if hint.url else ""
        super().__init__(f"{path} is owned by {owner}{at}; stop that process or use another file")
        self.path = path
        self.hint = hint


class FileLock:
    """The lock beside a database file (``FILE.lock``), taken for life.

    The lock is the truth, the text in it a hint for those who are refused. The lock file is never
    deleted: a second process could then lock another file of the same name.
    """

    def __init__(self, path: Path, *, wait_s: float = 0.0) -> None:
        """Takes the lock of the database *path*; raises FileOwned if it stays taken for *wait_s* seconds."""
        self.path = path
        self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up_at = time.monotonic() + wait_s
        while not self._try():
            if time.monotonic() >= give_up_at:
                hint = read_hint(path)
                os.close(self._descriptor)
                raise FileOwned(path, hint)
            time.sleep(0.02)
        os.fchmod(self._descriptor, 0o600)
        self.secret = secrets.token_hex(32)
        self.write_hint()
        _held.add(self)

    def write_hint(self, instance_id: str | None = None, url: str | None = None, version: str | None = None) -> None:
        """Writes down who owns the file, and where its service can be reached."""
        text = msgspec.json.encode(Hint(os.getpid(), instance_id, url, version, self.secret if url else None))
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def release(self) -> None:
        """Gives the file back."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def drop_after_fork(self) -> None:
        """Closes the descriptor in a forked child, which would otherwise keep the lock of a dead owner."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _try(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _drop_all() -> None:
    for lock in list(_held):
        lock.drop_after_fork()


os.register_at_fork(after_in_child=_drop_all)
