"""``make faults``: a server under real faults of disk and clock. Needs root, strace and libfaketime; Linux alone.

A full tmpfs, a disk that cannot sync, a file system that turns read-only, a wall clock that jumps. Prints what it
saw; exit code 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from swf.clients import KeepAliveClient
from swf.exceptions import Unreachable
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import InternalFailure
from swf.protocol.values import ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from swf.server.check import check_file
from tests.processes.command import environment
from tests.processes.fleet import wait_until

DOMAIN, LIST = "faults", TaskList(name="faults")
FLOW = WorkflowType(name="flow", version="1")
YEAR_S: Final = 31_536_000
PADDING: Final = "x" * 30_000
FAKETIME: Final = "faketime/libfaketimeMT.so.1"


class Server:
    """A server on a file, and one execution on it that is signalled."""

    def __init__(self, file: Path, log: Path, *, prefix: Sequence[str] = (), **variables: str) -> None:
        self.log = log
        with open(log, "a") as errors:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "swf.server", str(file)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**environment(log.parent), **variables},
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("serving"), f"it does not serve: {line} {log.read_text()}"
        self.url = line.split(" at ")[1].split(",")[0].strip()
        self.client = KeepAliveClient(self.url)
        self.execution = WorkflowExecution(workflow_id="w", run_id="?")
        self.acknowledged: list[str] = []

    def begin(self) -> None:
        """Registers what is needed and starts the execution."""
        call = self.client.call
        call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
        call(
            o.RegisterWorkflowType(
                domain=DOMAIN,
                name=FLOW.name,
                version="1",
                default_task_list=LIST,
                default_child_policy=ChildPolicy.TERMINATE,
                default_task_start_to_close_timeout="NONE",
                default_execution_start_to_close_timeout=str(YEAR_S),
            )
        )
        run = call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id="w", workflow_type=FLOW))
        self.execution = WorkflowExecution(workflow_id="w", run_id=run.run_id)

    def signal(self) -> None:
        """One more signal, noted down if it is accepted."""
        text = uuid.uuid4().hex
        self.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="w", signal_name=text, input=PADDING))
        self.acknowledged.append(text)

    def signal_until_refused(self, most: int = 2_000) -> Exception:
        """Signals until one is not accepted; why it was not."""
        for _ in range(most):
            try:
                self.signal()
            except (InternalFailure, Unreachable) as error:
                return error
        raise AssertionError(f"{most} signals were accepted")

    def events(self) -> list[HistoryEvent]:
        """The history."""
        events: list[HistoryEvent] = []
        token = None
        while True:
            page = self.client.call(
                o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=self.execution, next_page_token=token)
            )
            events += wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return events

    def nothing_lost(self, acknowledged: Sequence[str]) -> None:
        """Every signal that was accepted is there, once, in order; ids have no gap, times do not fall."""
        events = self.events()
        assert [event.id for event in events] == list(range(1, len(events) + 1))
        stamps = [event.timestamp for event in events]
        assert stamps == sorted(stamps), "time falls"
        told = set(acknowledged)
        found = [_signal_name(event) for event in events]
        assert [name for name in found if name in told] == list(acknowledged)

    def is_writable(self) -> bool:
        """Whether a signal is accepted."""
        try:
            self.signal()
        except InternalFailure:
            return False
        return True

    def health(self) -> str:
        with urlopen(f"{self.url}/health") as answer:
            return str(answer.read().decode())

    def lines(self, *words: str) -> list[int]:
        """How often each phrase stands in the log."""
        said = self.log.read_text()
        return [said.count(word) for word in words]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.client.close()
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.wait()


def _signal_name(event: HistoryEvent) -> str | None:
    a: Any = event.attributes
    return a.signal_name if event.type == "WorkflowExecutionSignaled" else None


@contextmanager
def mounted(at: Path, *options: str) -> Iterator[None]:
    """A file system that is mounted in the block."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", *options, str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def in_order(file: Path) -> None:
    assert check_file(file).problems == ()


