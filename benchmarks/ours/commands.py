"""How long commands take, from the shell to their last line: those that read, on a file, and the start of any."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.contract import ROOT, Bench, python
from benchmarks.goals import COMMAND, COMMANDS, LIMIT
from benchmarks.ours.flows import FanOut
from benchmarks.ours.runner import DOMAIN
from benchmarks.ours.scale import fill
from benchmarks.ours.service import DOMAIN as MANY
from benchmarks.ours.standalone import standalone

TASKS: Final = 20
EXECUTIONS: Final = 10_000
REPEAT: Final = 4


def environment() -> dict[str, str]:
    """As users have it: modules are compiled once."""
    mine = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**mine, "PYTHONPATH": str(ROOT)}


def seconds(command: list[str], directory: Path) -> float:
    """What one command took."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, env=environment())
    took = time.perf_counter() - began
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return took


def first_line(command: list[str], directory: Path) -> float:
    """What a command took to print the first of very many lines."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.close()
    return took


def side_by_side(
    bench: Bench, asked: dict[tuple[str, str, int], list[str]], repeat: int, time_of: Callable[[list[str], Path], float]
) -> None:
    """A row for each command; they run in turn, so that a busy neighbour hits all alike."""
    spent: dict[tuple[str, str, int], list[float]] = {}
    for command in asked.values():
        time_of(command, bench.directory)  # compiles what has not been
    for _ in range(repeat):
        for name, command in asked.items():
            spent.setdefault(name, []).append(time_of(command, bench.directory))
    for (peer, workload, n), parts in spent.items():
        with Bench(peer, bench.directory).measure(workload, n) as measure:
            measure.parts = parts
            measure.seconds = statistics.median(parts)


def starts(bench: Bench) -> None:
    """How long the command takes to start, beside an interpreter that imports click alone."""
    simpleflow = str(Path(sys.executable).with_name("simpleflow"))
    asked = {
        (LIMIT, "import click", 1): python("-c", "import click"),
        (COMMAND, "--version", 1): [simpleflow, "--version"],
        (COMMAND, "--help", 1): [simpleflow, "--help"],
    }
    side_by_side(bench, asked, 11, seconds)


def reads(bench: Bench) -> None:
    """Each command that reads, on a file with one execution; then the first line of very many."""
    with standalone(bench.directory) as peer:
        peer.run(FanOut, TASKS)
    ours = python("-m", "simpleflow", "--db")
    asked = {
        (COMMAND, command, 1): [*ours, "bench.db", "--domain", DOMAIN, command, *arguments]
        for command, arguments in COMMANDS.items()
    }
    side_by_side(bench, asked, REPEAT, seconds)
    fill(bench.directory / "many.db", EXECUTIONS)
    many = {(COMMAND, "workflow.list", EXECUTIONS): [*ours, "many.db", "--domain", MANY, "workflow.list"]}
    side_by_side(bench, many, REPEAT, first_line)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(COMMAND, Path(folder))
        bench.each(starts, reads)


if __name__ == "__main__":
    main()
