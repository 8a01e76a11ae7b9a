"""Activities that tell where they run."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from simpleflow import Workflow, activity

log = logging.getLogger("simpleflow.gang")

HELD: list[bytes] = []


def gang(name: str, **more: Any) -> activity.Decorator:
    return activity.with_attributes(name=f"gang.{name}", version="1", task_list="gang", **more)


@gang("where")
def where() -> list[int]:
    return [os.getpid(), threading.get_ident()]


@gang("meet")
def meet(place: str, who: str, count: int) -> list[int]:
    """Ends when so many are there at once."""
    (Path(place) / who).touch()
    while len(list(Path(place).iterdir())) < count:
        time.sleep(0.005)
    return where.callable()


@gang("hoard")
def hoard(megabytes: int) -> int:
    """Takes memory and does not give it back."""
    HELD.append(b"x" * (megabytes * 1024 * 1024))
    return os.getpid()


@gang("contexts")
def contexts() -> list[Any]:
    time.sleep(0.05)
    assert contexts.context is not None
    return [activity.current().activity_id, contexts.context["activity_id"]]


@gang("prints")
def prints() -> None:
    print("a line of an activity")


@gang("speak", retry=1, raises_on_failure=True)
def speak() -> str:
    """Fails at first."""
    log.info("in the activity")
    if activity.current().attempt == 1:
        raise ValueError("not yet")
    return "spoken"


class Meets(Workflow):
    """Ends when a second file is in the place."""

    name = "meets"
    version = "1"
    task_list = "gang"

    def run(self, place: str) -> None:
        self.submit(meet, place, "activity", 2).wait()


class Speaks(Workflow):
    name = "speaks"
    version = "1"
    task_list = "gang"

    def run(self) -> str:
        from simpleflow.log import get_logger

        get_logger("simpleflow.gang").info("in the workflow")
        return str(self.submit(speak).result)
