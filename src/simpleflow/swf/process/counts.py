"""What deciders and workers count: told by the loops, kept by nobody or for Prometheus."""

from __future__ import annotations

from typing import Final, Protocol

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client keeps the numbers of several processes, so that those of dead ones count on."""


class Counts(Protocol):
    """Hears what a decider or a worker does."""

    def polled(self, *, has_task: bool) -> None:
        """A poll was answered."""

    def began(self) -> None:
        """A task is worked on."""

    def ended(self, type: str, outcome: str, seconds: float) -> None:
        """A task of the activity or workflow *type* was dealt with; *seconds* of work."""

    def replaced(self, reason: str) -> None:
        """A child process gave way to another one."""


class NoCounts:
    """Nobody wants to know."""

    def polled(self, *, has_task: bool) -> None:
        """Nothing."""

    def began(self) -> None:
        """Nothing."""

    def ended(self, type: str, outcome: str, seconds: float) -> None:
        """Nothing."""

    def replaced(self, reason: str) -> None:
        """Nothing."""


class PrometheusCounts:
    """The numbers of this process, in a file that the supervisor reads. The variable must be set before it is made."""

    def __init__(self, kind: str, task_list: str) -> None:
        from prometheus_client import Counter, Gauge

        self._about = kind, task_list
        labels = ["kind", "task_list"]
        self._polls = Counter(
            "simpleflow_polls", "Polls that were answered, with a task or empty", [*labels, "outcome"], registry=None
        )
        self._tasks = Counter(
            "simpleflow_tasks", "Tasks dealt with, by type and outcome", [*labels, "type", "outcome"], registry=None
        )
        self._busy = Counter("simpleflow_busy_seconds", "Seconds of work on tasks", labels, registry=None)
        self._running = Gauge(
            "simpleflow_running_tasks", "Tasks that are worked on", labels, registry=None, multiprocess_mode="livesum"
        )
        self._replaced = Counter(
            "simpleflow_children_replaced", "Child processes replaced, by reason", [*labels, "reason"], registry=None
        )
        self._busy.labels(*self._about)
        self._running.labels(*self._about)

    def polled(self, *, has_task: bool) -> None:
        """A poll was answered."""
        self._polls.labels(*self._about, "task" if has_task else "empty").inc()

    def began(self) -> None:
        """A task is worked on."""
        self._running.labels(*self._about).inc()

    def ended(self, type: str, outcome: str, seconds: float) -> None:
        """A task was dealt with."""
        self._running.labels(*self._about).dec()
        self._tasks.labels(*self._about, type, outcome).inc()
        self._busy.labels(*self._about).inc(seconds)

    def replaced(self, reason: str) -> None:
        """A child process gave way to another one."""
        self._replaced.labels(*self._about, reason).inc()


def counts(kind: str, task_list: str, *, directory: str | None) -> Counts:
    """Counts for Prometheus in the *directory*; None: nobody wants to know."""
    return NoCounts() if directory is None else PrometheusCounts(kind, task_list)
