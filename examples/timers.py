"""Timers: a pause, a deadline for something else, and a timer that is stopped."""

from simpleflow import Workflow, activity, futures


@activity.with_attributes(task_list="example", version="example")
def cook(dish: str) -> str:
    return f"{dish} is ready"


class Kitchen(Workflow):
    """Cooks after a pause; rings unless the dish is ready before."""

    name = "kitchen"
    version = "example"
    task_list = "example"

    def run(self, dish: str, pause: int = 1) -> list[str]:
        bell = self.submit(self.start_timer("bell", 60 + pause))
        self.sleep(pause)
        ready = self.submit(cook, dish)
        futures.wait(bell, ready, return_when=futures.FIRST_COMPLETED)
        if ready.done:
            self.submit(self.cancel_timer("bell")).wait()
        return [ready.result, "stopped" if bell.cancelled else "rang"]
