"""What ``ps`` shows of a process: which loop it is, of which task list, and what it is doing."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

from simpleflow import settings

OWN_ARGUMENTS_ALONE: Final = "SPT_NOENV"
"""With this variable the library leaves the memory of the environment alone: /proc/PID/environ stays readable."""

STOPPING: Final = "stopping"
"""The last state of a process."""


class Title:
    """The title ``simpleflow Worker(task_list=orders)[polling]`` of this process; its loops share it.

    Where loops are in different states, all are told: ``[polling, processing 3]``.
    """

    def __init__(self, name: str, task_list: str) -> None:
        """The process is renamed with the first state, unless SIMPLEFLOW_DISABLE_SETPROCTITLE is on."""
        self._start = f"simpleflow {name}(task_list={task_list})"
        self._states: dict[object, str] = {}
        self._lock = threading.Lock()
        self._show = _library()

    def says(self, state: str, loop: object = None) -> None:
        """*loop* is in this state now; None: all of the process, until a loop says more, or for ever if it stops."""
        if self._show is None:
            return
        with self._lock:
            if self._states.get(None) == STOPPING:
                return
            if loop is None:
                self._states.clear()
            else:
                self._states.pop(None, None)
            self._states[loop] = state
            self._show(f"{self._start}[{self._together() if len(self._states) > 1 else state}]")

    def _together(self) -> str:
        counted = sorted(Counter(self._states.values()).items())
        return ", ".join(state if count == 1 else f"{state} {count}" for state, count in counted)


class NoTitle:
    """The process keeps its name: it is somebody else's."""

    def says(self, state: str, loop: object = None) -> None:
        """Nothing."""


def _library() -> Callable[[str], None] | None:
    """What renames this process; None if nothing may, or can."""
    if settings.SIMPLEFLOW_DISABLE_SETPROCTITLE:
        return None
    was = os.environ.get(OWN_ARGUMENTS_ALONE)
    os.environ[OWN_ARGUMENTS_ALONE] = "1"  # read once, when the library is first used
    try:
        import setproctitle

        setproctitle.getproctitle()
    finally:
        if was is None:
            del os.environ[OWN_ARGUMENTS_ALONE]
        else:
            os.environ[OWN_ARGUMENTS_ALONE] = was
    return setproctitle.setproctitle
