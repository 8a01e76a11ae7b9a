"""A file that is always served: by this process as soon as no other one does."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from simpleflow.service import Address, client_of, serves, taken
from swf.client import Client
from swf.clients import RetryingClient
from swf.clients.connections import TIMEOUTS, Timeouts
from swf.protocol.base import Request
from swf.server import NotADatabase, Service
from swf.server.http import DoorError, serving
from swf.server.inprocess import InProcessClient
from swf.server.lock import FileOwned, read_hint

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0


PATIENCE_S: Final = 10.0
"""How long a call is repeated: for so long a file may be without an owner."""

Result = TypeVar("Result")


class Keeper:
    """Serves the file if nobody does, and looks again and again whether somebody does."""

    def __init__(self, path: Path) -> None:
        """Returns when the file is served, by whomever. Raises as :func:`~swf.server.http.serving` does."""
        self._path = path
        self._held = contextlib.ExitStack()
        self._closed = threading.Event()
        self.service: Service | None = None
        """The service on the file while this process serves it."""
        self._thread: threading.Thread | None = None
        if isinstance(taken(path, self._serve), str):
            self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Looks no more, and serves no more."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        self.service = None
        self._held.close()

    def _serve(self) -> None:
        door = self._held.enter_context(serving(self._path))
        self.service = door.service
        log.info("serving %s at %s", self._path, door.url)

    def _watch(self) -> None:
        """Until this process serves the file itself. The pauses differ, so that of many one is first."""
        complaint = ""
        while not self._closed.wait(LOOK_EVERY_S * random.SystemRandom().uniform(0.5, 1.5)):
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


class KeptClient:
    """A client of a file that is always served: without a detour while this process does that itself."""

    def __init__(self, path: Path, *, timeouts: Timeouts = TIMEOUTS) -> None:
        """Returns when the file is served. Raises as :class:`Keeper` does."""
        self._keeper = Keeper(path)
        self._following = RetryingClient(client_of(Address(db=str(path)), timeouts=timeouts), patience_s=PATIENCE_S)

    @property
    def service(self) -> Service | None:
        """The service, while it is in this process."""
        return self._keeper.service

    def close(self) -> None:
        """Serves the file no longer."""
        self._keeper.close()

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault, or Unreachable."""
        return self._client().call(request)

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """As the client of the service does it."""
        return self._client().respond_and_poll(response, poll, heard)

    def stop_polling(self) -> None:
        """Ends the polls that wait now."""
        self._client().stop_polling()

    def _client(self) -> Client:
        service = self._keeper.service
        return self._following if service is None else InProcessClient(service)
