"""The work that is measured."""

from __future__ import annotations

from typing import Any

from simpleflow import Workflow, activity, futures

quick = activity.with_attributes(version="1", task_list="bench")
ACTIVITIES_OF_A_RUN = 1_500


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


class LongChain(Workflow):
    """*n* activities, each waiting for the one before, in runs that continue as new."""

    name, version, task_list = "bench-long-chain", "1", "bench"

    def run(self, n: int, done: int = 0) -> Any:
        end = min(n, done + ACTIVITIES_OF_A_RUN)
        x = done
        for _ in range(done, end):
            x = self.submit(increment, x).result
        if x < n:
            self.submit(self.continue_as_new(n, x)).wait()
        return x


class FanOut(Workflow):
    """*n* activities at once."""

    name, version, task_list = "bench-fan-out", "1", "bench"

    def run(self, n: int) -> Any:
        return sum(futures.wait(*self.map(same, range(n))))


class Map(Workflow):
    """*n* activities, 200 of them at once; a long map is done in children."""

    name, version, task_list = "bench-map", "1", "bench"

    def run(self, n: int) -> Any:
        return sum(futures.wait(*self.map(same, range(n), max_parallel=200)))


class Waiting(Workflow):
    """Waits for a signal that does not come."""

    name, version, task_list = "bench-waiting", "1", "bench"

    def run(self) -> Any:
        return self.submit(self.wait_signal("go")).result


FLOWS: tuple[type[Workflow], ...] = (Quickstart, Chain, LongChain, FanOut, Map)


def expected(flow: type[Workflow], n: int) -> int:
    """The result of a workflow."""
    if flow is Quickstart:
        return 2 * (n + 1)
    return n if flow in (Chain, LongChain) else n * (n - 1) // 2
