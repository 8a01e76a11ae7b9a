"""A journey that is booked as a whole or not at all.

simpleflow standalone examples.saga.Journey --input '["Lyon", 2000]'
"""

from simpleflow import Workflow, activity
from simpleflow.exceptions import TaskException

attempts = activity.with_attributes(version="example", task_list="journeys", retry=1, raises_on_failure=True)


@attempts
def book(what: str, where: str) -> str:
    return f"{what} to {where}"


@attempts
def pay(price: int) -> str:
    if price > 1_000:
        raise ValueError(f"{price} is too much for this card")
    return f"paid {price}"


@attempts
def give_back(booking: str) -> str:
    return f"{booking} given back"


class Journey(Workflow):
    """Books a train and a room and pays. If paying fails, the room and then the train are given back."""

    name = "journey"
    version = "example"
    task_list = "journeys"

    def run(self, where: str, price: int) -> str:
        try:
            with self.saga() as saga:
                for what in ("train", "room"):
                    booking = self.submit(book, what, where)
                    saga.on_failure(give_back, booking)
                    print(booking.result)
                return self.submit(pay, price).result
        except TaskException as failure:
            print(f"not paid: {failure.exception}")
            return "nothing is booked"
