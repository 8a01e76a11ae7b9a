"""Human approval: the workflow waits for a decision, asks again after a while, and tells its child."""

from typing import Any

from simpleflow import Workflow, activity, futures


@activity.with_attributes(task_list="example", version="example")
def remind(who: str) -> str:
    return f"dear {who}, please decide"


class Payment(Workflow):
    """Holds the money until it hears of the decision."""

    name = "payment"
    version = "example"
    task_list = "example"
    execution_timeout = 7 * 86400

    def run(self, amount: int) -> str:
        decision = self.submit(self.wait_signal("decided")).result
        (approved,) = decision["args"]
        return f"{amount} paid" if approved else f"{amount} returned"


class Approval(Workflow):
    """Waits for the signal ``approve`` (true or false); after a day it reminds, after two it says no.

    Try it in no time: simpleflow workflow.start --local examples.signals.Approval --input 100 --signal approve=true
    """

    name = "approval"
    version = "example"
    task_list = "example"
    execution_timeout = 7 * 86400

    def run(self, amount: int) -> dict[str, Any]:
        payment = self.submit(Payment, amount)
        answer = self.submit(self.next_signal("approve"))
        reminders = []
        for day in (1, 2):
            futures.wait(answer, timeout=86400)
            if answer.done or day == 2:
                break
            reminders.append(self.submit(remind, "board"))
        approved = bool(answer.done and answer.result)
        # Without a workflow id it is a signal to this run, which goes on to the children.
        self.submit(self.signal("decided", approved)).wait()
        return {"payment": payment.result, "reminders": futures.wait(*reminders)}
