"""Activities that try a worker's patience."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from simpleflow import activity


def chore(name: str) -> activity.Decorator:
    return activity.with_attributes(name=f"chores.{name}", version="1")


def announce(name: str, pid: int) -> None:
    """Writes the pid where the test looks for it."""
    path = Path(os.environ["CHORES"]) / name
    path.with_suffix(".new").write_text(str(pid))
    path.with_suffix(".new").rename(path)


@chore("add")
def add(x: int, y: int) -> int:
    return x + y


@chore("sleep")
def sleep(seconds: float) -> None:
    announce("pid", os.getpid())
    time.sleep(seconds)


@chore("stubborn")
def stubborn() -> None:
    """Ignores SIGTERM, and so does what it starts."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "60"])
    announce("grandchild", child.pid)
    announce("pid", os.getpid())
    time.sleep(60)


@chore("fork_and_return")
def fork_and_return() -> str:
    """Both the original and its copy go on; the copy later."""
    if os.fork() == 0:
        time.sleep(0.2)
    return "once"
