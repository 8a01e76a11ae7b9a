"""The embedded service with a decider and workers, as ``standalone`` has them, kept over many runs."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.flows import Chain, FanOut, Quickstart
from simpleflow import format
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import Decider
from simpleflow.swf.process.worker import Worker
from swf.protocol.operations import DescribeWorkflowExecution
from swf.protocol.values import ExecutionStatus, WorkflowExecution
from swf.server import open_service
from swf.server.inprocess import InProcessClient

DOMAIN, LIST = "bench", "bench"


class Harness:
    """Service, one decider and two workers with a child each, as ``standalone`` has them, kept over many runs."""

    def __init__(self, path: Path) -> None:
        self.service = open_service(path)
        self.client = InProcessClient(self.service)
        flows = [Quickstart, Chain, FanOut]
        for flow in flows:
            setup.register(self.client, DOMAIN, flow)
        self.execution: WorkflowExecution | None = None
        self.closed = threading.Event()
        self.decider = Decider(self.client, Executor(self.client, DOMAIN, flows, task_list=LIST), DOMAIN, LIST)
        self.workers = [Worker(self.client, DOMAIN, LIST, ["benchmarks.flows"]) for _ in range(2)]
        for worker in self.workers:
            worker.start_child()
        self.threads = [threading.Thread(target=worker.run) for worker in self.workers]
        self.threads.append(threading.Thread(target=lambda: self.decider.run(is_over=self._look)))
        for thread in self.threads:
            thread.start()

    def _look(self) -> bool:
        """Called by the decider after closing answers: tells the waiting run."""
        if self.execution is not None:
            detail = self.client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=self.execution))
            if detail.execution_info.execution_status is ExecutionStatus.CLOSED:
                self.closed.set()
        return False

    def run(self, flow: Any, n: int, id: str) -> float:
        """Seconds from the start of an execution until its close was answered."""
        self.closed.clear()
        self.execution = None
        began = time.perf_counter()
        input = format.encode({"args": [n], "kwargs": {}})
        self.execution = setup.start(self.client, DOMAIN, flow, id, input, task_list=LIST)
        assert self.closed.wait(300), "the execution did not close"
        return time.perf_counter() - began

    def close(self) -> None:
        self.decider.stop()
        for worker in self.workers:
            worker.stop()
        self.client.stop_polling()
        for thread in self.threads:
            thread.join()
        self.service.close()
