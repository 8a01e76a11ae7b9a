"""A call on its way: what is asked, and, once it is there, the answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from swf.protocol.base import Request
from swf.protocol.faults import Fault


@dataclass(slots=True, eq=False)
class Pending:
    """A request and its answer. Written by whoever holds the turn, read by the caller."""

    request: Request[Any]
    may_wait: bool = True
    """Whether a poll that finds no task waits for one."""
    is_done: bool = False
    answer: Any | Fault = None
    """The result, or the fault, once :attr:`is_done`."""
    lsn: int = 0
    """The commit that must be on disk before the answer may leave."""
    woken: threading.Event | None = field(default=None)
    """Set when a poll that waits has been answered; None while nobody sleeps on it."""

    def finish(self, answer: Any | Fault, lsn: int = 0) -> None:
        """Gives the answer."""
        self.answer = answer
        self.lsn = lsn
        self.is_done = True
        if self.woken is not None:
            self.woken.set()
