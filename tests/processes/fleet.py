"""Server, deciders and workers as processes of their own, which may be killed, stopped and started at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from simpleflow import format
from simpleflow.service import Address, patient_client_of
from simpleflow.swf import setup
from simpleflow.workflow import Workflow
from swf.lifecycle import Execution, fold
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.values import WorkflowExecution
from tests.processes.command import check, environment

MARK: Final = "TEST_FLEET"
"""A variable that all processes of a fleet inherit, so that none of them can hide."""
DOMAIN: Final = "fleet"
LONG_S: Final = 100.0


@dataclass
class Fleet:
    """Processes of one directory and one domain."""

    directory: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    port: int = field(default_factory=lambda: free_port())
    parts: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    """What was started, by the name the test gives it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def file(self) -> Path:
        return self.directory / "fleet.db"

    def variables(self) -> dict[str, str]:
        """The four exports and the domain, nothing else that concerns us."""
        return {
            **environment(self.directory),
            MARK: self.mark,
            "TMPDIR": str(self.directory),  # what killed processes leave behind
            "SWF_DOMAIN": DOMAIN,
            "AWS_ENDPOINT_URL_SWF": self.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "simpleflow",
            "AWS_SECRET_ACCESS_KEY": "simpleflow",
        }

    def begin(self, name: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Starts ``simpleflow`` with *arguments*; what it logs goes to ``<name>.log``."""
        with open(self.directory / f"{name}.log", "a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "simpleflow", *arguments],
                cwd=self.directory,
                env={**self.variables(), **more},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
            )
        self.parts[name] = process
        return process

    def start_server(self) -> None:
        """Starts the server and waits until it answers."""
        self.begin("server", "server.start", "--db", str(self.file), "--port", str(self.port))
        wait_until(lambda: is_open(self.port), "the server listens")

    def simpleflow(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "simpleflow", *arguments],
            cwd=self.directory,
            env={**self.variables(), **more},
            capture_output=True,
            text=True,
            timeout=LONG_S,
        )

    def stop(self, name: str) -> int:
        """Sends SIGTERM and waits; the exit code."""
        process = self.parts.pop(name)
        process.terminate()
        return process.wait(LONG_S)

    def kill(self, name: str) -> None:
        """Sends SIGKILL, and waits until it is dead."""
        process = self.parts.pop(name)
        process.kill()
        process.wait(LONG_S)

    def log(self, name: str) -> str:
        """What a part has logged."""
        return (self.directory / f"{name}.log").read_text()

    def processes(self) -> dict[int, str]:
        """All living processes of the fleet, whoever started them: pid and command line."""
        wanted = f"{MARK}={self.mark}".encode()
        found: dict[int, str] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and wanted in read(entry / "environ").split(b"\0"):
                command = read(entry / "cmdline").replace(b"\0", b" ").decode(errors="replace")
                if command:  # a dead one that nobody has reaped has none
                    found[int(entry.name)] = command
        return found

    def below(self, pid: int) -> set[int]:
        """The living processes that *pid* has started, and theirs."""
        parents = {each: parent_of(each) for each in self.processes()}
        found: set[int] = set()
        while True:
            more = {each for each, parent in parents.items() if parent == pid or parent in found} - found
            if not more:
                return found
            found |= more

    def pollers(self, name: str) -> list[int]:
        """The poller processes of a supervisor."""
        return sorted(each for each in self.processes() if parent_of(each) == self.parts[name].pid)

    def close(self) -> None:
        """Ends everything at once."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for process in self.parts.values():
            process.wait(LONG_S)

    # Executions

    def client(self) -> Any:
        """A client that waits for the server, as long as it takes."""
        return patient_client_of(Address(db=str(self.file)))

    def start(self, client: Any, workflow: type[Workflow], workflow_id: str, *args: Any, **options: Any) -> None:
        """Starts an execution; *options* as for the command."""
        setup.register(client, DOMAIN, workflow)
        input = format.encode({"args": args, "kwargs": {}})
        setup.start(client, DOMAIN, workflow, workflow_id, input, **options)

    def closed(self, client: Any) -> dict[str, WorkflowExecution]:
        """The closed executions by id."""
        found: dict[str, WorkflowExecution] = {}
        token: str | None = None
        while True:
            page = client.call(
                o.ListClosedWorkflowExecutions(
                    domain=DOMAIN,
                    start_time_filter=o.ExecutionTimeFilter(oldest_date=0.0),
                    next_page_token=token,
                )
            )
            found |= {each.execution.workflow_id: each.execution for each in page.execution_infos}
            token = page.next_page_token
            if token is None:
                return found

    def events(self, client: Any, execution: WorkflowExecution) -> list[HistoryEvent]:
        """The history."""
        return history(client, DOMAIN, execution)

    def check(self) -> str:
        """What the check of the file says; the server must not run."""
        return check(self.file)


def history(client: Any, domain: str, execution: WorkflowExecution) -> list[HistoryEvent]:
    """The whole history of an execution."""
    events: list[HistoryEvent] = []
    token: str | None = None
    while True:
        page = client.call(o.GetWorkflowExecutionHistory(domain=domain, execution=execution, next_page_token=token))
        events += wire.decode_events(page.events)
        token = page.next_page_token
        if token is None:
            return events


def result(events: list[HistoryEvent]) -> Any:
    """The result of a completed execution."""
    last = events[-1]
    assert last.type == "WorkflowExecutionCompleted", last
    return format.decode(last.attributes.result)  # type: ignore[attr-defined]


def nothing_twice(events: list[HistoryEvent]) -> None:
    """No activity was completed twice, and the history can be folded."""
    execution: Execution = fold(events)
    assert execution.closed is not None
    scheduled = {event.id: event.attributes.activity_id for event in events if event.type == "ActivityTaskScheduled"}  # type: ignore[attr-defined]
    completed = [
        scheduled[event.attributes.scheduled_event_id]  # type: ignore[attr-defined]
        for event in events
        if event.type == "ActivityTaskCompleted"
    ]
    assert len(completed) == len(set(completed)), sorted(completed)


@contextmanager
def fleet(directory: Path) -> Iterator[Fleet]:
    """A fleet that is ended with the block, however it ends; its server runs."""
    it = Fleet(directory)
    try:
        it.start_server()
        yield it
    finally:
        it.close()


def wait_until(is_so: Callable[[], Any], what: str, *, seconds: float = LONG_S) -> Any:
    """Waits until the condition holds, and returns what it says; fails with *what* did not come to pass."""
    give_up_at = time.monotonic() + seconds
    while True:
        said = is_so()
        if said:
            return said
        assert time.monotonic() < give_up_at, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def read(path: Path) -> bytes:
    """What is in a file of /proc; nothing if the process has gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def parent_of(pid: int) -> int:
    """The parent of a process; 0 if it has gone."""
    told = read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()
    return int(told[1]) if told else 0


def is_alive(pid: int) -> bool:
    """Whether the process lives, which a zombie does not."""
    told = read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()
    return bool(told) and told[0] != b"Z"
