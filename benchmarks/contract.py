"""What every benchmark answers with: one row per measure, as a line of JSON, the same for us and for peers.

The standard library alone, so that it can be imported in the environment of any peer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[1]
STEPS = 5
"""Activities of each of many workflows."""
PATIENCE_S = 300.0
BROKEN = "broken: "
"""How the line of a program begins that tells of a part that broke."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one peer.

    *n* is the size of the work, *seconds* what all of it took, *per_second* what was done of it in one. *p50_ms*,
    *p95_ms* and *p99_ms* are of single parts, None if those were not timed. *cpu_s* and *peak_rss_mb* are sums over
    all processes of the peer. *sync_ms* is a sync of the disk just before. *count* is what was counted and not timed,
    in the unit that the workload names.
    """

    peer: str
    workload: str
    n: int
    seconds: float
    per_second: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_s: float | None = None
    peak_rss_mb: float | None = None
    sync_ms: float | None = None
    count: float | None = None
    p95_ms: float | None = None

    def line(self) -> str:
        """As JSON, with as many digits as mean something."""
        values = {name: float(f"{v:.4g}") if isinstance(v, float) else v for name, v in asdict(self).items()}
        return json.dumps(values)


@dataclass(slots=True)
class Measure:
    """A measure that is being taken: *parts* are the seconds of single parts, if they are timed.

    *seconds*, *memory_mb* and *done* count instead of what is found, if they are set.
    """

    parts: list[float] = field(default_factory=list)
    seconds: float | None = None
    memory_mb: float | None = None
    done: int | None = None


class Bench:
    """Takes measures of a peer and prints them."""

    def __init__(self, peer: str, directory: Path) -> None:
        self.peer = peer
        self.directory = directory

    @contextlib.contextmanager
    def measure(self, workload: str, n: int, *, done: int | None = None) -> Iterator[Measure]:
        """Measures the block; *done* is how much was done in it, *n* if that is not given."""
        measure = Measure()
        sync = sync_ms(self.directory)
        for pid in tree(os.getpid()):
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
        before, began = cpu_s(tree(os.getpid())), time.perf_counter()
        yield measure
        seconds = time.perf_counter() - began
        pids = tree(os.getpid())
        spent = cpu_s(pids)
        seconds = seconds if measure.seconds is None else measure.seconds
        row = Row(
            peer=self.peer,
            workload=workload,
            n=n,
            seconds=seconds,
            per_second=next(each for each in (measure.done, done, n) if each is not None) / seconds,
            cpu_s=spent - before if measure.seconds is None else None,
            peak_rss_mb=sum(map(peak_rss_mb, pids)) if measure.memory_mb is None else measure.memory_mb,
            sync_ms=sync,
            **quantiles(measure.parts),
        )
        print(row.line(), flush=True)

    def kernel(self, workload: str, n: int, work: Callable[[], object], *, repeat: int) -> None:
        """Measures one call of *work*, which does *n* things: the median of some calls is what counts."""
        with self.measure(workload, n) as measure:
            for _ in range(repeat):
                began = time.perf_counter()
                work()
                measure.parts.append(time.perf_counter() - began)
            measure.seconds = statistics.median(measure.parts)

    def count(self, workload: str, n: int, count: float) -> None:
        """Tells what takes no time but room."""
        print(Row(self.peer, workload, n, seconds=0.0, per_second=0.0, count=count).line(), flush=True)

    def each(self, *parts: Callable[[Bench], None]) -> None:
        """Takes the measures of all parts. One that breaks is told of; the others are taken nevertheless."""
        for part in parts:
            try:
                part(self)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is told of
                traceback.print_exc()
                print(f"{BROKEN}{part.__name__}: {type(error).__name__} {str(error).partition(chr(10))[0]}", flush=True)


def quantiles(parts: Sequence[float]) -> dict[str, float]:
    """Of single parts, in milliseconds; nothing if there are none."""
    if not parts:
        return {}
    ordered = sorted(parts)
    few = {f"p{share}_ms": ordered[share * (len(ordered) - 1) // 100] * 1000 for share in (95, 99)}
    return {"p50_ms": statistics.median(parts) * 1000, **few}


class Peer(Protocol):
    """What runs workflows: the same four pieces of work for everybody, each checked for its result."""

    def quickstart(self) -> None:
        """Three activities, two of which wait for the first."""

    def chain(self, n: int) -> None:
        """*n* activities, each waiting for the one before."""

    def fan_out(self, n: int) -> None:
        """*n* activities at once."""

    def many(self, n: int) -> list[float]:
        """*n* workflows at once, each a chain of five; the seconds after which each was over."""


def run(name: str, make: Callable[[Path], contextlib.AbstractContextManager[Peer]]) -> None:
    """The program of a peer: ``--plan chain:300,fan-out:1000`` says what is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plan", default="quickstart:20,chain:100,fan-out:100,many:50")
    options, _ = parser.parse_known_args()
    plan = [(work, int(n)) for work, _, n in (each.partition(":") for each in options.plan.split(","))]
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        bench = Bench(name, Path(folder))
        with make(Path(folder)) as peer:
            peer.quickstart()
            peer.fan_out(20)
            for work, n in plan:
                measure_one(bench, peer, work, n)


