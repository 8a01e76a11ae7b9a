"""The work that is measured."""

from __future__ import annotations

from typing import Any

from simpleflow import Workflow, activity, futures

quick = activity.with_attributes(version="1", task_list="bench")


@quick
def increment(x: int) -> int:
    return x + 1


@quick
def double(x: int) -> int:
    return x * 2


@quick
def same(x: int) -> int:
    return x


class Quickstart(Workflow):
    """The quickstart without its sleep: three activities, two of which wait for the first."""

    name, version, task_list = "bench-quickstart", "1", "bench"

    def run(self, n: int) -> Any:
        y = self.submit(increment, n)
        yy = self.submit(same, y)
        z = self.submit(double, y)
        futures.wait(yy, z)
        return z.result


class Chain(Workflow):
    """*n* activities, each waiting for the one before."""

    name, version, task_list = "bench-chain", "1", "bench"

    def run(self, n: int) -> Any:
        x = 0
        for _ in range(n):
            x = self.submit(increment, x).result
        return x


class FanOut(Workflow):
    """*n* activities at once."""

    name, version, task_list = "bench-fan-out", "1", "bench"

    def run(self, n: int) -> Any:
        return sum(futures.wait(*self.map(same, range(n))))
