"""Server, decider and two workers as processes of their own, started with the command; our client, or boto3 everywhere.

``--boto3`` gives all of them an endpoint, so that they use boto3; without it they are given the file, and use our
keep-alive client.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.contract import ROOT, STEPS, programs, python, run, tree, until
from benchmarks.ours.flows import Chain, FanOut, Quickstart
from benchmarks.ours.runner import DOMAIN, Runner
from simpleflow import Workflow, format
from simpleflow.service import Address, client_of
from simpleflow.swf import setup
from swf.client import Client
from swf.protocol.values import WorkflowExecution

MODULE: Final = "benchmarks.ours.flows"
FLOWS: Final = (Quickstart, Chain, FanOut)
KEYS: Final = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}


def environment() -> dict[str, str]:
    """Nothing of the settings of whoever measures."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SIMPLEFLOW", "SWF_", "AWS_"))}
    return {**mine, **KEYS, "PYTHONPATH": str(ROOT), "SWF_DOMAIN": DOMAIN, "LOG_LEVEL": "WARNING"}


class Fleet(Runner):
    """The processes by their names, and a client of their service."""

    def __init__(self, client: Client, processes: dict[str, subprocess.Popen[str]]) -> None:
        self.processes = processes
        self.client = client
        self._number = 0
        for flow in FLOWS:
            setup.register(client, DOMAIN, flow)

    def start(self, flow: type[Workflow], n: int) -> WorkflowExecution:
        """Starts an execution."""
        self._number += 1
        input = format.encode({"args": [n], "kwargs": {}})
        return setup.start(self.client, DOMAIN, flow, f"{flow.name}-{self._number}", input)

    def run(self, flow: type[Workflow], n: int) -> None:
        """Runs an execution to its end."""
        execution = self.start(flow, n)
        until(lambda: self.open() == 0, f"{flow.name} of {n} is over")
        self.check(flow, n, execution)

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        executions = [self.start(Chain, STEPS) for _ in range(n)]
        over: list[float] = []

        def all_over() -> bool:
            over.extend([time.perf_counter() - began] * (n - self.open() - len(over)))
            return len(over) == n

        until(all_over, f"{n} executions are over")
        for execution in executions:
            self.check(Chain, STEPS, execution)
        return over

    def pids(self) -> list[int]:
        """All processes but the one that measures."""
        return [pid for process in self.processes.values() for pid in tree(process.pid)]


@contextlib.contextmanager
def fleet(directory: Path, *, through_boto3: bool) -> Iterator[Fleet]:
    """A server, a decider and two workers until the block is left."""
    file = directory / "processes.db"
    os.environ |= KEYS
    with programs() as begin:
        here = {"cwd": directory, "env": environment(), "stdout": subprocess.PIPE}
        server = begin(python("-m", "simpleflow", "server.start", "--db", str(file), "--port", "0"), **here)
        assert server.stdout is not None
        url = server.stdout.readline().strip().partition("=")[2]
        address = Address(endpoint_url=url, region="us-east-1") if through_boto3 else Address(db=str(file))
        where = ("--endpoint-url", url) if through_boto3 else ("--db", str(file))
        of_list = ("--task-list", "bench")
        flows = [f"{MODULE}.{flow.__name__}" for flow in FLOWS]
        decider = begin(python("-m", "simpleflow", "decider.start", *flows, *where, "--nb-processes", "1"), **here)
        workers = begin(
            python("-m", "simpleflow", "worker.start", flows[0], *where, *of_list, "--nb-processes", "2"), **here
        )
        yield Fleet(client_of(address), {"server": server, "decider": decider, "workers": workers})


def main() -> None:
    through_boto3 = "--boto3" in sys.argv
    name = "simpleflow processes, boto3" if through_boto3 else "simpleflow processes"
    run(name, functools.partial(fleet, through_boto3=through_boto3))


if __name__ == "__main__":
    main()
