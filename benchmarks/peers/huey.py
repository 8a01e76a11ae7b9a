"""huey on SQLite, a task queue without workflows: this process leads the work, two worker processes do it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.contract import ROOT, STEPS, programs, python, run

WAIT = {"blocking": True, "backoff": 1.0, "max_delay": 0.002, "timeout": 300}


class Huey:
    """A client of the queue."""

    def __init__(self) -> None:
        from benchmarks.peers import huey_tasks

        self._tasks = huey_tasks

    def quickstart(self) -> None:
        y = self._tasks.increment(1).get(**WAIT)
        yy, z = self._tasks.same(y), self._tasks.double(y)
        assert (yy.get(**WAIT), z.get(**WAIT)) == (2, 4)

    def chain(self, n: int) -> None:
        x: Any = 0
        for _ in range(n):
            x = self._tasks.increment(x).get(**WAIT)
        assert x == n

    def fan_out(self, n: int) -> None:
        assert sum(each.get(**WAIT) for each in [self._tasks.same(i) for i in range(n)]) == n * (n - 1) // 2

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        running = {number: (1, self._tasks.increment(0)) for number in range(n)}
        over = []
        while running:
            for number, (step, result) in list(running.items()):
                value = result.get()
                if value is None:
                    continue
                if step < STEPS:
                    running[number] = step + 1, self._tasks.increment(value)
                    continue
                assert value == STEPS
                over.append(time.perf_counter() - began)
                del running[number]
            time.sleep(0.001)
        return over


@contextlib.contextmanager
def huey(directory: Path) -> Iterator[Huey]:
    """The consumer, looking every 5 ms, until the block is left."""
    os.environ["BENCH_HUEY"] = str(directory / "huey.db")
    with programs() as begin:
        consumer = next(each for each in Path(sys.executable).parent.iterdir() if each.name.startswith("huey_consumer"))
        begin(python(str(consumer), "benchmarks.peers.huey_tasks.queue", "-w", "2", "-k", "process", "-d", "0.005",
                     "-m", "0.005", "-b", "1.0", "-q"), env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
        yield Huey()


if __name__ == "__main__":
    run("huey, SQLite", huey)
