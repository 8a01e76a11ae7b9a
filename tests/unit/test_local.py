"""Workflows run here, in one process."""

from __future__ import annotations

from typing import Any

from simpleflow import Workflow, activity
from simpleflow.local import Executor


@activity.with_attributes()
def inc(x: int) -> int:
    return x + 1


class Tells(Workflow):
    name, version, task_list = "tells", "1", "t"
    told: list[int] = []

    def run(self) -> Any:
        x = 0
        for _ in range(3):
            x = self.submit(inc, x).result
            self.told.append(x)
        return x


def test_a_run_stays_warm_so_that_what_it_prints_is_printed_once() -> None:
    Tells.told = []
    assert Executor(Tells).run() == 3
    assert Tells.told == [1, 2, 3]
