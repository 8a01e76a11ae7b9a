"""Values of any size and many types: what the hints say is what arrives; what is too long for SWF lies elsewhere."""

import dataclasses
import datetime

from simpleflow import Workflow, activity


@dataclasses.dataclass
class Measurement:
    """One value at a time."""

    at: datetime.datetime
    value: float


@dataclasses.dataclass
class Day:
    """The highest value of a day."""

    date: datetime.date
    highest: Measurement


@activity.with_attributes(task_list="large", version="example")
def measure(count: int) -> list[Measurement]:
    """Far more than a field of SWF can hold."""
    began = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return [
        Measurement(began + datetime.timedelta(minutes=index), (index * 7919) % 10_007 / 10) for index in range(count)
    ]


@activity.with_attributes(task_list="large", version="example")
def summarize(measurements: list[Measurement]) -> list[Day]:
    """The highest value of each day."""
    days: dict[datetime.date, Measurement] = {}
    for each in measurements:
        best = days.get(each.at.date())
        if best is None or each.value > best.value:
            days[each.at.date()] = each
    return [Day(date, best) for date, best in days.items()]


class Measuring(Workflow):
    """Measures for *count* minutes."""

    name = "measuring"
    version = "example"
    task_list = "large"

    def run(self, count: int) -> dict[datetime.date, float]:
        days = self.submit(summarize, self.submit(measure, count))
        return {day.date: day.highest.value for day in days.result}
