"""``python -m benchmarks.commands``: how long each command that reads takes on a file, from the shell to its last line.

Prints a table and writes ``benchmarks/commands.json``: medians of the time that passed, and of the processor's, which
neighbours stretch less. Compare figures of one run only: machines vary.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.flows import FanOut
from benchmarks.harness import DOMAIN, Harness
from swf.protocol import operations as o
from swf.protocol.values import ChildPolicy, TaskList, WorkflowType
from swf.server import open_service
from swf.server.inprocess import InProcessClient

GOAL_MS = 300
TASKS = 20
EXECUTIONS = 10_000
NAMED = ("bench",)
COMMANDS = {
    "workflow.list": ("--status", "closed"),
    "workflow.filter": ("--status", "closed"),
    "workflow.info": NAMED,
    "workflow.tasks": NAMED,
    "workflow.profile": NAMED,
    "task.info": (*NAMED, "activity-benchmarks.flows.same-1"),
    "workflow.history": NAMED,
    "workflow.timeline": NAMED,
    "workflow.graph": NAMED,
    "workflow.result": NAMED,
    "history.export": NAMED,
    "domain.list": (),
    "type.list": (),
    "server.check": (),
    "info": (),
}
"""Each command that reads, with what it is given."""


def environment() -> dict[str, str]:
    """As users have it: modules are compiled once."""
    mine = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**mine, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


def spent_ms(arguments: tuple[str, ...], directory: Path) -> tuple[float, float]:
    """The time of one command, and the processor's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "simpleflow", "--db", "bench.db", "--domain", DOMAIN, *arguments],
        cwd=directory, capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return took * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def first_line_ms(directory: Path) -> float:
    """The time until ``workflow.list`` has printed the first of very many executions."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "simpleflow", "--db", "many.db", "workflow.list"],
        cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.close()
    return took * 1000


def many(path: Path) -> None:
    """A file with EXECUTIONS open executions."""
    service = open_service(path)
    client = InProcessClient(service)
    client.call(o.RegisterDomain(name="default", workflow_execution_retention_period_in_days="30"))
    client.call(
        o.RegisterWorkflowType(
            domain="default", name="w", version="1", default_task_list=TaskList(name="l"),
            default_child_policy=ChildPolicy.TERMINATE, default_task_start_to_close_timeout="300",
            default_execution_start_to_close_timeout="3600",
        )
    )  # fmt: skip
    for number in range(EXECUTIONS):
        client.call(
            o.StartWorkflowExecution(
                domain="default", workflow_id=f"w-{number}", workflow_type=WorkflowType(name="w", version="1")
            )
        )
    service.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commands", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each command; the median counts")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("commands.json"))
    options = parser.parse_args()
    results: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        harness = Harness(directory / "bench.db")
        try:
            harness.run(FanOut, TASKS, "bench")
        finally:
            harness.close()
        for command, arguments in COMMANDS.items():  # compiles what has not been
            spent_ms((command, *arguments), directory)
        spent: dict[str, list[tuple[float, float]]] = {command: [] for command in COMMANDS}
        for _ in range(options.repeat):  # side by side, so that a busy neighbour hits all alike
            for command, arguments in COMMANDS.items():
                spent[command].append(spent_ms((command, *arguments), directory))
        for command, times in spent.items():
            whole, of_processor = (round(statistics.median(each), 1) for each in zip(*times, strict=True))
            results[command] = {"ms": whole, "processor_ms": of_processor}
        many(directory / "many.db")
        times_to_first = [first_line_ms(directory) for _ in range(options.repeat)]
        results["first_line_of_10000_ms"] = round(statistics.median(times_to_first), 1)
    print(f"{results['machine']}, Python {results['python']}; goal: {GOAL_MS} ms for each")
    for command in COMMANDS:
        print(f"{command:24} {results[command]['ms']:>8} ms {results[command]['processor_ms']:>8} ms of the processor")
    print(f"{'first line of 10,000':24} {results['first_line_of_10000_ms']:>8} ms")
    options.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
