"""Doing something again and again while something else is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Value = TypeVar("Value")

log = logging.getLogger(__name__)


class Every:
    """Calls a function every so many seconds until it is stopped: ``Every(10, worker.heartbeat, token)``."""

    def __init__(self, nseconds: float, call: Callable[..., Any], *args: Any) -> None:
        if nseconds <= 0:
            raise ValueError(f"nseconds: {nseconds} is not more than 0")
        self.nseconds = nseconds
        self._call = call
        self._args = args
        self._stopped = threading.Event()

    def __call__(self) -> None:
        """Calls, first after one interval, until :meth:`stop`. An error of the call ends it, and is raised."""
        while not self._stopped.wait(self.nseconds):
            self._call(*self._args)

    def stop(self) -> None:
        """Ends it. Other threads may call it."""
        self._stopped.set()


def meanwhile(calling_this: Every, call_that: Callable[..., Value], *args: Any) -> Value:
    """What ``call_that(*args)`` returns; meanwhile *calling_this* goes on in another thread.

    An error of *calling_this* ends it, and is told in the log: the work goes on.
    """

    def run() -> None:
        try:
            calling_this()
        except Exception:
            log.warning("repeated call ended seconds=%s", calling_this.nseconds, exc_info=True)

    thread = threading.Thread(target=run, name="swf-meanwhile", daemon=True)
    thread.start()
    try:
        return call_that(*args)
    finally:
        calling_this.stop()
        thread.join()
