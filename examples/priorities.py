"""What is urgent is done first, however much was there before.

simpleflow standalone --nb-workers 1 examples.priorities.Clinic
"""

from typing import Any

from simpleflow import Workflow, activity, futures
from simpleflow.canvas import Group


@activity.with_attributes(version="example", task_list="clinic", task_priority=1)
def treat(name: str) -> str:
    return name


class Clinic(Workflow):
    """Higher numbers are taken first: that of the submit counts before that of the activity and of the workflow."""

    name = "clinic"
    version = "example"
    task_list = "clinic"
    task_priority = 0

    def run(self) -> Any:
        routine = self.map(treat, ["Ann", "Bob"])
        urgent = self.submit(treat, "Eve", __priority=9)
        twins = self.submit(Group((treat, "Ian"), (treat, "Ivy")), __priority=5)
        order = [future.result for future in futures.as_completed(*routine, urgent, *twins.futures)]
        print(", ".join(order))
        return order