def stopped_and_reads_go_on(server: Server) -> str:
    """What holds while writes are stopped; a line about it."""
    accepted = len(server.acknowledged)
    for _ in range(50):
        assert not server.is_writable()
    time.sleep(2.5)  # two trials of the server itself
    assert not server.is_writable()
    server.nothing_lost(server.acknowledged)
    assert "writes are stopped" in server.health()
    assert server.lines("writes stopped", "writes resumed", "Traceback") == [1, 0, 0], server.log.read_text()
    return f"{accepted} signals accepted, then 52 refused with 500 InternalFailure while reads went on"


def resumes(server: Server) -> str:
    began = time.monotonic()
    wait_until(server.is_writable, "writes go again", seconds=10)
    took = time.monotonic() - began
    assert server.lines("writes stopped", "writes resumed", "Traceback") == [1, 1, 0], server.log.read_text()
    server.nothing_lost(server.acknowledged)
    return f"resumed {took:.1f} s after the cause was gone, without a restart"


def full_disk(directory: Path) -> Iterator[str]:
    """A tmpfs of 24 MB that a ballast of 12 MB helps to fill."""
    disk = directory / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", "size=24m", "tmpfs"):
        (disk / "ballast").write_bytes(bytes(12 << 20))
        server = Server(disk / "x.db", directory / "full.log")
        try:
            server.begin()
            refused = server.signal_until_refused()
            assert isinstance(refused, InternalFailure)
            yield f"refused with: {refused}"
            yield stopped_and_reads_go_on(server)
            (disk / "ballast").unlink()
            yield resumes(server)
            assert server.stop() == 0
            in_order(disk / "x.db")
        finally:
            server.kill()


def failing_sync(directory: Path) -> Iterator[str]:
    """fdatasync fails with EIO from the n-th call of a thread on."""
    for number in (15, 30, 75):
        file, log = directory / f"sync-{number}.db", directory / f"sync-{number}.log"
        inject = f"inject=fdatasync:error=EIO:when={number}+"
        server = Server(file, log, prefix=("strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", inject))
        try:
            server.begin()
            unanswered = server.signal_until_refused()
            assert isinstance(unanswered, Unreachable), unanswered
            code = server.wait()
        finally:
            server.kill()
        assert code == 74, code
        [said] = [line for line in log.read_text().splitlines() if "cannot sync" in line]
        successor = Server(file, directory / f"sync-{number}-after.log")
        try:
            successor.execution = server.execution
            successor.nothing_lost(server.acknowledged)
            assert successor.stop() == 0
        finally:
            successor.kill()
        in_order(file)
        yield (
            f"sync {number}: exit {code}, {len(server.acknowledged)} accepted and all there after a restart, the last"
            f" not answered; log: {said.partition(': ')[2]}"
        )


