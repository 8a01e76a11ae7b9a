"""What is measured of ours alone: long work, single decisions, replay, local mode and memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.contract import Bench, programs, pss_mb, python, tree
from benchmarks.ours.flows import Chain, FanOut, LongChain, Map, Quickstart, expected
from benchmarks.ours.processes import environment, fleet
from benchmarks.ours.runner import DOMAIN
from benchmarks.ours.standalone import LIST, standalone
from simpleflow import Workflow, format, local
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from swf.protocol.operations import (
    ActivityTask,
    DecisionTask,
    PollForActivityTask,
    PollForDecisionTask,
    RespondActivityTaskCompleted,
)
from swf.protocol.values import TaskList
from swf.server import open_service
from swf.server.inprocess import InProcessClient

IDLE_S: Final = 5.0
OURS: Final = "simpleflow standalone"
NEAR: Final = 600
"""Events around a place in a history over which decisions are timed."""


def long_work(bench: Bench) -> None:
    """A chain that continues as new, and a map through children."""
    for name, flow in (("chain, continued as new", LongChain), ("map through children", Map)):
        with tempfile.TemporaryDirectory() as folder, standalone(Path(folder)) as peer:
            peer.fan_out(20)
            with bench.measure(name, 10_000) as measure:
                peer.run(flow, 10_000)
                measure.memory_mb = sum(map(pss_mb, tree(os.getpid())))


def local_mode(bench: Bench) -> None:
    """Everything in this process, in memory."""
    here = Bench("simpleflow local", bench.directory)
    work: tuple[tuple[str, type[Workflow], int], ...] = (
        ("quickstart", Quickstart, 1),
        ("chain", Chain, 1_000),
        ("fan-out", FanOut, 1_000),
    )
    for name, flow, n in work:

        def once(flow: type[Workflow] = flow, n: int = n) -> None:
            assert local.run(flow, n) == expected(flow, n)

        once()
        here.kernel(name, n, once, repeat=5)


class Walk:
    """A chain that is led by hand through a service on a file."""

    def __init__(self, directory: Path) -> None:
        self.service = open_service(directory / "walk.db")
        self.client = InProcessClient(self.service, poll_wait_s=0)
        setup.register(self.client, DOMAIN, Chain)
        input = format.encode({"args": [1_000_000], "kwargs": {}})
        setup.start(self.client, DOMAIN, Chain, "walk", input, task_list=LIST)
        self.executor = self.fresh()
        self.poll = PollForDecisionTask(
            domain=DOMAIN, task_list=TaskList(name=LIST), start_at_previous_started_event=True
        )
        self._work = PollForActivityTask(domain=DOMAIN, task_list=TaskList(name=LIST))

    def fresh(self) -> Executor:
        """An executor that has no run yet."""
        return Executor(self.client, DOMAIN, [Chain], task_list=LIST)

    def take(self) -> DecisionTask:
        """The next decision task."""
        task = self.client.call(self.poll)
        assert task.task_token is not None
        return task

    def decide(self, task: DecisionTask) -> None:
        """Answers it."""
        self.client.call(self.executor.answer(task, self.poll).request)

    def work(self) -> None:
        """Does the activity that waits; there is none if its type was not registered yet."""
        task: ActivityTask = self.client.call(self._work)
        if task.task_token is not None:
            self.client.call(RespondActivityTaskCompleted(task_token=task.task_token, result="1"))

    def to(self, event: int) -> DecisionTask:
        """Goes on until a decision task has been started at that event or later."""
        task = self.take()
        while task.started_event_id < event:
            self.decide(task)
            self.work()
            task = self.take()
        return task

    def close(self) -> None:
        """Ends it."""
        self.executor.close()
        self.service.close()


def decisions(bench: Bench) -> None:
    """A warm decision, poll answered to response sent, early and late; then the whole history cold."""
    service = Bench("simpleflow decider", bench.directory)
    with contextlib.closing(Walk(bench.directory)) as walk:
        for event in (200, 5_000, 20_000):
            task = walk.to(event)
            with service.measure("warm decision", event, done=NEAR // 6) as measure:
                for _ in range(NEAR // 6):
                    began = time.perf_counter()
                    walk.decide(task)
                    measure.parts.append(time.perf_counter() - began)
                    walk.work()
                    task = walk.take()
                measure.seconds = sum(measure.parts)
            walk.decide(task)
            walk.work()
        task = walk.to(24_970)
        walk.executor.close()

        def replay() -> None:
            with contextlib.closing(walk.fresh()) as executor:
                executor.answer(task, walk.poll)

        service.kernel("cold replay", 25_000, replay, repeat=5)


def memory(bench: Bench) -> None:
    """What processes hold that have nothing to do, and the processor time that they take."""
    with tempfile.TemporaryDirectory() as folder, programs() as begin:
        command = python("-m", "simpleflow", "standalone", "benchmarks.ours.flows.Waiting", "--db", f"{folder}/idle.db")
        process = begin(command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)
        idle(bench, OURS, process.pid)
    with tempfile.TemporaryDirectory() as folder, fleet(Path(folder), through_boto3=False) as processes:
        processes.fan_out(20)
        idle(bench, "simpleflow processes", *(each.pid for each in processes.processes.values()))


def idle(bench: Bench, peer: str, *roots: int) -> None:
    """Once the processes have nothing to do any more."""
    time.sleep(IDLE_S / 2)
    here = Bench(peer, bench.directory)
    with here.measure("idle", len(roots), done=0) as measure:
        time.sleep(IDLE_S)
        measure.memory_mb = sum(pss_mb(pid) for root in roots for pid in tree(root))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(OURS, Path(folder))
        bench.each(local_mode, decisions, long_work, memory)


if __name__ == "__main__":
    main()
