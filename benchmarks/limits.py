"""What the machine allows: syncs, commits, pipes, switches, HTTP and boto3, bare; and work made of nothing else.

``chain``, ``fan-out`` and ``quickstart`` here are the commits and pipes of one with nothing between them: two
transactions of three rows and one round trip to a child for each activity of a chain, one transaction of three rows
for one of a fan-out. ``chain, HTTP`` and ``chain, boto3`` add the four calls that an activity takes.
"""

from __future__ import annotations

import http.client
import os
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import apsw

from benchmarks.contract import Bench, programs, python

PEER: Final = "limit"
ECHO: Final = "import sys\nfor line in sys.stdin.buffer:\n    sys.stdout.buffer.write(line); sys.stdout.buffer.flush()"
BODY: Final = b'{"domain":"bench","taskList":{"name":"bench"},"identity":"somebody@somewhere:1","maximumPageSize":100}'
ANSWER: Final = b'{"taskToken":"' + b"t" * 60 + b'","activityId":"a","startedEventId":5,"input":"{}"}'
EVENT: Final = b"x" * 400


class Parts:
    """A database as the service has it, a child that answers what it is told, and a bare HTTP server."""

    def __init__(self, directory: Path, child: subprocess.Popen[Any], port: int) -> None:
        self._connection = apsw.Connection(str(directory / "limit.db"))
        for pragma, value in (("locking_mode", "exclusive"), ("journal_mode", "wal"), ("synchronous", "normal")):
            self._connection.pragma(pragma, value)
        self._connection.execute("create table events (id, body blob, primary key (id)) without rowid")
        self._log = os.open(directory / "limit.db-wal", os.O_RDONLY)
        self._child = child
        self._number = 0
        self._http = http.client.HTTPConnection("127.0.0.1", port)
        self._http.connect()
        self.boto: Any = None

    def commit(self, rows: int) -> None:
        """A transaction that is on the disk when it returns."""
        first, self._number = self._number, self._number + rows
        self._connection.execute("begin immediate")
        self._connection.executemany(
            "insert into events values (?, ?)", [(number, EVENT) for number in range(first, self._number)]
        )
        self._connection.execute("commit")
        os.fdatasync(self._log)

    def pipe(self) -> None:
        """There and back."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        os.write(self._child.stdin.fileno(), BODY + b"\n")
        assert os.read(self._child.stdout.fileno(), 4096) == BODY + b"\n"

    def http(self) -> None:
        """A call over a connection that is kept."""
        self._http.request("POST", "/", BODY, {"X-Amz-Target": "SimpleWorkflowService.PollForActivityTask"})
        self._http.getresponse().read()

    def boto3(self) -> None:
        """The same with boto3: signed, and parsed as Amazon's model says."""
        self.boto.poll_for_activity_task(domain="bench", taskList={"name": "bench"}, identity="somebody")

    def step(self, call: Callable[[], None] | None = None) -> None:
        """What one chained activity cannot do without."""
        self.commit(3)
        self.pipe()
        self.commit(3)
        if call is not None:
            for _ in range(4):
                call()


class Bare(socketserver.StreamRequestHandler):
    """Reads a request, answers it."""

    def handle(self) -> None:
        while self.rfile.readline():
            length = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self.rfile.read(length)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n"
            self.wfile.write(head % len(ANSWER) + ANSWER)


def times(n: int, call: Callable[[], object]) -> Callable[[], None]:
    """*call*, *n* times."""

    def work() -> None:
        for _ in range(n):
            call()

    return work


def switch(n: int) -> None:
    """*n* times to another thread and back."""
    there, back = threading.Semaphore(0), threading.Semaphore(0)

    def answer() -> None:
        for _ in range(n):
            there.acquire()
            back.release()

    thread = threading.Thread(target=answer)
    thread.start()
    for _ in range(n):
        there.release()
        back.acquire()
    thread.join()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, programs() as begin:
        bench = Bench(PEER, Path(folder))
        child = begin(python("-u", "-c", ECHO), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        server = begin(python("-m", "benchmarks.limits", "serve"), stdout=subprocess.PIPE)
        assert server.stdout is not None
        port = int(server.stdout.readline())
        parts = Parts(Path(folder), child, port)
        parts.boto = _boto3(port)
        descriptor = os.open(Path(folder) / "write", os.O_RDWR | os.O_CREAT)

        def sync() -> None:
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)

        for name, call, n in (
            ("sync", sync, 300),
            ("commit of 3 rows", lambda: parts.commit(3), 300),
            ("pipe round trip", parts.pipe, 1_000),
            ("HTTP call", parts.http, 500),
            ("boto3 call", parts.boto3, 200),
        ):
            times(20, call)()
            bench.kernel(name, n, times(n, call), repeat=3)
        bench.kernel("thread round trip", 2_000, lambda: switch(2_000), repeat=3)
        bench.kernel("quickstart", 1, times(3, parts.step), repeat=20)
        bench.kernel("chain", 300, times(300, parts.step), repeat=3)
        bench.kernel("chain, HTTP", 300, times(300, lambda: parts.step(parts.http)), repeat=3)
        bench.kernel("chain, boto3", 100, times(100, lambda: parts.step(parts.boto3)), repeat=3)
        bench.kernel("fan-out", 1_000, times(1_000, lambda: parts.commit(3)), repeat=3)
        bench.kernel("many", 200, times(1_000, parts.step), repeat=3)


def _boto3(port: int) -> Any:
    import boto3

    return boto3.client(
        "swf",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def serve() -> None:
    """A server that does nothing but HTTP."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Bare) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    import sys

    serve() if "serve" in sys.argv else main()
