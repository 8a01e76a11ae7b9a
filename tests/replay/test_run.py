"""What a workflow does, decision by decision. Every decision is made warm and cold, and both must agree."""

from __future__ import annotations

from simpleflow import Workflow, activity
from tests.replay.bed import Bed


@activity.with_attributes()
def inc(x: int) -> int:
    return x + 1


@activity.with_attributes()
def echo(x: object) -> object:
    return x


class Swapped(Workflow):
    name, version, task_list = "swapped", "1", "bed"

    def run(self) -> list[object]:
        a = self.submit(inc, 0)
        b = self.submit(echo, a)
        c = self.submit(echo, "C")
        return [b.result, c.result]


def test_ids_follow_the_order_of_calls_so_that_no_result_is_swapped() -> None:
    """The first test of the project: taken when ready, the ids of the two echoes would swap between replays."""
    bed = Bed(Swapped)
    assert bed.finish() == [1, "C"]
    assert bed.calls == [f"activity-{__name__}.inc-1", f"activity-{__name__}.echo-2", f"activity-{__name__}.echo-1"]


def test_the_same_with_a_new_run_for_each_decision() -> None:
    assert Bed(Swapped, evict=True).finish() == [1, "C"]
