"""The code of today against a history: every difference is found, with its line."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import Workflow, activity
from simpleflow.replay import RunOptions
from simpleflow.replay.checking import differences
from swf.protocol.event import HistoryEvent
from tests.replay.bed import Bed


@activity.with_attributes(task_list="bed")
def one(x: int) -> int:
    return x + 1


@activity.with_attributes(task_list="bed")
def other(x: int) -> int:
    return x + 2


class Before(Workflow):
    name, version, task_list = "w", "1", "bed"

    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        b = self.submit(other, a)
        return [a.result, b.result]


class AnotherActivity(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        b = self.submit(one, a)
        return [a.result, b.result]


class AnotherInput(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x + 5)
        b = self.submit(other, a)
        return [a.result, b.result]


class MoreAtFirst(Before):
    def run(self, x: int) -> Any:
        self.submit(other, 77)
        a = self.submit(one, x)
        return [a.result]


class MoreInTheMiddle(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        c = self.submit(self.start_timer("nap", 3)) if a.result else None
        b = self.submit(other, a)
        return [a.result, b.result, c and 1]


class MoreAtTheEnd(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        b = self.submit(other, a)
        return [a.result, b.result, self.submit(one, 7).result]


class Less(Before):
    def run(self, x: int) -> Any:
        return self.submit(one, x).result


class AnotherResult(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        b = self.submit(other, a)
        return [a.result, b.result, "new"]


class Broken(Before):
    def run(self, x: int) -> Any:
        a = self.submit(one, x)
        b = self.submit(other, a)
        return [a.result, b.result, self.nothing]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def events() -> list[HistoryEvent]:
    bed = Bed(Before, (1,))
    assert bed.finish() == [2, 4]
    return bed.events()


def told(workflow: type[Workflow], events: list[HistoryEvent]) -> list[str]:
    return differences(workflow, events, RunOptions(workflow_id="x", run_id="r", keeps_values=True))


def test_the_same_code_makes_no_difference(events: list[HistoryEvent]) -> None:
    assert told(Before, events) == []
    for length, event in enumerate(events):
        if getattr(event.attributes, "decision_task_completed_event_id", None) is None:  # else part of an answer
            assert told(Before, events[:length]) == [], "of an open execution neither"


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        (AnotherActivity, ["tells of the activity 'activity-tests.replay.test_checking.other-1'"]),
        (AnotherInput, ["scheduled 'activity-tests.replay.test_checking.one-1' with the input", "test_checking.py:"]),
        (MoreAtFirst, ["other-1' with the input", "test_checking.py:"]),
        (MoreInTheMiddle, ["'nap' before event", "test_checking.py:", "no trace of it"]),
        (MoreAtTheEnd, ["now decides to schedule activity", "one-2'", "test_checking.py:", "decided to complete"]),
        (Less, ["tells of the activity", "other-1', which the workflow does not submit"]),
        (AnotherResult, ['completed with [2,4], the workflow now gives [2,4,"new"]']),
        (Broken, ["now decides to fail", "AttributeError", "test_checking.py"]),
    ],
)
def test_what_differs_is_told(events: list[HistoryEvent], workflow: type[Workflow], words: list[str]) -> None:
    text = "\n".join(told(workflow, events))
    for word in words:
        assert word in text


def test_nothing_is_kept_of_a_check(events: list[HistoryEvent]) -> None:
    """Each run is killed: the next check is not disturbed, and user code does not hang around."""
    assert told(Less, events) == told(Less, events)
    assert told(Before, events) == []
