"""Groups, chains and functions that make them: a report on some numbers, as a plan.

simpleflow standalone examples.canvas.Report --input '[[3, 1, 2]]'
"""

from typing import Any

from simpleflow import Workflow, activity, futures
from simpleflow.canvas import Chain, FuncGroup, Group

task = activity.with_attributes(version="example", task_list="canvas")


@task
def check(numbers: list[int]) -> list[int]:
    return sorted(numbers)


@task
def square(x: int) -> int:
    return x * x


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def label(text: str, number: int) -> str:
    return f"{text}: {number}"


class Report(Workflow):
    """Checks the numbers, squares them two at a time, adds them up, and writes two lines about the sum."""

    name = "report"
    version = "example"
    task_list = "canvas"

    def run(self, numbers: list[int]) -> Any:
        lines = Group((label, "sum of squares"), (label, "to be checked"))
        report = self.submit(Chain((check, numbers), FuncGroup(self.squares), total, lines, send_result=True))
        for future in futures.as_completed(*self.map(square, [10, 20], max_parallel=1)):
            print(future.result)
        return report.result[-1]

    def squares(self, numbers: list[int]) -> Group:
        """Called when the numbers are checked: how many there are decides how many tasks there are."""
        return Group(*[(square, number) for number in numbers], max_parallel=2)
