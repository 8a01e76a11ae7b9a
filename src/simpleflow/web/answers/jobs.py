"""What is done to many executions, one after the other, while pages show how far it is."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from simpleflow.web.queries.changes import Named
from simpleflow.web.queries.faults import Refused

KEPT: Final = 50
"""Jobs whose results can still be looked at."""
RETRIES: Final = 5
PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one execution; *is_done* False: *told* says why not."""

    run: Named
    is_done: bool
    told: str


@dataclass
class Job:
    """One thing that is done to many."""

    domain: str
    verb: str
    runs: Sequence[Named]
    results: list[Result] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether all of them have a result."""
        return len(self.results) == len(self.runs)


class Jobs:
    """Jobs of this process, each in a thread of its own."""

    def __init__(self, *, pause_s: float = 0.0) -> None:
        """*pause_s* between two calls."""
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def begin(self, job: Job, act: Callable[[Named], str]) -> str:
        """Begins; the name by which it is found. *act* tells what it has done, and raises Refused."""
        name = secrets.token_urlsafe(9)
        with self._lock:
            self._jobs[name] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
        thread = threading.Thread(target=self._work, args=(job, act), name=f"{job.verb} many", daemon=True)
        thread.start()
        thread.join(0.5)  # what is done that fast needs no second look
        return name

    def find(self, name: str) -> Job | None:
        """The job, None if it is forgotten."""
        with self._lock:
            return self._jobs.get(name)

    def _work(self, job: Job, act: Callable[[Named], str]) -> None:
        wait = threading.Event().wait
        for run in job.runs:
            job.results.append(_done(run, act, wait))
            if self._pause_s:
                wait(self._pause_s)


def _done(run: Named, act: Callable[[Named], str], wait: Callable[[float], bool]) -> Result:
    for number in range(1, RETRIES + 1):
        try:
            return Result(run, True, act(run))
        except Refused as refused:
            if refused.trouble.kind == "throttled" and number < RETRIES:
                wait(PAUSE_S * number)
                continue
            told = "it is closed" if refused.trouble.kind == "gone" else refused.trouble.message
            return Result(run, False, told)
        except Exception as error:  # noqa: BLE001  # one of many; the others go on
            return Result(run, False, f"{type(error).__name__}: {error}")
    raise AssertionError("the last try returns")
