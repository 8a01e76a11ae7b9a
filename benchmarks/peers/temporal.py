"""Temporal's development server on a SQLite file, and a worker of its Python SDK in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.contract import PATIENCE_S, STEPS, programs, python, run
from benchmarks.peers.temporal_flows import Chain, FanOut, Quickstart, double, increment, same

LIST = "bench"


class Temporal:
    """The server's client."""

    def __init__(self, address: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = self._loop.run_until_complete(self._connected(address))

    async def _connected(self, address: str) -> Client:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                client = await Client.connect(address)
                await client.service_client.check_health()
            except Exception:
                if time.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(0.1)
            else:
                return client

    async def _do(self, flow: Any, n: int) -> Any:
        return await self._client.execute_workflow(flow.run, n, id=uuid.uuid4().hex, task_queue=LIST)

    def _run(self, flow: Any, n: int, expected: int) -> None:
        found = self._loop.run_until_complete(self._do(flow, n))
        assert found == expected, found

    def quickstart(self) -> None:
        self._run(Quickstart, 1, 4)

    def chain(self, n: int) -> None:
        self._run(Chain, n, n)

    def fan_out(self, n: int) -> None:
        self._run(FanOut, n, n * (n - 1) // 2)

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()

        async def one() -> float:
            assert await self._do(Chain, STEPS) == STEPS
            return time.perf_counter() - began

        async def all_() -> list[float]:
            return await asyncio.gather(*(one() for _ in range(n)))

        return self._loop.run_until_complete(all_())


@contextlib.contextmanager
def temporal(directory: Path) -> Iterator[Temporal]:
    """Server and worker until the block is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"127.0.0.1:{port}"
    with programs() as begin:
        server = str(Path(sys.executable).with_name("temporal"))
        where = ["--ip", "127.0.0.1", "--port", port, "--db-filename", str(directory / "temporal.db")]
        begin([server, "server", "start-dev", "--headless", *where, "--log-level", "error"], stderr=subprocess.DEVNULL)
        peer = Temporal(address)
        begin(python("-m", "benchmarks.peers.temporal", "work", address))
        yield peer


async def work(address: str) -> None:
    """The worker."""
    client = await Client.connect(address)
    activities = [increment, double, same]
    await Worker(client, task_queue=LIST, workflows=[Quickstart, Chain, FanOut], activities=activities).run()


if __name__ == "__main__":
    if sys.argv[1] == "work":
        asyncio.run(work(sys.argv[2]))
    else:
        run("Temporal, SQLite", temporal)
