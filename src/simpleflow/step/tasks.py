"""The activities of steps: what is done already, and that one more is."""

from __future__ import annotations

from typing import Final

from simpleflow import activity
from simpleflow.step.places import place_of

RETRIES: Final = 3


@activity.with_attributes(name="simpleflow.step.GetStepsDoneTask", retry=RETRIES, raises_on_failure=True)
class GetStepsDoneTask:
    """The names of the steps that are done, below *path* in *bucket*."""

    def __init__(self, bucket: str, path: str) -> None:
        self.bucket = bucket
        self.path = path

    def execute(self) -> list[str]:
        """Asks the place."""
        return [key.removeprefix(self.path) for key in place_of(self.bucket).keys(self.path)]


@activity.with_attributes(name="simpleflow.step.MarkStepDoneTask", retry=RETRIES, raises_on_failure=True)
class MarkStepDoneTask:
    """Writes down that a step is done."""

    def __init__(self, bucket: str, path: str, step_name: str) -> None:
        self.bucket = bucket
        self.key = path + step_name

    def execute(self) -> None:
        """Tells the place."""
        place_of(self.bucket).add(self.key)