def measure_one(bench: Bench, peer: Peer, work: str, n: int) -> None:
    """One piece of work of a plan."""
    match work:
        case "quickstart":
            with bench.measure(work, 1, done=n) as measure:
                for _ in range(n):
                    began = time.perf_counter()
                    peer.quickstart()
                    measure.parts.append(time.perf_counter() - began)
        case "chain":
            with bench.measure(work, n):
                peer.chain(n)
        case "fan-out":
            with bench.measure(work, n):
                peer.fan_out(n)
        case "many":
            with bench.measure(work, n) as measure:
                measure.parts += peer.many(n)
        case _:
            raise ValueError(f"{work!r} is no work; known are quickstart, chain, fan-out and many")


def sync_ms(directory: Path, times: int = 60) -> float:
    """The median time of a sync of a small write."""
    descriptor = os.open(directory / "sync", os.O_RDWR | os.O_CREAT)
    spent = []
    for _ in range(times):
        os.write(descriptor, b"x" * 4096)
        began = time.perf_counter()
        os.fdatasync(descriptor)
        spent.append(time.perf_counter() - began)
    os.close(descriptor)
    return statistics.median(spent) * 1000


def tree(pid: int) -> list[int]:
    """The process and all that it has started, and theirs."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []
    children = []
    for task in tasks:
        with contextlib.suppress(OSError):
            children += [int(each) for each in (task / "children").read_text().split()]
    return [pid, *(found for child in children for found in tree(child))]


def cpu_s(pids: Sequence[int]) -> float:
    """Seconds of processor time that they have had, with those of their children that are over."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_rss_mb(pid: int) -> float:
    """The most memory that a process has held, what it shares counted in full."""
    return _field_mb(f"/proc/{pid}/status", "VmHWM:")


def pss_mb(pid: int) -> float:
    """The memory of a process, what it shares counted in parts."""
    return _field_mb(f"/proc/{pid}/smaps_rollup", "Pss:")


def _field_mb(path: str, name: str) -> float:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def until(condition: Callable[[], bool], what: str, *, look_every_s: float = 0.002) -> None:
    """Waits until *condition* holds."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at, f"{what}: not after {PATIENCE_S} s"
        time.sleep(look_every_s)


@contextlib.contextmanager
def programs() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts programs (``start(arguments, env={...})``), all of which are ended at the end, the last first."""
    started: list[subprocess.Popen[str]] = []

    def start(arguments: Sequence[str], **options: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(list(arguments), text=True, **{"stdout": subprocess.DEVNULL, **options})  # type: ignore[call-overload]
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def broken(lines: Sequence[str]) -> list[str]:
    """The parts that broke, among the lines that a program has printed."""
    return [line.removeprefix(BROKEN) for line in lines if line.startswith(BROKEN)]


def rows(lines: Sequence[str]) -> list[Row]:
    """The rows among the lines that a program has printed."""
    return [Row(**json.loads(line)) for line in lines if line.startswith('{"peer"')]


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]
