"""One process owns a file: a lock that the kernel frees when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from pathlib import Path

import msgspec

_held: weakref.WeakSet[FileLock] = weakref.WeakSet()


class FileOwned(Exception):
    """Another process owns the file.

    *pid* and *url* are what its owner wrote down: hints for people, None if it wrote nothing.
    """

    def __init__(self, path: Path, pid: int | None, url: str | None) -> None:
        owner = f"process {pid}" if pid else "another process"
        at = f", which serves it at {url}" if url else ""
        super().__init__(f"{path} is owned by {owner}{at}; stop that process or use another file")
        self.path = path
        self.pid = pid
        self.url = url


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
                pid, url = self._read()
                os.close(self._descriptor)
                raise FileOwned(path, pid, url)
            time.sleep(0.02)
        self.write_hint()
        _held.add(self)

    def write_hint(self, url: str | None = None) -> None:
        """Writes down who owns the file and where it can be reached."""
        text = msgspec.json.encode(_Hint(os.getpid(), url))
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

    def _read(self) -> tuple[int | None, str | None]:
        """The pid and URL that the owner has written; it may not have come to that yet."""
        try:
            hint = msgspec.json.decode(os.pread(self._descriptor, 4096, 0), type=_Hint)
        except msgspec.DecodeError:
            return None, None
        return hint.pid, hint.url


class _Hint(msgspec.Struct):
    pid: int | None = None
    url: str | None = None


def _drop_all() -> None:
    for lock in list(_held):
        lock.drop_after_fork()


os.register_at_fork(after_in_child=_drop_all)
