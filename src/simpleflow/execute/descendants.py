"""Processes that a process has started, and those that they have."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and what it has started; those who have lost their parent already are not found."""
    below = descendants(process.pid)
    process.kill()
    for pid in below:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes below *pid*, parents first."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found, queue = [], [pid]
    while queue:
        for child in children.get(queue.pop(0), ()):
            found.append(child)
            queue.append(child)
    return found


def _parents() -> list[tuple[int, int]]:
    """Pid and parent of all processes."""
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)  # noqa: S607
        return [(int(pid), int(parent)) for pid, parent in (line.split() for line in told.stdout.splitlines())]
    pairs = []
    for entry in proc.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                pairs.append((int(entry.name), int(after_name[1])))
    return pairs
