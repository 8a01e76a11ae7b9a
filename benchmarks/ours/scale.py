"""``make scale``: one process with much in it. Says beside each figure what it should stay below.

100,000 open executions in a file, a history of 25,000 events, 1,000 idle polls, a fan-out of 4,000.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.contract import Bench, Row, sync_ms
from benchmarks.ours.flows import FanOut
from benchmarks.ours.service import DOMAIN, FLOW, LIST, register, server
from benchmarks.ours.standalone import standalone
from swf.clients import KeepAliveClient
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.operations.visibility import TagFilter, WorkflowExecutionFilter, WorkflowTypeFilter
from swf.protocol.values import WorkflowExecution
from swf.server import open_service
from swf.server.inprocess import InProcessClient
from swf.server.pending import Pending

BATCH = 500
ROUNDS_OF_READS = 20
Figure = tuple[str, float, str, float | None]
"""What, how much, unit, and what it should stay below (None: nothing is asked of it)."""


def fill(path: Path, count: int) -> float:
    """A file with so many open executions; seconds it took."""
    began = time.perf_counter()
    service = open_service(path)
    register(InProcessClient(service).call)
    for first in range(0, count, BATCH):
        service.submit(
            [
                Pending(
                    o.StartWorkflowExecution(
                        domain=DOMAIN,
                        workflow_id=f"w{number}",
                        workflow_type=FLOW,
                        task_list=LIST,
                        tag_list=(f"tag-{number % 100}",),
                        input="x" * 100,
                    )
                )
                for number in range(first, min(count, first + BATCH))
            ]
        )
    service.close()
    return time.perf_counter() - began


def many_open(path: Path, count: int) -> Iterator[Figure]:
    """Start, lists, memory."""
    yield f"write {count} open executions", fill(path, count), "s", None
    yield "size of the file", path.stat().st_size / 1e6, "MB", None
    began = time.perf_counter()
    open_service(path).close()
    yield "open the file and close it again", time.perf_counter() - began, "s", 3.0
    began = time.perf_counter()
    with server(path) as served:
        client = KeepAliveClient(served.url)
        first_page(client, {})
        yield "from nothing to the first answer of a server", time.perf_counter() - began, "s", 3.0
        yield "memory after start", memory_of(served.pid), "MB", 150.0
        filters: dict[str, dict[str, Any]] = {
            "all": {},
            "of a type": {"type_filter": WorkflowTypeFilter(name=FLOW.name)},
            "of a tag": {"tag_filter": TagFilter(tag="tag-7")},
            "of an id": {"execution_filter": WorkflowExecutionFilter(workflow_id="w77")},
        }
        for name, wanted in filters.items():
            yield f"first page of 1,000, {name}", worst(lambda wanted=wanted: first_page(client, wanted)), "ms", 100.0
        began = time.perf_counter()
        runs = pages(client)
        yield f"all pages, {len(runs)} executions", time.perf_counter() - began, "s", None
        for run in runs[:: max(1, count // 30_000)]:
            client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=run))
        yield "memory after 30,000 of them were described", memory_of(served.pid), "MB", 300.0
        client.close()


def first_page(client: KeepAliveClient, filter: dict[str, Any], token: str | None = None) -> Any:
    return client.call(
        o.ListOpenWorkflowExecutions(
            domain=DOMAIN, start_time_filter=o.ExecutionTimeFilter(oldest_date=0), next_page_token=token, **filter
        )
    )


def pages(client: KeepAliveClient) -> list[WorkflowExecution]:
    """All open executions."""
    found, token = [], None
    while True:
        page = first_page(client, {}, token)
        found += [info.execution for info in page.execution_infos]
        token = page.next_page_token
        if token is None:
            return found


def worst(call: Callable[[], Any]) -> float:
    """The longest of some calls, in ms."""
    spent = []
    for _ in range(ROUNDS_OF_READS):
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    return max(spent) * 1000


def long_history(path: Path, events: int) -> Iterator[Figure]:
    """One execution near its limit: signals, then what it costs to load, read and go on with it."""
    service = open_service(path)
    client = InProcessClient(service)
    register(client.call)
    run = client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id="long", workflow_type=FLOW))
    execution = WorkflowExecution(workflow_id="long", run_id=run.run_id)
    signal = o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="long", signal_name="s", input="x" * 100)
    began = time.perf_counter()
    for first in range(2, events, BATCH):  # the start has written two
        service.submit([Pending(signal) for _ in range(min(BATCH, events - first))])
    yield f"write a history of {events} events", time.perf_counter() - began, "s", None
    service.close()
    service = open_service(path)
    client = InProcessClient(service, poll_wait_s=0)
    began = time.perf_counter()
    client.call(signal)
    yield "the first call on it after a restart", (time.perf_counter() - began) * 1000, "ms", 250.0
    yield "a signal after that", worst(lambda: client.call(signal)), "ms", 20.0
    began = time.perf_counter()
    token, read = None, 0
    while True:
        page = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution, next_page_token=token))
        read += len(wire.decode_events(page.events))
        token = page.next_page_token
        if token is None:
            break
    yield f"read and decode its {read} events", (time.perf_counter() - began) * 1000, "ms", None
    service.close()


def idle_polls(path: Path, count: int) -> Iterator[Figure]:
    """Connections that wait for a task."""
    with server(path) as served:
        client = KeepAliveClient(served.url)
        register(client.call)
        before = memory_of(served.pid)
        host = served.url.partition("//")[2]
        body = wire.encode(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
        request = (
            f"POST / HTTP/1.1\r\nHost: {host}\r\nX-Amz-Target: SimpleWorkflowService.PollForActivityTask\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        sockets = []
        for _ in range(count):
            connection = socket.create_connection((host.partition(":")[0], int(host.partition(":")[2])))
            connection.sendall(request)
            sockets.append(connection)
        give_up_at = time.monotonic() + 30
        while served.number("swf_waiting_pollers") < count:
            assert time.monotonic() < give_up_at, "not all polls wait"
        yield f"memory of {count} idle polls", memory_of(served.pid) - before, "MB", 50.0
        yield "an empty list while they wait", worst(lambda: first_page(client, {})), "ms", 100.0
        for connection in sockets:
            connection.close()
        client.close()
        began = time.perf_counter()
        served.stop()
        yield "stop of the server meanwhile", time.perf_counter() - began, "s", 2.0


def wide(path: Path, count: int) -> Iterator[Figure]:
    """One run that has so many activities at once; the decider sends them in batches."""
    with standalone(path) as peer:
        peer.fan_out(20)
        began = time.perf_counter()
        peer.run(FanOut, count)
        yield f"fan-out of {count}", time.perf_counter() - began, "s", None


def memory_of(pid: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def row(bench: Bench, what: str, value: float, unit: str) -> Row:
    """A figure as a row: a duration, or memory."""
    seconds = value / 1000 if unit == "ms" else value if unit == "s" else 0.0
    return Row(
        peer=bench.peer,
        workload=what,
        n=1,
        seconds=seconds,
        per_second=1 / seconds if seconds else 0.0,
        peak_rss_mb=value if unit == "MB" else None,
        sync_ms=sync_ms(bench.directory),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ours.scale", description=__doc__)
    parser.add_argument("--executions", type=int, default=100_000)
    options = parser.parse_args()
    is_well = True
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench("simpleflow, much at once", Path(folder))
        (bench.directory / "wide").mkdir()
        for part in (
            many_open(bench.directory / "many.db", options.executions),
            long_history(bench.directory / "long.db", 24_950),
            idle_polls(bench.directory / "idle.db", 1_000),
            wide(bench.directory / "wide", 4_000),
        ):
            for what, value, unit, limit in part:
                print(row(bench, what, value, unit).line(), flush=True)
                if limit is not None:
                    is_well = is_well and value < limit
                    verdict = "yes" if value < limit else "NO"
                    print(f"{what}: {value:.2f} {unit}, below {limit:g}: {verdict}", file=sys.stderr)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
