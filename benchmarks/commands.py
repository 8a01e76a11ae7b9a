"""``python -m benchmarks.commands``: how long each command that reads takes on a file, from the shell to its last line.

Prints a table and writes ``benchmarks/commands.json``: medians of the time that passed, and of the processor's, which
neighbours stretch less. Compare figures of one run only: machines vary.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness import DOMAIN
from swf.protocol import operations as o
from swf.protocol.values import WorkflowType
from swf.server import open_service
from swf.server.inprocess import InProcessClient

GOAL_MS = 300
TASKS = 20
EXECUTIONS = 10_000
TASK = "activity-benchmarks.flows.work-1"
COMMANDS = {
    "workflow.list": ("--status", "closed"),
    "workflow.filter": ("--status", "closed"),
    "workflow.info": ("fan",),
    "workflow.tasks": ("fan",),
    "workflow.profile": ("fan",),
    "task.info": ("fan",),
    "workflow.history": ("fan",),
    "workflow.timeline": ("fan",),
    "workflow.graph": ("fan",),
    "workflow.result": ("fan",),
    "workflow.query": ("fan",),
    "history.export": ("fan",),
    "domain.list": (),
    "type.list": (),
    "server.check": (),
    "info": (),
}


def spent_ms(arguments: tuple[str, ...], directory: Path) -> tuple[float, float]:
    """The time of one command, and the processor's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "simpleflow", "--db", "bench.db", "--domain", DOMAIN, *arguments],
        cwd=directory, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
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
        cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
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
            domain="default", name="w", version="1", default_task_list=o.TaskList(name="l"),
            default_child_policy="TERMINATE", default_task_start_to_close_timeout="300",
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
