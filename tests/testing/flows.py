"""Workflows as users test them."""

from __future__ import annotations

import dataclasses
from typing import Any

from simpleflow import RetryPolicy, Workflow, activity, futures, workflow
from simpleflow.canvas import Group
from simpleflow.step import WorkflowStepMixin


@activity.with_attributes(version="1", task_list="t", raises_on_failure=True)
def charge(amount: int) -> str:
    raise RuntimeError("a test must not charge anybody")


@activity.with_attributes(version="1", task_list="t", retry=RetryPolicy(max_attempts=3, backoff=10))
def flaky(x: int) -> int:
    return x


@activity.with_attributes(version="1", task_list="t")
def ship(what: str) -> str:
    return f"shipped {what}"


class Order(Workflow):
    name, version, task_list = "order", "1", "t"
    execution_timeout = 86400
    stage = "new"

    def run(self, what: str, amount: int = 5) -> str:
        self.stage = "charging"
        receipt = self.submit(charge, amount).result
        self.stage = "waiting for the address"
        address = self.submit(self.wait_signal("address"))
        patience = self.submit(self.start_timer("patience", 3600))
        futures.wait(address, patience, return_when=futures.FIRST_COMPLETED)
        if not address.done:
            return f"{receipt}, no address"
        self.stage = "shipping"
        return f"{receipt}, {self.submit(ship, what).result} to {address.result['args'][0]}"

    @workflow.query
    def where(self) -> str:
        return self.stage


class Retrying(Workflow):
    name, version, task_list = "retrying", "1", "t"

    def run(self, x: int) -> int:
        return self.submit(flaky, x).result_or_raise()


class Family(Workflow):
    name, version, task_list = "family", "1", "t"
    execution_timeout = 86400

    def run(self, orders: list[str]) -> list[Any]:
        self.sleep(60)
        return futures.wait(*(self.submit(Order, each, self.random.randint(1, 9)) for each in orders))


@dataclasses.dataclass
class Parcel:
    """An argument that is more than JSON."""

    weight: int


@activity.with_attributes(version="1", task_list="t")
def weigh(parcel: Parcel) -> int:
    return parcel.weight


class Weighing(Workflow):
    """Takes and returns what JSON does not know."""

    name, version, task_list = "weighing", "1", "t"

    def run(self, parcel: Parcel) -> Parcel:
        return Parcel(self.submit(weigh, parcel).result + 1)


class Forever(Workflow):
    name, version, task_list = "forever", "1", "t"

    def run(self) -> Any:
        return self.submit(self.wait_signal("never")).result


@activity.with_attributes(version="1", task_list="t", heartbeat_timeout=0)
def at_once() -> None:
    pass


class Hasty(Workflow):
    name, version, task_list = "hasty", "1", "t"

    def run(self) -> str:
        return str(self.submit(at_once).exception)


class Sending(Workflow):
    name, version, task_list = "sending", "1", "t"

    def run(self) -> str:
        return self.submit(ship, "a book").result


class Stepping(Workflow, WorkflowStepMixin):
    name, version, task_list = "stepping", "1", "t"

    def run(self) -> list[str]:
        return self.submit(self.step("ship", Group((ship, "a book")))).result
