"""Which service is meant, and a client of it: the embedded one on a file, an endpoint, or Amazon SWF."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from simpleflow.settings import files
from simpleflow.settings.files import Said
from swf.client import Client
from swf.clients import KeepAliveClient, RetryingClient
from swf.clients.connections import TIMEOUTS, Connections, Timeouts
from swf.exceptions import ConfigurationError, Unreachable
from swf.protocol.base import Request
from swf.server.lock import FileOwned, Hint, read_hint

Result = TypeVar("Result")

log = logging.getLogger(__name__)

OTHER_OWNER_S: Final = 5.0
"""Short commands own a file for a moment; an owner that has just taken it needs one to open its door."""
DEFAULT_DOMAIN: Final = "default"
"""On the embedded service, where none is named."""
HEALTH: Final = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class TwoServices(ConfigurationError):
    """More than one service is named."""


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
        return self.db is not None or is_here(self.endpoint_url or "")


def is_here(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return any(f"//{name}" in url for name in ("127.", "localhost", "[::1]"))


VARIABLES: Final = {
    "db": ("SIMPLEFLOW_DB",),
    "endpoint_url": ("AWS_ENDPOINT_URL_SWF", "AWS_ENDPOINT_URL"),
    "domain": ("SWF_DOMAIN",),
    "region": ("AWS_DEFAULT_REGION",),
}


def sayings(given: Mapping[str, Said]) -> dict[str, Said]:
    """Who says what, by the names of VARIABLES: what is *given*, then the environment, then files.

    A file and an endpoint are two ways to name the service: who names one of them is not asked for the other by those
    who count less. Raises TwoServices, FileError.
    """
    environment = {
        name: Said(os.environ[variable], f"environment variable {variable}")
        for name, variables in VARIABLES.items()
        for variable in reversed(variables)
        if os.environ.get(variable)
    }
    if "db" in environment:
        environment.pop("endpoint_url", None)
    in_files = {name: said for name in VARIABLES if (said := files.value(name.replace("_", "-"))) is not None}
    result: dict[str, Said] = {}
    for level in (given, environment, in_files):
        named = {name: each for name, each in level.items() if each.value}
        if "db" in named and "endpoint_url" in named:
            raise TwoServices(
                f"a file (db) and an endpoint_url are two services, said by {named['db'].source} and "
                f"{named['endpoint_url'].source}; give one of them"
            )
        if "db" in result or "endpoint_url" in result:
            named = {name: each for name, each in named.items() if name not in ("db", "endpoint_url")}
        result = named | result
    return {name: result.get(name, Said()) for name in VARIABLES}


def where(
    *, db: str | None = None, endpoint_url: str | None = None, domain: str | None = None, region: str | None = None
) -> tuple[Address | None, str | None]:
    """The service and the domain that are meant: what is given, the environment, files, the defaults.

    Neither a service nor a domain named anywhere: no address. No domain: there is no default one at that service.
    Raises TwoServices, FileError.
    """
    named = {"db": db, "endpoint_url": endpoint_url, "domain": domain, "region": region}
    return meant(sayings({name: Said(value, f"the argument {name}", is_given=True) for name, value in named.items()}))


def meant(said: Mapping[str, Said]) -> tuple[Address | None, str | None]:
    """The service and the domain of what :func:`sayings` has found."""
    db, endpoint_url, domain = (said[name].value for name in ("db", "endpoint_url", "domain"))
    region = said["region"]
    is_named = bool(db or endpoint_url or domain or region.is_given)
    is_of_boto3 = region.source.startswith("environment")
    address = Address(db=db, endpoint_url=endpoint_url, region=None if is_of_boto3 else region.value)
    return address if is_named else None, domain or (DEFAULT_DOMAIN if db else None)


def client_of(address: Address, *, timeouts: Timeouts = TIMEOUTS) -> Client:
    """A client of a service that runs; raises ConfigurationError. Calls raise Unreachable while it does not run."""
    if address.db is not None:
        return FollowingClient(Path(address.db), timeouts=timeouts)
    from swf.clients import connect  # not before: with botocore a process needs twice the memory

    return connect(endpoint_url=address.endpoint_url, region=address.region, timeouts=timeouts)


def patient_client_of(address: Address, *, patience_s: float = float("inf")) -> RetryingClient:
    """The same, for those who wait until it runs."""
    return RetryingClient(client_of(address), patience_s=patience_s)


class FollowingClient:
    """A client of whoever serves a file: when that process has gone, of the next one."""

    def __init__(self, path: Path, *, timeouts: Timeouts = TIMEOUTS) -> None:
        self._path = path.resolve()
        self._timeouts = timeouts
        self._client: KeepAliveClient | None = None
        self._is_stopped = False
        self._lock = threading.Lock()
        """Held while a client is made: of two that threads make at once one could not be stopped any more."""

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
        with self._lock:
            self._is_stopped = True
            client = self._client
        if client is not None:
            client.stop_polling()

    def _found(self) -> KeepAliveClient:
        with self._lock:
            client = self._client
            if client is None:
                hint = read_hint(self._path)
                if hint.url is None or not serves(hint):
                    raise Unreachable(f"no process serves {self._path}")
                client = self._client = KeepAliveClient(hint.url, bearer=hint.secret, timeouts=self._timeouts)
                if self._is_stopped:
                    client.stop_polling()
            return client


def serves(hint: Hint) -> bool:
    """Whether the process of the hint is still there and serves that file: an old hint may name a port of another."""
    if hint.url is None:
        return False
    try:
        connections = Connections(hint.url)
        reply = connections.exchange(HEALTH, 5.0)
        connections.close()
        told = msgspec.json.decode(reply.body, type=dict[str, object])
    except (Unreachable, ValueError, msgspec.DecodeError):
        return False
    return reply.status == 200 and told.get("instance_id") == hint.instance_id


def taken(path: Path, take: Callable[[], Result], *, wait_s: float = OTHER_OWNER_S) -> Result | str:
    """What *take* returns, or the URL at which another process serves the file.

    *take* raises FileOwned while another process has it; one that has it for a moment is waited for. Raises
    FileOwned when that takes longer than *wait_s* seconds, and whatever else *take* raises.
    """
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            return take()
        except FileOwned as owned:
            if owned.hint.url is not None and serves(owned.hint):
                return owned.hint.url
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
