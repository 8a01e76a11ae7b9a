"""What a call costs: per operation in the process, over HTTP and with boto3; and how many callers share a commit."""

from __future__ import annotations

import re
import select
import socket
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

import msgspec
from botocore import xform_name

from benchmarks.contract import Bench
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
ROUNDS = 300
SECONDS = 2.0
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


def per_operation(bench: Bench) -> None:
    """One caller, one call after the other, in each of three ways."""
    service = open_service(bench.directory / "inprocess.db")
    tell(bench, "service in process", operations(InProcessClient(service, poll_wait_s=5).call, ROUNDS))
    service.close()
    with server(bench.directory / "http.db") as served:
        client = KeepAliveClient(served.url)
        tell(bench, "service over HTTP", operations(client.call, ROUNDS))
        client.close()
    with server(bench.directory / "boto3.db") as served:
        boto = connect(endpoint_url=served.url, region="us-east-1", access_key="any", secret_key="any")
        tell(bench, "service, boto3", operations(_plain(boto.client), ROUNDS))


def tell(bench: Bench, peer: str, spent: dict[str, list[float]]) -> None:
    """A row for each operation."""
    for operation, parts in sorted(spent.items()):
        with Bench(peer, bench.directory).measure(operation, len(parts)) as measure:
            measure.parts = parts
            measure.seconds = sum(parts)


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


def callers(bench: Bench) -> None:
    """Signals from so many callers at once over HTTP, and how many of them share a commit."""
    here = Bench("service over HTTP", bench.directory)
    with server(bench.directory / "callers.db") as served:
        client = KeepAliveClient(served.url)
        register(client.call)
        for number in range(max(CALLERS)):
            client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id=f"w{number}", workflow_type=FLOW))
        client.close()
        for count in CALLERS:
            commits = served.number("swf_commits_total")
            with here.measure("signals of many callers", count) as measure:
                measure.parts = _hammer(served.url, count, SECONDS)
                measure.done = len(measure.parts)
            commits = served.number("swf_commits_total") - commits
            with here.measure("commits of many callers", count, done=int(commits)) as measure:
                measure.seconds = SECONDS


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


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Bench("service", Path(folder)).each(per_operation, callers)


if __name__ == "__main__":
    main()
