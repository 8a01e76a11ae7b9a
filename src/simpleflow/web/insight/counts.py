"""How many tasks are how, and how many executions began when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from simpleflow.web.runs import Run, State, Task

WORST_FIRST: Final = (
    State.FAILED,
    State.TIMED_OUT,
    State.RUNNING,
    State.WAITING,
    State.UNFINISHED,
    State.TERMINATED,
    State.CANCELED,
    State.CONTINUED,
    State.COMPLETED,
)


@dataclass(frozen=True)
class Counts:
    """What several tasks have come to. *most_at_once* attempts ran at one time."""

    states: dict[State, int]
    retried: int
    most_at_once: int
    per_second: float | None
    """Ends per second while any of them ran; None if that is no rate."""

    @cached_property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def state(self) -> State:
        """The state of the whole: what failed comes before what runs, that before what waits, what is good last."""
        return next((state for state in WORST_FIRST if self.states.get(state)), State.WAITING)

    @property
    def done(self) -> int:
        """How many have completed."""
        return self.states.get(State.COMPLETED, 0)


def counts_of(tasks: Sequence[Task], run: Run) -> Counts:
    """The counts of tasks of a run."""
    states = Counter(task.state for task in tasks)
    retried = sum(1 for task in tasks if len(task.attempts) > 1)
    moments = sorted(
        moment
        for task in tasks
        for attempt in task.attempts
        if attempt.started is not None
        for moment in ((attempt.started, 1), (run.end_of(attempt), -1))
    )
    at_once = most = 0
    for _, step in moments:
        at_once += step
        most = max(most, at_once)
    span = moments[-1][0] - moments[0][0] if moments else 0.0
    done = states.get(State.COMPLETED, 0)
    return Counts(
        states=dict(states),
        retried=retried,
        most_at_once=most,
        per_second=done / span if span > 0 and done >= 8 else None,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """The executions that began in one stretch of time, by state."""

    since: float
    until: float
    counts: dict[State, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def histogram(starts: Iterable[tuple[float, State]], *, since: float, until: float, bars: int = 72) -> list[Bar]:
    """Starts of executions in *bars* equal stretches; those outside are left out."""
    width = (until - since) / bars
    counts: list[Counter[State]] = [Counter() for _ in range(bars)]
    for at, state in starts:
        if since <= at <= until and width > 0:
            counts[min(bars - 1, int((at - since) / width))][state] += 1
    return [Bar(since + index * width, since + (index + 1) * width, dict(each)) for index, each in enumerate(counts)]
