"""Minds the time: lets deadlines strike when they come, and what is unsynced reach the disk within a second."""

from __future__ import annotations

import logging
import threading

from swf.server.service import Service

log = logging.getLogger(__name__)

LONGEST_NAP_S = 1.0
"""A wall clock that jumps is noticed after this time."""


class Ticker:
    """A thread that ticks a service until it is stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._earlier = threading.Event()
        self._is_stopped = False
        self._wakes_at = 0.0
        self._thread = threading.Thread(target=self._run, name="swf-ticker", daemon=True)
        service.deadlines.on_earlier(self._hear)

    def start(self) -> None:
        """Begins to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Ticks no more; returns when the thread has ended."""
        self._is_stopped = True
        self._earlier.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _hear(self, at: float) -> None:
        if at < self._wakes_at:
            self._earlier.set()

    def _run(self) -> None:
        service = self._service
        while not self._is_stopped:
            try:
                service.tick()
            except Exception:
                log.exception("deadlines could not be looked at; they are again in %d s", LONGEST_NAP_S)
                self._earlier.wait(LONGEST_NAP_S)
                continue
            now = service.clock.now()
            self._wakes_at = now + LONGEST_NAP_S
            next_wake = service.next_wake()
            nap = LONGEST_NAP_S if next_wake is None else min(LONGEST_NAP_S, max(0.0, next_wake - now))
            if self._earlier.wait(nap):
                self._earlier.clear()
