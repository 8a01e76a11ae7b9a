"""The services on which objects are tried: ours in this process, ours over HTTP through boto3, moto's through boto3.

moto is another hand's work: what ours and our client agree on by mistake, it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.config import Config

from swf.models import Domain
from swf.querysets import DomainQuerySet
from swf.server import ManualClock, Service, open_service
from swf.server.http import Door
from swf.server.inprocess import InProcessClient
from swf.utils import now
from tests.stand_in import moto_running

OURS: Final = ("inprocess", "http")
EVERYWHERE: Final = (*OURS, "moto")


@dataclass
class Place:
    """A service that is empty, and how to call it."""

    name: str
    connection: Any
    """A boto3 client, or one of ours."""
    url: str | None = None
    service: Service | None = None
    clock: ManualClock | None = None

    def domain(self, name: str = "shop") -> Domain:
        """A domain that is registered there."""
        return DomainQuerySet(connection=self.connection).create(name, description="a shop", retention_period=7)

    def unregistered(self, name: str) -> Domain:
        """A domain that is not."""
        return Domain(name, connection=self.connection)

    def pass_time(self, seconds: float) -> None:
        """Lets time pass at a service of ours."""
        assert self.clock is not None
        assert self.service is not None
        self.clock.advance(seconds)
        self.service.tick()


def boto3_client(url: str) -> Any:
    """A boto3 client of the service at *url*."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return session.client("swf", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


@contextmanager
def in_process() -> Iterator[Place]:
    clock = ManualClock(round(now().timestamp(), 3))
    service = open_service(None, clock=clock)
    yield Place("inprocess", InProcessClient(service, poll_wait_s=0), service=service, clock=clock)
    service.close()


@contextmanager
def over_http() -> Iterator[Place]:
    clock = ManualClock(round(now().timestamp(), 3))
    service = open_service(None, clock=clock)
    door = Door(service, poll_wait_s=0)
    door.open()
    client = boto3_client(door.url)
    yield Place("http", client, door.url, service, clock)
    client.close()
    door.close()
    service.close()


@contextmanager
def moto_server() -> Iterator[Place]:
    """A server of moto's that many tests may share; each must let it :func:`~tests.stand_in.reset`."""
    with moto_running() as url:
        client = boto3_client(url)
        yield Place("moto", client, url)
        client.close()
