"""What a call costs: per operation in the process, over HTTP and with boto3; and how many callers share a commit."""

from __future__ import annotations

import os
import re
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import msgspec
from botocore import xform_name

from swf.clients import KeepAliveClient, connect
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.decision import decision
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from swf.server import open_service
from swf.server.inprocess import InProcessClient

DOMAIN, LIST = "api", TaskList(name="api")
FLOW, WORK = WorkflowType(name="flow", version="1"), ActivityType(name="work", version="1")
CALLERS = (1, 8, 64)
Call = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A service in a process of its own."""

    url: str
    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    def number(self, name: str) -> float:
        """What its metrics say."""
        with urllib.request.urlopen(f"{self.url}/metrics") as answer:
            found = re.search(rf"^{name} (\S+)", answer.read().decode(), re.MULTILINE)
        assert found is not None, name
        return float(found[1])

    def stop(self) -> None:
        """Ends it, if it has not ended."""
        self.process.terminate()
        self.process.wait()


@contextmanager
def server(path: Path) -> Iterator[Server]:
    """Serves *path* until the block is left."""
    process = subprocess.Popen([sys.executable, "-m", "swf.server", str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Server(process.stdout.readline().split(" at ")[1].split(",")[0].strip(), process)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def register(call: Call) -> None:
    """What the calls need."""
    call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
    call(
        o.RegisterWorkflowType(
            domain=DOMAIN,
            name=FLOW.name,
            version="1",
            default_task_list=LIST,
            default_child_policy=ChildPolicy.TERMINATE,
            default_task_start_to_close_timeout="NONE",
            default_execution_start_to_close_timeout="36000",
        )
    )
    call(
        o.RegisterActivityType(
            domain=DOMAIN,
            name=WORK.name,
            version="1",
            default_task_list=LIST,
            default_task_start_to_close_timeout="NONE",
            default_task_schedule_to_close_timeout="NONE",
            default_task_schedule_to_start_timeout="NONE",
            default_task_heartbeat_timeout="NONE",
        )
    )


def operations(call: Call, rounds: int) -> dict[str, list[float]]:
    """Seconds of each call of the main operations, in rounds of one activity each."""
    spent: dict[str, list[float]] = defaultdict(list)

    def timed(request: Any) -> Any:
        began = time.perf_counter()
        answer = call(request)
        spent[type(request).__name__].append(time.perf_counter() - began)
        return answer

    register(call)
    for number in range(rounds):
        timed(o.StartWorkflowExecution(domain=DOMAIN, workflow_id=f"other-{number}", workflow_type=FLOW,
                                       task_list=TaskList(name="others")))  # fmt: skip
    run = call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id="one", workflow_type=FLOW))
    execution = WorkflowExecution(workflow_id="one", run_id=run.run_id)
    for number in range(rounds):
        task = timed(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, start_at_previous_started_event=True))
        scheduled = decision(d.ScheduleActivityTask(activity_type=WORK, activity_id=f"a{number}", input="x" * 100))
        timed(o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(scheduled,)))
        activity = timed(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
        timed(o.RecordActivityTaskHeartbeat(task_token=activity.task_token, details="half"))
        timed(o.RespondActivityTaskCompleted(task_token=activity.task_token, result="x" * 100))
        timed(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="one", signal_name="s", input="x" * 100))
        timed(o.DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
        timed(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution, maximum_page_size=100))
        timed(
            o.ListOpenWorkflowExecutions(
                domain=DOMAIN, start_time_filter=o.ExecutionTimeFilter(oldest_date=0), maximum_page_size=20
            )
        )
    return spent


def per_operation(directory: Path, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """By client and operation: calls per second one after the other, p50 and p99 in milliseconds."""
    measured: dict[str, dict[str, list[float]]] = {}
    service = open_service(directory / "inprocess.db")
    measured["in process"] = operations(InProcessClient(service, poll_wait_s=5).call, rounds)
    service.close()
    with server(directory / "http.db") as served:
        client = KeepAliveClient(served.url)
        measured["http"] = operations(client.call, rounds)
        client.close()
    with server(directory / "boto3.db") as served:
        boto = connect(endpoint_url=served.url, region="us-east-1", access_key="any", secret_key="any")
        measured["boto3"] = operations(_plain(boto.client), rounds)
    return {
        client: {operation: _summary(spent) for operation, spent in sorted(by_operation.items())}
        for client, by_operation in measured.items()
    }


def _plain(client: Any) -> Call:
    """Calls as a user of boto3 makes them: keyword arguments in, dictionaries out."""

    def call(request: Any) -> Any:
        answer = getattr(client, xform_name(type(request).__name__))(**msgspec.to_builtins(request))
        names = {"run_id": "runId", "task_token": "taskToken"}
        return _Answer(**{mine: answer.get(theirs) for mine, theirs in names.items()})

    return call


@dataclass(frozen=True, slots=True)
class _Answer:
    run_id: str | None
    task_token: str | None


def _summary(spent: list[float]) -> dict[str, float]:
    ordered = sorted(spent)
    return {
        "per_s": round(len(spent) / sum(spent)),
        "p50_ms": round(statistics.median(spent) * 1000, 3),
        "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))] * 1000, 3),
    }


def callers(directory: Path, seconds: float) -> list[dict[str, float]]:
    """Signals from so many callers at once over HTTP: calls and commits per second, and how many share a commit."""
    measured = []
    with server(directory / "callers.db") as served:
        client = KeepAliveClient(served.url)
        register(client.call)
        for number in range(max(CALLERS)):
            client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id=f"w{number}", workflow_type=FLOW))
        client.close()
        for count in CALLERS:
            before, began = served.number("swf_commits_total"), time.perf_counter()
            spent = _hammer(served.url, count, seconds)
            took = time.perf_counter() - began
            commits = served.number("swf_commits_total") - before
            measured.append(
                {
                    "callers": count,
                    "calls_per_s": round(len(spent) / took),
                    "commits_per_s": round(commits / took),
                    "calls_per_commit": round(len(spent) / commits, 1),
                    "p50_ms": _summary(spent)["p50_ms"],
                    "p99_ms": _summary(spent)["p99_ms"],
                }
            )
    return measured


def _hammer(url: str, count: int, seconds: float) -> list[float]:
    """Each of *count* connections signals again as soon as it is answered; the seconds that each call took."""
    host = url.partition("//")[2]
    address = host.partition(":")[0], int(host.partition(":")[2])
    requests: dict[int, bytes] = {}
    sockets: dict[int, socket.socket] = {}
    poll = select.epoll()
    for number in range(count):
        connection = socket.create_connection(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = wire.encode(
            o.SignalWorkflowExecution(domain=DOMAIN, workflow_id=f"w{number}", signal_name="s", input="x" * 100)
        )
        head = (
            f"POST / HTTP/1.1\r\nHost: {host}\r\nX-Amz-Target: SimpleWorkflowService.SignalWorkflowExecution\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests[connection.fileno()] = head.encode() + body
        sockets[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    sent_at = {}
    for number, connection in sockets.items():
        sent_at[number] = time.perf_counter()
        connection.sendall(requests[number])
    spent = []
    give_up_at = time.perf_counter() + seconds
    while time.perf_counter() < give_up_at:
        for number, _ in poll.poll(1):
            answer = sockets[number].recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            assert answer.endswith(b"\r\n\r\n"), "a signal is answered with an empty body"
            now = time.perf_counter()
            spent.append(now - sent_at[number])
            sent_at[number] = now
            sockets[number].sendall(requests[number])
    poll.close()
    for connection in sockets.values():
        connection.close()
    return spent


def bare_sqlite(directory: Path, seconds: float) -> dict[str, float]:
    """The limit: SQLite itself with a row and a sync in each transaction, and with 64 rows in each."""
    measured = {}
    for rows in (1, 64):
        connection = apsw.Connection(str(directory / f"bare-{rows}.db"))
        connection.pragma("locking_mode", "exclusive")
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.execute("create table events (execution, id, body blob, primary key (execution, id)) without rowid")
        descriptor = os.open(directory / f"bare-{rows}.db-wal", os.O_RDONLY)
        number, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            connection.execute("begin immediate")
            connection.executemany(
                "insert into events values (?, ?, ?)", [(row, number, b"x" * 400) for row in range(rows)]
            )
            connection.execute("commit")
            os.fdatasync(descriptor)
            number += 1
        took = time.perf_counter() - began
        measured[f"commits_per_s_of_{rows}_rows"] = round(number / took)
        os.close(descriptor)
        connection.close()
    return measured


def measure(directory: Path, *, rounds: int = 300, seconds: float = 3.0) -> dict[str, Any]:
    """All figures."""
    return {
        "operations": per_operation(directory, rounds),
        "callers": callers(directory, seconds),
        "bare_sqlite": bare_sqlite(directory, seconds / 2),
    }


def table(results: dict[str, Any]) -> Iterator[str]:
    """The figures in lines."""
    clients = results["operations"]
    yield f"{'operation, one caller':32}" + "".join(f"{name + ' /s':>14}{'p50 ms':>9}{'p99 ms':>9}" for name in clients)
    for operation in clients["in process"]:
        figures = [clients[name][operation] for name in clients]
        yield f"{operation:32}" + "".join(
            f"{each['per_s']:>14.0f}{each['p50_ms']:>9.2f}{each['p99_ms']:>9.2f}" for each in figures
        )
    for each in results["callers"]:
        yield (
            f"{each['callers']:>3} callers over HTTP: {each['calls_per_s']:>6} calls/s, {each['commits_per_s']:>5}"
            f" commits/s, {each['calls_per_commit']:>5} calls per commit,"
            f" p50 {each['p50_ms']} ms, p99 {each['p99_ms']} ms"
        )
    bare = results["bare_sqlite"]
    yield (
        f"bare SQLite, each commit synced: {bare['commits_per_s_of_1_rows']} commits/s of 1 row,"
        f" {bare['commits_per_s_of_64_rows']} commits/s of 64 rows"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        for line in table(measure(Path(directory))):
            print(line)


if __name__ == "__main__":
    main()
