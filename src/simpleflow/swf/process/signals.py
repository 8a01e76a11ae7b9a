"""Signals for a process whose work is done by threads: its main thread waits for them as for input."""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
from typing import Final

STOP: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
FINISH: Final = signal.SIGUSR2
"""What a supervisor sends to pollers that others have taken the place of: finish what runs, however long it takes."""
NOW: Final = signal.SIGUSR1
"""What a supervisor sends to its pollers when it does not wait any longer. SIGTERM they may get from others too: a
service manager sends it to all processes of a unit."""


class Signals:
    """Hears signals through a pipe; no code of ours runs in a handler."""

    def __init__(self) -> None:
        """Must be made, and used, in the main thread."""
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._writes, False)
        os.set_blocking(self._reads, False)
        for number in (*STOP, NOW, FINISH, signal.SIGCHLD):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, _nothing)
        signal.set_wakeup_fd(self._writes, warn_on_full_buffer=False)

    def wait(self, seconds: float | None, *descriptors: int) -> tuple[set[int], bool]:
        """The signals that came within *seconds* (None: whenever), and whether a descriptor can be read.

        Returns as soon as there is either, or another thread has called :meth:`nudge`.
        """
        waiting = select.poll()
        for descriptor in (self._reads, *descriptors):
            waiting.register(descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _ in waiting.poll(None if seconds is None else math.ceil(1000 * seconds))}
        numbers = set()
        if self._reads in ready:
            with contextlib.suppress(BlockingIOError):
                numbers = set(os.read(self._reads, 4096)) - {0}
        return numbers, any(descriptor in ready for descriptor in descriptors)

    def nudge(self) -> None:
        """Ends the wait; any thread may call it."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._writes, b"\0")


def _nothing(number: int, frame: object) -> None:
    """A handler must be there, or the signal would take its default course."""
