"""A file that is always served: by this process as soon as no other one does."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from pathlib import Path
from typing import Final

from simpleflow.service import serves, taken
from swf.server import NotADatabase
from swf.server.http import DoorError, serving
from swf.server.lock import FileOwned, read_hint

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0


class Keeper:
    """Serves the file if nobody does, and looks again and again whether somebody does."""

    def __init__(self, path: Path) -> None:
        """Returns when the file is served, by whomever. Raises as :func:`~swf.server.http.serving` does."""
        self._path = path
        self._held = contextlib.ExitStack()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        if isinstance(taken(path, self._serve), str):
            self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Looks no more, and serves no more."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        self._held.close()

    def _serve(self) -> None:
        door = self._held.enter_context(serving(self._path))
        log.info("serving %s at %s", self._path, door.url)

    def _watch(self) -> None:
        """Until this process serves the file itself. The pauses differ, so that of many one is first."""
        complaint = ""
        while not self._closed.wait(LOOK_EVERY_S * random.uniform(0.5, 1.5)):  # noqa: S311  # spreads, keeps no secret
            if serves(read_hint(self._path)):
                continue
            try:
                self._serve()
                return
            except FileOwned:
                continue  # a short command, or another one that was first
            except (OSError, DoorError, NotADatabase) as error:
                if str(error) != complaint:
                    complaint = str(error)
                    log.error("cannot serve %s, trying again: %s", self._path, error)
