"""The work, for older simpleflow."""

from __future__ import annotations

from typing import Any

from simpleflow import Workflow, activity, futures

quick = activity.with_attributes(
    task_list="bench",
    version="1",
    schedule_to_start_timeout=3600,
    start_to_close_timeout=600,
    schedule_to_close_timeout=4200,
    heartbeat_timeout=300,
)


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
    name, version, task_list = "quickstart", "1", "bench"

    def run(self, n: int) -> Any:
        y = self.submit(increment, n)
        yy = self.submit(same, y)
        z = self.submit(double, y)
        futures.wait(yy, z)
        return z.result


class Chain(Workflow):
    name, version, task_list = "chain", "1", "bench"

    def run(self, n: int) -> Any:
        x = 0
        for _ in range(n):
            x = self.submit(increment, x).result
        return x


class FanOut(Workflow):
    name, version, task_list = "fan-out", "1", "bench"

    def run(self, n: int) -> Any:
        made = self.map(same, range(n))
        futures.wait(*made)
        return sum(each.result for each in made)
