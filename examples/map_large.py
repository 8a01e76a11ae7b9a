"""Many small tasks, so many at a time: the results come in the order of the items.

simpleflow standalone examples.map_large.Census --input '[300, 20]'
"""

from simpleflow import Workflow, activity, futures


@activity.with_attributes(version="example", task_list="census", retry=2)
def count(district: int) -> int:
    return district % 7


class Census(Workflow):
    """Counts *districts*, at most *at_once* of them at a time, and adds up."""

    name = "census"
    version = "example"
    task_list = "census"

    def run(self, districts: int, at_once: int) -> int:
        counts = self.map(count, range(districts), max_parallel=at_once)
        return sum(futures.wait(*counts))
