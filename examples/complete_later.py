"""An activity that somebody else completes: here a thread, elsewhere a person at a web page, or another system."""

import threading

from simpleflow import Workflow, activity, completion

DAY = 86_400


@activity.with_attributes(
    task_list="approval",
    version="example",
    start_to_close_timeout=DAY,
    schedule_to_close_timeout=DAY,
    heartbeat_timeout="NONE",  # nobody gives signs of life while people think
)
def ask(question: str) -> str:
    """Asks somebody, and is completed when there is an answer."""
    token = activity.current().task_token
    somebody = threading.Timer(0.2, completion.complete, [token, f"yes to {question!r}"])
    somebody.start()
    raise activity.CompleteLater


class Approval(Workflow):
    """Asks two at once."""

    name = "approval"
    version = "example"
    task_list = "approval"

    def run(self, *questions: str) -> list[str]:
        return [asked.result for asked in self.map(ask, questions)]
