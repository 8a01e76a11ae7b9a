"""Workflows and activities that the tests of commands run."""

from __future__ import annotations

import os
import time
from typing import Any

from simpleflow import Workflow, activity, workflow


def note(line: str) -> None:
    """Leaves a trace in the file LEDGER: what has really run."""
    path = os.environ.get("LEDGER")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")


@activity.with_attributes(task_list="list")
def add(a: int, b: int) -> int:
    note(f"add {a} {b}")
    return a + b


@activity.with_attributes(task_list="list")
def fussy(value: int) -> int:
    """Fails as long as the variable FUSSY is set."""
    note(f"fussy {value}")
    if os.environ.get("FUSSY") == "wait":
        time.sleep(60)
    if os.environ.get("FUSSY"):
        raise ValueError(f"{value} is not good enough")
    return value * 10


class Child(Workflow):
    name, version, task_list = "tests.commands.child", "1", "list"

    def run(self, value: int) -> int:
        note(f"child {value}")
        return int(self.submit(add, value, 100).result)


class Sums(Workflow):
    """Three steps and a child; the last one may fail."""

    name, version, task_list = "sums", "1", "list"

    def run(self, start: int) -> Any:
        first = self.submit(add, start, 1)
        second = self.submit(add, first, 2)
        child = self.submit(Child, second)
        return [first.result, second.result, self.submit(fussy, child).result_or_raise()]


class Inventory(Workflow):
    """Prints while it runs, and tells what is left."""

    name, version, task_list = "inventory", "1", "list"

    def run(self) -> None:
        print("counting")
        self.stock = {"lamp": self.submit(add, 1, 2).result}
        self.submit(self.wait_signal("sold")).result  # noqa: B018  # waits

    @workflow.query
    def left(self, what: str, reserved: int = 0) -> dict[str, int]:
        return {what: self.stock[what] - reserved}
