"""Files that are written whole or not at all, and copies that are kept for a while."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from pathlib import Path

from simpleflow.constants import DISK_CACHE_S


def write_whole(path: Path, data: bytes) -> None:
    """Puts a whole file, readable by this user alone, in its place at once: nobody ever sees a part of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to disk; those of a writer who has not come to it yet, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DiskCache:
    """Copies of texts, for three hours. What is damaged, or cannot be written, is as if it were not there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, pointer: str) -> str | None:
        """The copy, None if there is none that is young enough."""
        path = self._path(pointer)
        try:
            if path.stat().st_mtime < time.time() - DISK_CACHE_S:
                return None
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def keep(self, pointer: str, text: str) -> None:
        """Keeps a copy, and drops those that are too old."""
        with contextlib.suppress(OSError):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for entry in os.scandir(self._root):
                if entry.stat().st_mtime < time.time() - DISK_CACHE_S:
                    Path(entry.path).unlink(missing_ok=True)
            write_whole(self._path(pointer), text.encode())

    def _path(self, pointer: str) -> Path:
        return self._root / hashlib.sha256(pointer.encode()).hexdigest()
