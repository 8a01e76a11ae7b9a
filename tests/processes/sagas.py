"""A workflow that undoes slowly, so that it can be killed in the middle of it."""

from __future__ import annotations

import os
import time

from simpleflow import Workflow, activity

STEPS = ["a", "b", "c", "d"]


@activity.with_attributes(version="1", task_list="sagas")
def do(what: str) -> str:
    return what


@activity.with_attributes(version="1", task_list="sagas", retry=5)
def undo(what: str) -> None:
    with open(os.environ["LEDGER"], "a", encoding="utf-8") as ledger:
        ledger.write(f"{what}\n")
    time.sleep(0.3)


class Undoes(Workflow):
    name, version, task_list = "undoes", "1", "sagas"

    def run(self) -> str:
        try:
            with self.saga() as saga:
                for step in STEPS:
                    saga.on_failure(undo, self.submit(do, step))
                raise ValueError("all for nothing")
        except ValueError as error:
            return str(error)
