"""Notices when workflow code does not come back: an endless loop or blocking I/O stops every run of its process."""

from __future__ import annotations

import linecache
import logging
import sys
import threading
import time
from types import FrameType
from typing import Any, Final

from simpleflow.logging_context import get_logging_context

log = logging.getLogger(__name__)

LONG_S: Final = 1.0
"""A decision is a matter of milliseconds; one that takes longer does what belongs in an activity."""
LOOK_EVERY_S: Final = 0.5


class Watchdog:
    """Logs where a thread is, once for each decision that takes too long."""

    def __init__(self) -> None:
        self._thread_id = 0
        self._workflow_id = ""
        self._module = ""
        self._about: dict[str, Any] = {}
        self._bites_at: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, workflow_id: str, module: str) -> None:
        """A decision begins in the calling thread, for a workflow of *module*."""
        self._thread_id = threading.get_ident()
        self._workflow_id = workflow_id
        self._module = module
        self._about = get_logging_context()
        self._bites_at = time.monotonic() + LONG_S
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
            frame = sys._current_frames().get(self._thread_id)
            if bites_at is None or frame is None or time.monotonic() < bites_at:
                continue
            self._bites_at = None
            log.warning(
                "a decision takes more than %d s, and nothing else is decided meanwhile; work that takes long belongs "
                "in an activity workflow_id=%s at %s",
                LONG_S,
                self._workflow_id,
                where(frame, self._module),
                extra=self._about,
            )


def where(frame: FrameType, module: str) -> str:
    """The source line that *frame* is at, in *module* if that has called it."""
    found: FrameType | None = frame
    while found is not None and found.f_globals.get("__name__") != module:
        found = found.f_back
    found = found or frame
    path, number = found.f_code.co_filename, found.f_lineno
    return f"{path}:{number} in {found.f_code.co_name}: {linecache.getline(path, number).strip()}"
