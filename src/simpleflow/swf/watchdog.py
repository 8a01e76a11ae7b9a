"""Notices when workflow code does not come back: an endless loop or blocking I/O stops every run of its process."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class Watchdog:
    """Logs where a thread is, once for each decision that takes too long."""

    def __init__(self) -> None:
        self._thread_id = 0
        self._workflow_id = ""
        self._bites_at: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, workflow_id: str, seconds: float) -> None:
        """A decision begins in the calling thread; it should not take longer than *seconds*."""
        self._thread_id = threading.get_ident()
        self._workflow_id = workflow_id
        self._bites_at = time.monotonic() + seconds
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """The decision has come back."""
        self._bites_at = None

    def end(self) -> None:
        """Nothing more will be watched."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            bites_at = self._bites_at
            if bites_at is not None and time.monotonic() >= bites_at:
                self._bites_at = None
                frame = sys._current_frames().get(self._thread_id)
                where = "".join(traceback.format_stack(frame)[-4:]) if frame is not None else "unknown\n"
                log.error(
                    "the code of workflow_id=%s does not come back, and nothing else is decided meanwhile; "
                    "work that takes long belongs in an activity. It is here:\n%s",
                    self._workflow_id,
                    where.rstrip(),
                )
