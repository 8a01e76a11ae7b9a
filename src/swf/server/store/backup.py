"""A copy of a database that is in use: page by page between turns, whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import apsw

STEP_PAGES: Final = 64
"""Pages copied while the turn is held. 256 were seen to take 0.1 s."""


Turn = Callable[[Callable[[], Any]], Any]
"""Runs a step while nobody else uses the source, and returns what it returns."""


class BackupError(Exception):
    """The copy cannot be made; nothing of it is left."""


def back_up(source: apsw.Connection, to: Path, turn: Turn) -> int:
    """Copies the database of *source* to the new file *to*; returns its size in bytes.

    Every step is a *turn* of its own; writes between two of them are in the copy too. Raises BackupError.
    """
    if not to.is_absolute():
        raise BackupError(f"cannot back up to {to}: give the whole path, from the root")
    if to.exists():
        raise BackupError(f"cannot back up to {to}: it is there already; name a new file")
    part = to.with_name(f"{to.name}.part-{os.getpid()}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        try:
            _copy(source, part, turn)
            _sync(part)
            os.link(part, to)  # unlike a rename, it does not replace what somebody has put there meanwhile
        finally:
            for left in (part, Path(f"{part}-journal")):
                with contextlib.suppress(FileNotFoundError):
                    left.unlink()
        _sync(to.parent)
        return to.stat().st_size
    except FileExistsError as error:
        raise BackupError(f"cannot back up to {to}: {error.filename} is there already; name a new file") from error
    except (OSError, apsw.Error) as error:
        raise BackupError(f"cannot back up to {to}: {getattr(error, 'strerror', None) or error}") from error


def _copy(source: apsw.Connection, part: Path, turn: Turn) -> None:
    target = apsw.Connection(str(part))
    try:
        target.pragma("synchronous", "off")  # synced as a whole, before it gets its name
        backup = turn(lambda: target.backup("main", source, "main"))

        def step() -> bool:
            backup.step(STEP_PAGES)
            if backup.done:
                backup.finish()
            return bool(backup.done)

        try:
            while not turn(step):
                pass
        except BaseException:
            with contextlib.suppress(Exception):  # the connection was closed, and the backup with it
                turn(backup.close)
            raise
    finally:
        target.close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
