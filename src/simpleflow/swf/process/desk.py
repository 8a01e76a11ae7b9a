"""What an operator asks of deciders and workers over HTTP: ``/health`` and ``/metrics``."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from simpleflow.swf.process.hands import memory_of
from simpleflow.swf.process.supervisor import Supervisor
from swf.protocol.faults import AccessDeniedException
from swf.server.about import running_version
from swf.server.clock import wall_time
from swf.server.http.guard import LOOPBACK, Guard
from swf.server.http.metrics import CONTENT_TYPE

JSON: Final = b"application/json"
TEXT: Final = b"text/plain; charset=utf-8"

Scope = dict[str, Any]


class DeskError(Exception):
    """Nobody can be answered there."""


class Desk:
    """Answers in a thread of its own, from when it is opened until it is closed."""

    def __init__(self, counts_in: str, *, host: str, port: int) -> None:
        """Binds *host* and *port* (0: a free one); raises DeskError. *counts_in* is where the pollers count.

        By other hosts than loopback it may be called by any name: it tells numbers alone.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host.strip("[]"), port), family=family)
        except (OSError, OverflowError) as error:
            raise DeskError(f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}") from error
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._socket.getsockname()[1]}"
        self._guard = Guard(LOOPBACK, None, None, wall_time) if host in LOOPBACK else None
        self._counts_in = counts_in
        self._supervisor: Supervisor | None = None
        self._registry = CollectorRegistry()
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._answer, interface="asgi3", ws="none", lifespan="off", log_config=None, log_level="warning",
                access_log=False, server_header=False, proxy_headers=False, timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def open(self, supervisor: Supervisor) -> None:
        """Begins to answer, about this supervisor."""
        self._supervisor = supervisor
        MultiProcessCollector(self._registry, path=self._counts_in)  # type: ignore[no-untyped-call]
        self._registry.register(_Processes(supervisor))
        self._thread.start()

    def close(self) -> None:
        """Answers no more."""
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    async def _answer(self, scope: Scope, receive: Any, send: Any) -> None:
        status, kind, body = await self._reply(scope)
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _reply(self, scope: Scope) -> tuple[int, bytes, bytes]:
        assert self._supervisor is not None
        try:
            if self._guard is not None:
                self._guard.check_host(scope, dict(scope["headers"]).get(b"host", b"").decode("latin-1"))
        except AccessDeniedException as fault:
            return fault.STATUS, TEXT, str(fault).encode()
        match scope["method"], scope["path"]:
            case "GET", "/health":
                health = health_of(self._supervisor)
                return 200 if health.status == "ok" else 503, JSON, msgspec.json.encode(health)
            case "GET", "/metrics":
                text = await asyncio.get_running_loop().run_in_executor(None, generate_latest, self._registry)
                return 200, CONTENT_TYPE, text
        return 404, TEXT, b"There are /health and /metrics.\n"


class Health(msgspec.Struct, frozen=True):
    """Whether the processes of a command are there: ``ok``, ``stopping``, or how many are missing."""

    status: str
    kind: str
    processes: int
    alive: int
    task_lists: tuple[str, ...]
    domain: str
    version: str


def health_of(supervisor: Supervisor) -> Health:
    """How a supervisor is."""
    places = supervisor.places
    alive = sum(is_alive(place.process) for place in places)
    missing = len(places) - alive
    status = "stopping" if supervisor.is_stopping else "ok" if not missing else f"{missing} processes are missing"
    return Health(
        status,
        places[0].plan.kind,
        len(places),
        alive,
        tuple(dict.fromkeys(place.plan.task_list for place in places)),
        places[0].plan.domain,
        running_version(),
    )


def is_alive(process: Any) -> bool:
    """Whether a process of the supervisor runs; only its own thread may reap it."""
    return process is not None and process.returncode is None


class _Processes:
    """What is counted when it is asked for."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def collect(self) -> Iterator[Metric]:
        """The numbers."""
        places = self._supervisor.places
        processes = GaugeMetricFamily("simpleflow_processes", "Deciders or workers that run", labels=["kind"])
        processes.add_metric([places[0].plan.kind], sum(is_alive(place.process) for place in places))
        yield processes
        finishing = len(self._supervisor.finishing)
        yield GaugeMetricFamily("simpleflow_finishing_processes", "Those that finish what they have", value=finishing)
        replaced = self._supervisor.replaced
        yield CounterMetricFamily("simpleflow_processes_replaced", "Those that died and were replaced", value=replaced)
        memory = GaugeMetricFamily(
            "simpleflow_memory_bytes", "Memory of processes: supervisor, pollers, children of workers", labels=["role"]
        )
        for role, used in self._memory().items():
            memory.add_metric([role], used)
        yield memory

    def _memory(self) -> Counter[str]:
        pids = [place.process.pid for place in self._supervisor.places if place.process is not None]
        pids += [process.pid for process in self._supervisor.finishing]
        own = Counter({"supervisor": memory_of(os.getpid(), with_children=False), "poller": 0, "child": 0})
        for pid in pids:
            alone = memory_of(pid, with_children=False)
            own["poller"] += alone
            own["child"] += max(0, memory_of(pid) - alone)
        return own
