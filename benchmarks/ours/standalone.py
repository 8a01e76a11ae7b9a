"""``simpleflow standalone``: the embedded service with a decider and two workers, each with a child, in one process.

Every answer is synced before it leaves.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contract import PATIENCE_S, STEPS, run
from benchmarks.ours.flows import FLOWS, Chain
from benchmarks.ours.runner import DOMAIN, Runner
from simpleflow import Workflow, format
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import Decider
from simpleflow.swf.process.worker import Worker
from swf.protocol.values import WorkflowExecution
from swf.server import open_service
from swf.server.inprocess import InProcessClient

LIST = "bench"


class Standalone(Runner):
    """The processes of ``standalone``, kept over many executions."""

    def __init__(self, path: Path | None) -> None:
        self.service = open_service(path)
        self.client = InProcessClient(self.service)
        for flow in FLOWS:
            setup.register(self.client, DOMAIN, flow)
        self._number = 0
        self._told = threading.Event()
        self._end_listening = self.service.on_closings(self._told.set)
        self.decider = Decider(self.client, Executor(self.client, DOMAIN, FLOWS, task_list=LIST), DOMAIN, LIST)
        self.workers = [Worker(self.client, DOMAIN, LIST, ["benchmarks.ours.flows"]) for _ in range(2)]
        for worker in self.workers:
            worker.start_child()
        self.threads = [threading.Thread(target=worker.run) for worker in self.workers]
        self.threads.append(threading.Thread(target=self.decider.run))
        for thread in self.threads:
            thread.start()

    def start(self, flow: type[Workflow], n: int) -> WorkflowExecution:
        """Starts an execution."""
        self._number += 1
        input = format.encode({"args": [n], "kwargs": {}})
        return setup.start(self.client, DOMAIN, flow, f"{flow.name}-{self._number}", input, task_list=LIST)

    def closings(self) -> Iterator[int]:
        """How many are open still, whenever that changes; ends when none is."""
        left = -1
        while left:
            self._told.clear()
            now = self.open()
            if now == left:
                assert self._told.wait(PATIENCE_S), f"{left} executions stay open"
            else:
                yield now
            left = now

    def run(self, flow: type[Workflow], n: int) -> None:
        """Runs an execution, and those that it starts, to their end."""
        execution = self.start(flow, n)
        for _ in self.closings():
            pass
        self.check(flow, n, setup.last_run(self.client, DOMAIN, execution))

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        executions = [self.start(Chain, STEPS) for _ in range(n)]
        over: list[float] = []
        for left in self.closings():
            over += [time.perf_counter() - began] * (n - left - len(over))
        for execution in executions:
            self.check(Chain, STEPS, execution)
        return over

    def close(self) -> None:
        """Ends all."""
        self._end_listening()
        self.decider.stop()
        for worker in self.workers:
            worker.stop()
        self.client.stop_polling()
        for thread in self.threads:
            thread.join()
        self.service.close()


@contextlib.contextmanager
def standalone(directory: Path | None) -> Iterator[Standalone]:
    """Until the block is left; None: in memory."""
    sys.setswitchinterval(0.0005)  # as the command does
    made = Standalone(None if directory is None else directory / "bench.db")
    try:
        yield made
    finally:
        made.close()


if __name__ == "__main__":
    run("simpleflow standalone", standalone)
