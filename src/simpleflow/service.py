"""Which service is meant, and a client of it: the embedded one on a file, an endpoint, or Amazon SWF."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from swf.client import Client
from swf.clients import KeepAliveClient, RetryingClient, connect
from swf.clients.connections import Connections
from swf.exceptions import Unreachable
from swf.protocol.base import Request
from swf.server.lock import Hint, read_hint

Result = TypeVar("Result")

log = logging.getLogger(__name__)

DOOR_WAIT_S = 2.0
"""An owner that has just taken a file needs a moment to open its door."""
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service is: *db* is a file of the embedded one, whoever owns it; *endpoint_url* any that speaks SWF.

    Neither: Amazon SWF. *region* None: as boto3 finds it.
    """

    db: str | None = None
    endpoint_url: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        if self.db is not None:
            return f"the service on {self.db}"
        return self.endpoint_url or "Amazon SWF"

    @property
    def is_here(self) -> bool:
        """Whether the service is on this machine, so that its users share a disk."""
        return self.db is not None or any(
            f"//{name}" in (self.endpoint_url or "") for name in ("127.", "localhost", "[::1]")
        )


def client_of(address: Address) -> Client:
    """A client of a service that runs; raises ConfigurationError. Calls raise Unreachable while it does not run."""
    if address.db is not None:
        return FollowingClient(Path(address.db))
    return connect(endpoint_url=address.endpoint_url, region=address.region)


def patient_client_of(address: Address, *, patience_s: float = float("inf")) -> RetryingClient:
    """The same, for those who wait until it runs."""
    return RetryingClient(client_of(address), patience_s=patience_s)


class FollowingClient:
    """A client of whoever serves a file: when that process has gone, of the next one."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._client: KeepAliveClient | None = None
        self._is_stopped = False

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault, or Unreachable."""
        client = self._found()
        try:
            return client.call(request)
        except Unreachable:
            self._client = None
            raise

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """As the client of a server does it."""
        try:
            client = self._found()
        except Unreachable as error:
            heard(error)
            raise
        try:
            return client.respond_and_poll(response, poll, heard)
        except Unreachable:
            self._client = None
            raise

    def stop_polling(self) -> None:
        """Ends the polls that wait now, and all later ones."""
        self._is_stopped = True
        client = self._client
        if client is not None:
            client.stop_polling()

    def _found(self) -> KeepAliveClient:
        client = self._client
        if client is None:
            hint = read_hint(self._path)
            if hint.url is None or not serves(hint):
                raise Unreachable(f"no process serves {self._path}")
            client = self._client = KeepAliveClient(hint.url)
            if self._is_stopped:
                client.stop_polling()
        return client


def serves(hint: Hint) -> bool:
    """Whether the process of the hint is still there and serves that file: an old hint may name a port of another."""
    if hint.url is None:
        return False
    try:
        reply = Connections(hint.url).exchange(HEALTH, 5.0)
        told = msgspec.json.decode(reply.body, type=dict[str, object])
    except (Unreachable, ValueError, msgspec.DecodeError):
        return False
    return reply.status == 200 and told.get("instance_id") == hint.instance_id


def server_of(path: Path) -> KeepAliveClient | None:
    """A client of the process that serves the file, None if none does. Waits a moment for a door that opens."""
    give_up_at = time.monotonic() + DOOR_WAIT_S
    while True:
        hint = read_hint(path.resolve())
        if serves(hint):
            assert hint.url is not None
            return KeepAliveClient(hint.url)
        if hint.pid is None or hint.url is not None or time.monotonic() > give_up_at:
            return None
        time.sleep(0.02)


@contextlib.contextmanager
def owned(path: Path, *, host: str = "127.0.0.1", port: int = 0, wait_s: float = 5.0) -> Iterator[str]:
    """Owns and serves the file in a thread of this process; the URL of the door.

    Raises FileOwned, NotADatabase, DoorError, OSError.
    """
    from swf.server import open_service
    from swf.server.http import Door

    service = open_service(path, wait_s=wait_s)
    try:
        door = Door(service, host=host, port=port)
        door.open()
        service.announce(door.url)
        try:
            yield door.url
        finally:
            door.close()
    finally:
        service.close()
