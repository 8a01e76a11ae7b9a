"""A workflow that decides itself what the failure of a task means."""

from simpleflow import TaskFailureContext, Workflow, activity


@activity.with_attributes(task_list="example", version="example")
def ship(address: str, carrier: str) -> str:
    if carrier == "fast":
        raise ValueError("the fast carrier does not go there")
    if not address:
        raise KeyError("no address")
    return f"to {address}, {carrier}"


@activity.with_attributes(task_list="example", version="example")
def note(text: str) -> str:
    return f"noted: {text}"


class Shipping(Workflow):
    """Tries another carrier; what has no address is put down in a note."""

    name = "shipping"
    version = "example"
    task_list = "example"

    def on_task_failure(self, failure_context: TaskFailureContext) -> TaskFailureContext | None:
        task = failure_context.a_task
        if failure_context.task_error == "ValueError" and failure_context.attempt_number == 1:
            task.args = [task.args[0], "slow"]
            return failure_context.decide_retry()
        if failure_context.task_error == "KeyError":
            instead = self.submit(note, "somebody has no address")
            return failure_context.decide_handled(task, instead)
        return None

    def run(self, addresses: list[str]) -> list[str]:
        return [future.result for future in [self.submit(ship, address, "fast") for address in addresses]]
