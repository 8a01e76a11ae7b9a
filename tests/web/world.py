"""A service with executions of many kinds, and its pages asked without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from starlette.testclient import TestClient

from simpleflow.web.answers.web import Changing
from simpleflow.web.app import application
from swf.client import Client
from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.protocol.values import WorkflowType
from swf.server import ManualClock, Service, open_service
from swf.server.inprocess import InProcessClient
from tests.web.histories import START, Play, diamond, order, report

BASE = "http://localhost:8470"


class Waited(Protocol):
    """Something that lets those go on who wait for it."""

    def wait(self) -> object: ...


@dataclass
class Counting:
    """A client that counts calls, and fails those that are to fail."""

    client: Client
    calls: list[str] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    """By the name of an operation; ``*`` for all."""
    answers: dict[str, Any] = field(default_factory=dict)
    """What is answered instead, by the name of an operation."""
    later_pages: Exception | None = None
    """What happens to those who ask for more than the first page of a history; None: they get it."""
    goes_on: Waited | None = None
    """Pages of a history wait for it; None: they do not wait."""
    faults_after: tuple[str, int, Exception] | None = None
    """An operation that fails from its so many-th next call on, until this is None again."""

    def call(self, request: Request[Any], /) -> Any:
        name = type(request).__name__
        self.calls.append(name)
        fault = self.faults.get(name) or self.faults.get("*")
        if fault is not None:
            raise fault
        if self.faults_after is not None and self.faults_after[0] == name:
            _, left, late = self.faults_after
            if left <= 0:
                raise late
            self.faults_after = name, left - 1, late
        if name in self.answers:
            return self.answers[name]
        is_later_page = name == "GetWorkflowExecutionHistory" and request.next_page_token is not None
        if self.later_pages is not None and is_later_page:
            raise self.later_pages
        if self.goes_on is not None and is_later_page:
            self.goes_on.wait()
        return self.client.call(request)


@dataclass
class World:
    """Pages over one service on a clock that the test moves."""

    service: Service
    clock: ManualClock
    client: Counting
    browser: TestClient

    def get(self, path: str, **more: Any) -> Any:
        return self.browser.get(path, follow_redirects=False, **more)

    def run_id(self, workflow_id: str) -> str:
        found = self.get("/shop/executions.json", params={"id": workflow_id}).json()["executions"]
        return str(found[0]["run_id"])

    def path(self, workflow_id: str, more: str = "") -> str:
        """The address of the newest run of an id."""
        path = f"/shop/e/{quote(workflow_id, safe='')}/{quote(self.run_id(workflow_id), safe='')}"
        return f"{path}/{more}" if more else path

    def start(self, workflow_id: str, **more: Any) -> None:
        type = more.pop("type", "shop.OrderWorkflow")
        self.client.client.call(
            o.StartWorkflowExecution(
                domain="shop", workflow_id=workflow_id, workflow_type=WorkflowType(name=type, version="3"), **more
            )
        )


def pages_of(service: Service, **more: Any) -> World:
    """The pages over a service that a test has filled."""
    clock = service.clock
    assert isinstance(clock, ManualClock)
    client = Counting(InProcessClient(service, poll_wait_s=0))
    about: dict[str, Any] = {
        "endpoint": "embedded · flow.db",
        "changing": Changing(),
        "options": "--db flow.db",
        **more,
    }
    app = application(client, now=clock.now, **about)  # type: ignore[arg-type]  # it only calls
    return World(service, clock, client, TestClient(app, base_url=BASE, raise_server_exceptions=True))


def empty(**more: Any) -> World:
    """Pages over a service that has nothing yet."""
    return pages_of(open_service(None, clock=ManualClock(START)), **more)


def filled(new_run_id: Callable[[], str] | None = None) -> Service:
    """An order with a child, a report that failed, three small ones."""
    service = open_service(None, clock=ManualClock(START), new_run_id=new_run_id)
    play = order(workflow_id="order-A-10442", on=service)
    play.play()
    failing = report()
    Play(
        failing.steps,
        workers=12,
        fails_with=failing.fails_with,
        type=failing.type,
        tags=failing.tags,
        workflow_id="report-2026-11-22",
        on=service,
    ).play()
    for number in range(3):
        Play(diamond().steps, workflow_id=f"invoice-{number}", type="billing.Invoice", tags=("eu",), on=service).play()
        play.clock.advance(200)
    return service
