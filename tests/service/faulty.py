"""A disk that fails on demand, below SQLite: its own file system layer with errors put in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw


class Disk:
    """What goes wrong at the moment; nothing at first."""

    def __init__(self) -> None:
        self.on_write: apsw.Error | None = None
        """Raised by every write to a file."""
        self.on_sync: apsw.Error | None = None
        """Raised whenever SQLite itself syncs a file."""
        self.writes_left = 1_000_000
        """Writes that still succeed before *on_write* counts."""


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk

    def xWrite(self, data: Any, offset: int) -> None:  # SQLite's name
        if self._disk.on_write is not None:
            if self._disk.writes_left <= 0:
                raise self._disk.on_write
            self._disk.writes_left -= 1
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # SQLite's name
        if self._disk.on_sync is not None:
            raise self._disk.on_sync
        super().xSync(flags)


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk, name: str) -> None:
        super().__init__(name, "unix", makedefault=True)
        self._disk = disk

    def xOpen(self, name: Any, flags: Any) -> Any:  # SQLite's name
        return _File(self._disk, name, flags)


@contextmanager
def faulty_disk() -> Iterator[Disk]:
    """Databases that are opened in the block are on this disk."""
    disk = Disk()
    vfs = _Vfs(disk, "faulty")
    try:
        yield disk
    finally:
        vfs.unregister()


def extended(error: apsw.Error, code: int) -> apsw.Error:
    """The error with an extended result code."""
    error.extendedresult = code
    return error
