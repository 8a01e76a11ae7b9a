"""Attempts that wait: twice as long each time, not for every error, and never all at once."""

import tempfile
from pathlib import Path

from simpleflow import RetryPolicy, Workflow, activity


class Busy(OSError):
    """The other side has no time."""


class Refused(OSError):
    """The other side does not want to: asking again does not help."""


PATIENCE = RetryPolicy(max_attempts=4, backoff=1, max_delay=2, jitter=0.2, retry_on=[OSError], give_up_on=[Refused])


@activity.with_attributes(task_list="example", version="example", retry=PATIENCE)
def ask(folder: str, busy: int) -> str:
    """Is busy so many times."""
    asked = len(list(Path(folder).iterdir()))
    (Path(folder) / str(asked)).touch()
    if asked < busy:
        raise Busy(f"asked {asked + 1} times")
    return f"answered at attempt {asked + 1}"


@activity.with_attributes(task_list="example", version="example", retry=PATIENCE)
def beg() -> str:
    raise Refused("no")


class Asking(Workflow):
    """Asks somebody who is busy, and begs somebody who refuses."""

    name = "asking"
    version = "example"
    task_list = "example"

    def run(self, busy: int = 2) -> list[str]:
        folder = self.side_effect(tempfile.mkdtemp)
        answer = self.submit(ask, folder, busy)
        refusal = self.submit(beg)
        error = refusal.exception
        return [answer.result, f"{type(error).__name__}: {error}"]
