"""Programs that activities need, fetched from S3 before they run."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from simpleflow import s3, settings

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RemoteBinary:
    """A program *name* at *remote_location*, which is ``s3://bucket/key``."""

    name: str
    remote_location: str

    def __post_init__(self) -> None:
        if not self.name or self.name in (".", "..") or "/" in self.name or "\0" in self.name:
            raise ValueError(f"a binary is named {self.name!r}; a plain file name is possible")
        if not self.remote_location.startswith("s3://") or not all(self._place()):
            raise ValueError(
                f"the binary {self.name!r} is at {self.remote_location!r}; only s3://bucket/key is possible"
            )

    def _place(self) -> tuple[str, str]:
        bucket, _, key = self.remote_location.removeprefix("s3://").partition("/")
        return bucket, key

    @property
    def local_directory(self) -> Path:
        """Where it lies on this machine, alone: each location has a directory of its own."""
        digest = hashlib.md5(self.remote_location.encode(), usedforsecurity=False).hexdigest()
        return Path(settings.SIMPLEFLOW_BINARIES_DIRECTORY) / f"{self.name}-{digest}"

    @property
    def local_location(self) -> Path:
        """The file on this machine."""
        return self.local_directory / self.name

    def download(self) -> Path:
        """The file on this machine, fetched if it is not there; one process fetches, others wait."""
        directory, target = self.local_directory, self.local_location
        if is_program(target):
            return target
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        with open(directory / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_program(target):
                part = directory / f".{self.name}.part"
                s3.pull(*self._place(), part)
                part.chmod(0o755)
                part.replace(target)
        return target


def is_program(path: Path) -> bool:
    """Whether there is a file that can be run."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)


def download_binaries(binaries: Mapping[str, str]) -> None:
    """Fetches programs (name to ``s3://bucket/key``) and puts them first on the ``PATH`` of this process."""
    for name, location in binaries.items():
        directory = str(RemoteBinary(name, location).download().parent)
        paths = [path for path in os.environ.get("PATH", os.defpath).split(os.pathsep) if path != directory]
        os.environ["PATH"] = os.pathsep.join([directory, *paths])


def with_binaries(binaries: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: before the function runs, the programs are fetched and first on the ``PATH``."""
    for name, location in binaries.items():
        RemoteBinary(name, location)  # what is wrong with it is said now

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def prepared(*args: P.args, **kwargs: P.kwargs) -> R:
            download_binaries(binaries)
            return function(*args, **kwargs)

        return prepared

    return decorate


def binaries_of(content: Any) -> dict[str, str]:
    """The programs that the decoded input of an activity asks for, in its ``meta``."""
    meta = content.get("meta") if isinstance(content, dict) else None
    binaries = meta.get("binaries") if isinstance(meta, dict) else None
    return dict(binaries) if isinstance(binaries, dict) else {}
