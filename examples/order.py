"""An order, from its check to the parcel: steps side by side, retries, a child workflow, a timer and a signal."""

import time
from typing import Any

from simpleflow import Workflow, activity, futures


def ask_somebody(seconds: float) -> None:
    """Stands for a call of another system, which takes its time."""
    time.sleep(seconds)


@activity.with_attributes(task_list="shop", version="1")
def validate_order(number: str) -> dict[str, Any]:
    ask_somebody(0.1)
    return {"number": number, "items": ["lamp", "book"], "total": 74}


@activity.with_attributes(task_list="shop", version="1")
def reserve_stock(order: dict[str, Any]) -> list[str]:
    ask_somebody(0.2)
    return [f"box {place} for the {item}" for place, item in enumerate(order["items"], 1)]


@activity.with_attributes(task_list="shop", version="1")
def score_fraud(order: dict[str, Any]) -> float:
    ask_somebody(0.4)
    return order["total"] / 1000


@activity.with_attributes(task_list="shop", version="1", retry=3)
def charge_card(order: dict[str, Any], risk: float) -> str:
    """The bank is busy at first, as banks are."""
    ask_somebody(0.15)
    if activity.current().attempt < 3:
        raise TimeoutError("the bank does not answer")
    return f"{order['total']} paid"


@activity.with_attributes(task_list="shop", version="1")
def send_receipt(payment: str) -> str:
    ask_somebody(0.1)
    return f"receipt: {payment}"


@activity.with_attributes(task_list="shop", version="1")
def pack(box: str) -> str:
    ask_somebody(0.3)
    return f"packed {box}"


@activity.with_attributes(task_list="shop", version="1")
def print_label(parcel: list[str]) -> str:
    ask_somebody(0.1)
    return f"{len(parcel)} pieces, handle with care"


@activity.with_attributes(task_list="shop", version="1")
def book_courier(parcel: list[str], dock: int) -> str:
    ask_somebody(0.2)
    return f"dock {dock} at 16:00"


@activity.with_attributes(task_list="shop", version="1")
def notify_customer(receipt: str, label: str, slot: str) -> str:
    ask_somebody(0.1)
    return f"{receipt}; {slot}"


class PickAndPack(Workflow):
    """The warehouse: packs all boxes at once, and tells the order at which dock the parcel will stand."""

    name = "pick-and-pack"
    version = "1"
    task_list = "shop"
    execution_timeout = 3600

    def run(self, boxes: list[str], payment: str, order: str) -> list[str]:
        self.submit(self.signal("dock", 4, workflow_id=order))
        return futures.wait(*self.map(pack, boxes))


class Order(Workflow):
    """Money first, then the parcel; the customer has a second to change her mind."""

    name = "order"
    version = "1"
    task_list = "shop"
    execution_timeout = 3600

    def run(self, number: str) -> str:
        order = self.submit(validate_order, number)
        boxes = self.submit(reserve_stock, order)
        risk = self.submit(score_fraud, order)
        payment = self.submit(charge_card, order, risk)
        receipt = self.submit(send_receipt, payment)
        parcel = self.submit(PickAndPack, boxes, payment, self.get_run_context()["workflow_id"])
        label = self.submit(print_label, parcel)
        dock = self.submit(self.next_signal("dock")).then(lambda sent: sent["args"][0])
        payment.wait()
        self.sleep(1)  # nobody has thought better of it
        slot = self.submit(book_courier, parcel, dock)
        return self.submit(notify_customer, receipt, label, slot).result
