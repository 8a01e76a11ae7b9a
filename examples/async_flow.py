"""An order, written with async and await: the tools of asyncio, kept by the history.

simpleflow standalone examples.async_flow.Order --input '["lamp", 3]'
"""

import asyncio

from simpleflow import Workflow, activity
from simpleflow.exceptions import TaskFailed

shop = activity.with_attributes(version="example", task_list="orders")


@shop
async def ask(supplier: str, item: str) -> int:
    await asyncio.sleep(0.01)  # activities may be coroutines, too: each has an event loop of its own
    if supplier == "closed":
        raise RuntimeError("come back tomorrow")
    return len(supplier) + len(item)


@shop
def pack(item: str, number: int) -> str:
    return f"{item} {number}"


class Order(Workflow):
    """Asks suppliers side by side, waits a moment for a discount, and packs two parcels at a time."""

    name = "order"
    version = "example"
    task_list = "orders"

    async def run(self, item: str, count: int) -> dict[str, object]:
        answers = await asyncio.gather(
            *(self.submit(ask, supplier, item) for supplier in ("north", "closed", "west")),
            return_exceptions=True,
        )
        prices = [answer for answer in answers if not isinstance(answer, TaskFailed)]
        print(f"{len(prices)} of {len(answers)} suppliers answered")

        price = min(prices) * count
        try:
            async with asyncio.timeout(1):  # a durable timer: it survives the death of this process
                price -= await self.submit(self.wait_signal("discount"))
        except TimeoutError:
            print("no discount")

        two_at_a_time = asyncio.Semaphore(2)

        async def parcel(number: int) -> str:
            async with two_at_a_time:
                return await self.submit(pack, item, number)

        async with asyncio.TaskGroup() as group:
            parcels = [group.create_task(parcel(number)) for number in range(1, count + 1)]
        return {"price": price, "parcels": [each.result() for each in parcels]}
