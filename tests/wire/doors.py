"""A service behind its door, and the ways to call it: raw HTTP, boto3, our clients."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from swf.clients import BotoClient, KeepAliveClient, connect
from swf.protocol import operations as o
from swf.protocol.values import ChildPolicy, TaskList, WorkflowType
from swf.server import Service, open_service
from swf.server.http import Door

DOMAIN = "shop"
LIST = TaskList(name="orders")
ORDER = WorkflowType(name="order", version="1")


@dataclass
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A service and its door."""

    service: Service
    door: Door

    @property
    def port(self) -> int:
        return urlsplit(self.door.url).port or 0

    def keepalive(self) -> KeepAliveClient:
        return KeepAliveClient(self.door.url)

    def boto(self) -> BotoClient:
        return connect(endpoint_url=self.door.url, region="us-east-1", access_key="a", secret_key="b")

    def boto3(self) -> Any:
        """A plain boto3 client, as somebody else's program makes it."""
        return boto3.client(
            "swf",
            endpoint_url=self.door.url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def post(self, operation: str, body: bytes | dict[str, Any], **headers: str) -> Reply:
        """One raw request; *headers* with underscores for hyphens."""
        return self.send(
            "POST",
            "/",
            body if isinstance(body, bytes) else json.dumps(body).encode(),
            {
                "X-Amz-Target": f"SimpleWorkflowService.{operation}",
                "Content-Type": "application/x-amz-json-1.0",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """One request of any kind."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def begin_poll(self, operation: str = "PollForDecisionTask") -> socket.socket:
        """Sends a poll and returns its connection; nothing is read."""
        body = json.dumps({"domain": DOMAIN, "taskList": {"name": LIST.name}}).encode()
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: SimpleWorkflowService.%b\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (operation.encode(), len(body), body)
        )
        return connection

    def waiting(self) -> int:
        """The polls that wait now."""
        return sum(len(tasks.pollers) for tasks in self.service.task_lists.all())

    def register(self) -> None:
        """The domain and a workflow type."""
        client = self.keepalive()
        client.call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="7"))
        client.call(
            o.RegisterWorkflowType(
                domain=DOMAIN,
                name=ORDER.name,
                version=ORDER.version,
                default_task_list=LIST,
                default_child_policy=ChildPolicy.TERMINATE,
                default_task_start_to_close_timeout="60",
                default_execution_start_to_close_timeout="3600",
            )
        )
        client.close()

    def start(self, workflow_id: str = "order-1") -> str:
        """Starts an execution; its run id."""
        client = self.keepalive()
        run = client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id=workflow_id, workflow_type=ORDER))
        client.close()
        assert run.run_id is not None
        return run.run_id


@contextlib.contextmanager
def served(path: Path | None, *, poll_wait_s: float = 60.0) -> Iterator[Served]:
    """A service on the file with an open door, until the block is left."""
    service = open_service(path)
    door = Door(service, poll_wait_s=poll_wait_s)
    door.open()
    try:
        it = Served(service, door)
        it.register()
        yield it
    finally:
        door.close()
        service.close()
