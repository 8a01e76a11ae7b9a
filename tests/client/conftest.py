"""A client of each kind of service, with a decider and a worker at the same service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

import simpleflow
from simpleflow.client import Client
from simpleflow.service import Address, client_of
from swf.clients import KeepAliveClient
from swf.protocol.operations import RegisterDomain
from swf.server import open_service
from swf.server.http import Door
from swf.server.inprocess import InProcessClient
from tests.client.flows import Approving, Broken, Chained, Doubling, deciding

DOMAIN = "shop"


@dataclass
class Shop:
    """A client, and what polls beside it."""

    client: Client
    other: Client
    """Another one of the same service."""


@pytest.fixture(params=["in process", "boto3", "file"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Executions are decided and worked on."""
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    with contextlib.ExitStack() as stack:
        if request.param == "file":
            client = stack.enter_context(simpleflow.connect(db=tmp_path / "shop.db", domain=DOMAIN))
            other = stack.enter_context(simpleflow.connect(db=tmp_path / "shop.db", domain=DOMAIN))
            poller = client_of(Address(db=str(tmp_path / "shop.db")))
        else:
            service = open_service(None)
            stack.callback(service.close)
            if request.param == "in process":
                client, other = (simpleflow.connect(client=InProcessClient(service), domain=DOMAIN) for _ in range(2))
                poller = InProcessClient(service)
            else:
                door = Door(service)
                door.open()
                stack.callback(door.close)
                for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                    monkeypatch.setenv(name, "simpleflow")
                session = boto3.Session(region_name="us-east-1")
                client = simpleflow.connect(client=session.client("swf", endpoint_url=door.url), domain=DOMAIN)
                other = simpleflow.connect(endpoint_url=door.url, domain=DOMAIN, region="us-east-1")
                poller = KeepAliveClient(door.url)
        client.call(RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="3"))
        stack.enter_context(deciding(poller, DOMAIN, Doubling, Approving, Chained, Broken))
        yield Shop(client, other)
