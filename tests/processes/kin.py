"""Workflows with relatives, for the tests of commands."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from simpleflow import Workflow, activity


@activity.with_attributes(version="1", task_list="t")
def leave(name: str) -> None:
    Path(name).touch()


@activity.with_attributes(version="1", task_list="t")
def wait_for(name: str) -> None:
    while not Path(name).exists():
        time.sleep(0.01)


class Waiting(Workflow):
    name, version, task_list = "waiting", "1", "t"

    def run(self) -> Any:
        self.submit(self.wait_signal("never")).wait()


class Tidy(Workflow):
    """Cleans up when it is asked to cancel."""

    name, version, task_list = "tidy", "1", "t"

    def run(self) -> Any:
        request = self.submit(self.wait_cancel_request())
        self.submit(self.signal("ready"))  # goes on to its parent
        request.wait()
        self.submit(leave, "cleaned").wait()


class Hoping(Workflow):
    name, version, task_list = "hoping", "1", "t"

    def run(self) -> Any:
        return self.submit(Waiting).result


class Leaving(Workflow):
    """Ends while one child still cleans up, and another one waits for ever."""

    name, version, task_list = "leaving", "1", "t"

    def run(self) -> Any:
        self.submit(Waiting)
        tidy = self.submit(Tidy)
        self.submit(self.wait_signal("ready")).wait()
        tidy.cancel()


class Endless(Workflow):
    name, version, task_list = "endless", "1", "t"

    def run(self, x: int, is_second: bool = False) -> Any:
        if not is_second:
            self.submit(self.continue_as_new(x, is_second=True)).wait()
        self.submit(leave, "second run").wait()
        self.submit(wait_for, "go").wait()
        return "end"


class Tagged(Workflow):
    """Tells the tags it has, and those of a child that inherits them."""

    name, version, task_list = "tagged", "1", "t"

    @staticmethod
    def get_tag_list(x: int) -> list[str]:
        return [f"x-{x}"]

    def run(self, x: int) -> Any:
        return [self.get_run_context()["tag_list"], self.submit(Inheriting).result]


class Inheriting(Workflow):
    name, version, task_list, tag_list = "inheriting", "1", "t", Workflow.INHERIT_TAG_LIST

    def run(self) -> Any:
        return self.get_run_context()["tag_list"]
