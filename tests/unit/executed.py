"""Functions that run in other interpreters."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import time
from dataclasses import dataclass

from simpleflow import activity, execute


@dataclass
class Sum:
    at: datetime.date
    total: int


@execute.python()
def add(at: datetime.date, *numbers: int) -> Sum:
    print("this is no part of the result")
    assert isinstance(at, datetime.date)
    return Sum(at, sum(numbers))


@execute.python()
def pid() -> int:
    return os.getpid()


@execute.python()
def length(text: str) -> int:
    return len(text)


@execute.python()
def fails() -> None:
    raise KeyError("k")


@execute.python()
def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@execute.python()
def unsendable() -> object:
    return object()


@execute.python(timeout=0.5)
def slow() -> None:
    time.sleep(60)


@execute.python(kill_children=True)
def leaves_somebody() -> int:
    return subprocess.Popen(["sleep", "60"]).pid


@execute.python(timeout=6, kill_children=True)
def slow_with_somebody(path: str) -> None:
    from pathlib import Path

    Path(path).write_text(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)


@execute.python(env={"GREETING": "hi"})
def greeting() -> str:
    return os.environ["GREETING"]


@execute.python()
def hostile() -> str:
    """Its output looks like what older releases evaluated."""
    print("__import__('os').system('false')")
    return "__import__('os').getpid()"


@activity.with_attributes(version="1")
def twice(x: int) -> int:
    return 2 * x


def shout(text: str) -> str:
    return text.upper()
