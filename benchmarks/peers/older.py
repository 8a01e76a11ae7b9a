"""Older simpleflow from the package index, its decider and worker unmodified: on moto, or on our service.

``--service moto`` (in memory, nothing is durable) or ``--service ours`` (on a file, every answer synced).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from benchmarks.contract import ROOT, STEPS, programs, python, run, until

DOMAIN = "bench"
MODULE = "benchmarks.peers.older_flows"


class Older:
    """A client of the service."""

    def __init__(self) -> None:
        self._swf = boto3.client("swf")
        self._swf.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
        for name in ("quickstart", "chain", "fan-out"):
            self._swf.register_workflow_type(
                domain=DOMAIN,
                name=name,
                version="1",
                defaultTaskList={"name": "bench"},
                defaultChildPolicy="TERMINATE",
                defaultTaskStartToCloseTimeout="300",
                defaultExecutionStartToCloseTimeout="36000",
            )
        for name in ("increment", "double", "same"):
            self._swf.register_activity_type(domain=DOMAIN, name=f"{MODULE}.{name}", version="1")

    def _start(self, name: str, n: int) -> dict[str, str]:
        id = f"{name}-{uuid.uuid4().hex}"
        started = self._swf.start_workflow_execution(
            domain=DOMAIN,
            workflowId=id,
            workflowType={"name": name, "version": "1"},
            input=json.dumps({"args": [n], "kwargs": {}}),
            taskList={"name": "bench"},
        )
        return {"workflowId": id, "runId": started["runId"]}

    def _is_closed(self, execution: dict[str, str]) -> bool:
        found = self._swf.describe_workflow_execution(domain=DOMAIN, execution=execution)
        return bool(found["executionInfo"]["executionStatus"] == "CLOSED")

    def _result(self, execution: dict[str, str]) -> Any:
        page = self._swf.get_workflow_execution_history(domain=DOMAIN, execution=execution, reverseOrder=True)
        last = page["events"][0]
        assert last["eventType"] == "WorkflowExecutionCompleted", last
        return json.loads(last["workflowExecutionCompletedEventAttributes"]["result"])

    def _run(self, name: str, n: int, expected: int) -> None:
        execution = self._start(name, n)
        until(lambda: self._is_closed(execution), f"{name} of {n} is over", look_every_s=0.01)
        assert self._result(execution) == expected

    def quickstart(self) -> None:
        self._run("quickstart", 1, 4)

    def chain(self, n: int) -> None:
        self._run("chain", n, n)

    def fan_out(self, n: int) -> None:
        self._run("fan-out", n, n * (n - 1) // 2)

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        over = []
        for execution in [self._start("chain", STEPS) for _ in range(n)]:
            until(lambda execution=execution: self._is_closed(execution), "a chain is over", look_every_s=0.01)
            assert self._result(execution) == STEPS
            over.append(time.perf_counter() - began)
        return over


@contextlib.contextmanager
def older(directory: Path, *, on_moto: bool) -> Iterator[Older]:
    """A service, a decider and two workers until the block is left."""
    with programs() as begin:
        if on_moto:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            quiet = {"stderr": subprocess.DEVNULL}
            begin(python("-m", "benchmarks.peers.moto_server", "-H", "127.0.0.1", "-p", str(port)), **quiet)
            url = f"http://127.0.0.1:{port}"
            until(lambda: listens(port), "moto listens")
        else:
            ours = [os.environ["BENCH_PYTHON"], "-m", "swf.server", str(directory / "ours.db")]
            server = begin(ours, stdout=subprocess.PIPE)
            assert server.stdout is not None
            url = server.stdout.readline().split(" at ")[1].split(",")[0].strip()
        told = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
                "AWS_DEFAULT_REGION": "us-east-1", "SWF_DOMAIN": DOMAIN, "LOG_LEVEL": "error"}  # fmt: skip
        os.environ |= told
        peer = Older()
        command = str(Path(sys.executable).with_name("simpleflow"))
        here: dict[str, Any] = {"env": {**os.environ, "PYTHONPATH": str(ROOT)}, "cwd": directory}
        flows = [f"{MODULE}.{name}" for name in ("Quickstart", "Chain", "FanOut")]
        begin([command, "decider.start", "-d", DOMAIN, "-t", "bench", "-N", "1", *flows], **here)
        begin([command, "worker.start", "-d", DOMAIN, "-t", "bench", "-N", "2"], **here)
        yield peer


def listens(port: int) -> bool:
    """Whether somebody does."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


if __name__ == "__main__":
    on_moto = sys.argv[sys.argv.index("--service") + 1] == "moto"
    name = "older simpleflow on moto" if on_moto else "older simpleflow on our service"
    run(name, functools.partial(older, on_moto=on_moto))
