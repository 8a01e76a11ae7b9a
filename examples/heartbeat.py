"""A long activity that says how far it is, goes on where an earlier attempt was, and can be canceled."""

import time

from simpleflow import Workflow, activity, futures


@activity.with_attributes(task_list="heartbeat", version="example", retry=1, heartbeat_timeout=10)
def copy(count: int) -> int:
    """Copies *count* things, one by one."""
    done = activity.current().last_details or 0  # of an attempt that ran out of time
    for number in range(done, count):
        time.sleep(0.01)
        activity.heartbeat(number + 1)  # raises ActivityCancelled if that is asked for
    return count


@activity.with_attributes(task_list="heartbeat", version="example", start_to_close_timeout=1, retry=1)
def forget_nothing(path: str) -> str:
    """Its first attempt hangs until its time is over; the second one hears what the first has said."""
    attempt = activity.current()
    if attempt.last_details is None and path:
        activity.heartbeat({"page": 7})
        time.sleep(60)
    return f"attempt {attempt.attempt} begins at {attempt.last_details}"


class Copying(Workflow):
    """Copies; with *hangs*, an attempt is lost on the way."""

    name = "copying"
    version = "example"
    task_list = "heartbeat"

    def run(self, count: int, hangs: str = "") -> dict[str, object]:
        copied = self.submit(copy, count)
        read = self.submit(forget_nothing, hangs)
        futures.wait(copied, read)
        return {"copied": copied.result, "read": read.result}
