"""Whatever is sent, the service answers with less than 500, or hangs up on what is no request, and lives on."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from swf.clients.connections import Reply, _Parser
from swf.server import open_reader
from swf.server.check import problems
from tests.effort import rounds
from tests.processes.command import ROOT
from tests.wire.rubbish import Rubbish, head

REQUESTS = rounds(5_000, 100_000)
ANSWER_WITHIN_S = 20.0
GROWTH_BYTES = 40 * 1024 * 1024
"""What the service may take more at the end than after a third of the requests."""
SETTING = (
    ("RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}),
    (
        "RegisterWorkflowType",
        {
            "domain": "d",
            "name": "w",
            "version": "1",
            "defaultTaskList": {"name": "l"},
            "defaultChildPolicy": "TERMINATE",
            "defaultTaskStartToCloseTimeout": "60",
            "defaultExecutionStartToCloseTimeout": "60",
        },
    ),
    ("RegisterActivityType", {"domain": "d", "name": "a", "version": "1", "defaultTaskList": {"name": "l"}}),
)


class Server:
    """A service in a process of its own, and a connection to it."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "fuzz.db"
        self.log = directory / "fuzz.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.wire.fuzzed", str(self.file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        assert self.process.stdout is not None
        self._port = int(self.process.stdout.readline())
        self._socket: socket.socket | None = None

    def exchange(self, request: bytes, *, is_partial: bool) -> Reply | None:
        """The answer; None if the connection was closed instead. A partial request is followed by the end."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), ANSWER_WITHIN_S)
        parser = _Parser()
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(request)
        if is_partial:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        while not parser.is_complete:
            try:
                data = self._socket.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                self.hang_up()
                return None
            parser.feed(data)
        if is_partial or not parser.keeps_alive:
            self.hang_up()
        return parser.reply()

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def memory(self) -> int:
        """Bytes that the process holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def stop(self) -> int:
        """Ends it; the exit code."""
        self.hang_up()
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    for operation, members in SETTING:
        body = json.dumps(members).encode()
        reply = server.exchange(head(operation, len(body)) + body, is_partial=False)
        assert reply is not None
        assert reply.status == 200, reply
    yield server
    server.hang_up()
    server.process.kill()
    server.process.communicate()


@pytest.mark.timeout(1800)
def test_no_request_makes_the_service_fail_hang_or_grow(server: Server) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rubbish = Rubbish(seed)
    statuses: Counter[int | None] = Counter()
    held = 0
    for number in range(REQUESTS):
        request, is_partial = rubbish.request()
        reply = server.exchange(request, is_partial=is_partial)
        shown = f"seed {seed}, request {number}: {request[:600]!r}"
        assert reply is not None or is_partial, f"no answer: {shown}"
        statuses[reply.status if reply else None] += 1
        if reply is not None:
            assert reply.status < 500, f"{reply}: {shown}"
            rubbish.learn(reply.body)
        if number == REQUESTS // 3:
            held = server.memory()
    assert server.memory() - held < GROWTH_BYTES
    assert statuses[200] > REQUESTS / 100, statuses
    assert statuses[400] > REQUESTS / 4, statuses
    assert statuses[413] > 0, statuses
    assert server.stop() == 0
    said = server.log.read_text()
    assert "Traceback" not in said, said[-3000:]
    service = open_reader(server.file)
    assert list(problems(service)) == []
    service.close()


@pytest.mark.parametrize("is_chunked", [False, True], ids=["announced", "in chunks"])
def test_a_body_of_64_megabytes_is_refused_before_it_is_held(server: Server, *, is_chunked: bool) -> None:
    before = server.memory()
    size = 64 * 1024 * 1024
    request = head("SignalWorkflowExecution", size) + b" " * size
    if is_chunked:
        request = request.replace(b"Content-Length: %d" % size, b"Transfer-Encoding: chunked", 1)
        request = request.replace(b"\r\n\r\n", b"\r\n\r\n%x\r\n" % size, 1) + b"\r\n0\r\n\r\n"
    reply = server.exchange(request, is_partial=True)
    assert reply is None or reply.status == 413, reply
    assert server.memory() - before < 16 * 1024 * 1024
    body = b'{"registrationStatus":"REGISTERED"}'
    reply = server.exchange(head("ListDomains", len(body)) + body, is_partial=False)
    assert reply is not None
    assert reply.status < 500