def read_only(directory: Path) -> Iterator[str]:
    """An ext4 that turns read-only because of an error (errors=remount-ro), under a running server."""
    image, disk = directory / "image", directory / "ext4"
    with open(image, "wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(image)], check=True)
    with mounted(disk, "-o", "loop,errors=remount-ro", str(image)):
        server = Server(disk / "x.db", directory / "read-only.log")
        try:
            server.begin()
            for _ in range(20):
                server.signal()
            time.sleep(1.2)  # what the server notes down once a second is synced
            device = next(
                line.split()[0] for line in Path("/proc/mounts").read_text().splitlines() if str(disk) in line
            )
            Path(f"/sys/fs/ext4/{Path(device).name}/trigger_fs_error").write_text("1")
            refused = server.signal_until_refused()
            yield f"refused with: {refused}"
            yield stopped_and_reads_go_on(server)
        finally:
            server.kill()
    subprocess.run(["fsck.ext4", "-p", str(image)], check=False, capture_output=True)
    with mounted(disk, "-o", "loop", str(image)):
        successor = Server(disk / "x.db", directory / "read-only-after.log")
        try:
            successor.execution = server.execution
            successor.nothing_lost(server.acknowledged)
            assert successor.stop() == 0
        finally:
            successor.kill()
        in_order(disk / "x.db")
        yield f"mounted anew: all {len(server.acknowledged)} are there"


def read_only_for_a_while(directory: Path) -> Iterator[str]:
    """Every write fails with EROFS while strace is attached, as under a read-only remount that is taken back."""
    file = directory / "while.db"
    server = Server(file, directory / "while.log")
    try:
        server.begin()
        for _ in range(20):
            server.signal()
        trace = subprocess.Popen(
            ["strace", "-f", "-p", str(server.process.pid), "-o", "/dev/null", "-e", "trace=pwrite64,ftruncate",
             "-e", "inject=pwrite64:error=EROFS"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            refused = server.signal_until_refused()
            yield f"refused with: {refused}"
            yield stopped_and_reads_go_on(server)
        finally:
            trace.terminate()
            trace.wait(10)
        yield resumes(server)
        assert server.stop() == 0
        in_order(file)
    finally:
        server.kill()


def jumping_clock(directory: Path) -> Iterator[str]:
    """Timers of 3 s, 10, 30 and 90 minutes, and an execution of a year, under a wall clock that is set anew."""
    library = next(Path("/usr/lib").glob(f"*/{FAKETIME}"))
    timers = {"3s": 3, "10min": 600, "30min": 1_800, "90min": 5_400}
    for jump, due in (("+1h", 3), ("-1h", 1), ("+2y", 4), ("-2y", 1)):
        file, setting = directory / f"clock{jump}.db", directory / "clock"
        setting.write_text("+0")
        server = Server(
            file,
            directory / f"clock{jump}.log",
            LD_PRELOAD=str(library),
            FAKETIME_TIMESTAMP_FILE=str(setting),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
        )
        try:
            server.begin()
            task = server.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
            decisions = [
                decision(d.StartTimer(timer_id=id, start_to_fire_timeout=str(s))) for id, s in reversed(timers.items())
            ]
            server.client.call(o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(decisions)))
            server.signal()
            setting.write_text(jump)
            began = time.monotonic()
            wait_until(functools.partial(_have_fired, server, due), f"{due} timers fire", seconds=10)
            took = time.monotonic() - began
            assert _fired(server) == list(timers)[:due], _fired(server)
            is_over = jump == "+2y"
            if is_over:
                wait_until(functools.partial(_has_timed_out, server), "a year is over", seconds=5)
            else:
                server.signal()
            server.nothing_lost(server.acknowledged)
            last = server.events()[-1].timestamp
            assert server.stop() == 0
        finally:
            server.kill()
        in_order(file)
        then = ", then the execution timed out" if is_over else ""
        yield (
            f"{jump}: fired {', '.join(list(timers)[:due])} within {took:.1f} s{then}; times do not fall, the last is"
            f" {last - time.time():+.0f} s from the real time"
        )


def _fired(server: Server) -> list[str]:
    fired = []
    for event in server.events():
        a: Any = event.attributes
        if event.type == "TimerFired":
            fired.append(a.timer_id)
    return fired


def _have_fired(server: Server, count: int) -> bool:
    return len(_fired(server)) >= count


def _has_timed_out(server: Server) -> bool:
    return server.events()[-1].type == "WorkflowExecutionTimedOut"


SCENARIOS: Final[dict[str, Callable[[Path], Iterator[str]]]] = {
    "full disk": full_disk,
    "failing sync": failing_sync,
    "read-only file system": read_only,
    "read-only for a while": read_only_for_a_while,
    "jumping clock": jumping_clock,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.processes.faults", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"of: {', '.join(SCENARIOS)} (default: all)")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("it mounts file systems and traces processes: run it as root")
    broken = 0
    for name in options.scenario or SCENARIOS:
        print(f"{name}:", flush=True)
        with tempfile.TemporaryDirectory(prefix="faults-") as directory:
            try:
                for line in SCENARIOS[name](Path(directory)):
                    print(f"  {line}", flush=True)
            except AssertionError:
                broken += 1
                traceback.print_exc()
    print("all promises were kept" if not broken else f"{broken} broken", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
