"""The rows of a timeline."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from simpleflow.web.insight.cells import Cell, cells_of
from simpleflow.web.insight.counts import Counts, counts_of
from simpleflow.web.runs import Attempt, Kind, Run, State, Task

ROW_MINIMUM = 8
MOST_LANES = 16
MOST_BARS = 400
SAMPLES = 240


@dataclass(frozen=True, slots=True)
class Lane:
    """Attempts that do not overlap, in order."""

    attempts: tuple[tuple[Task, Attempt], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """How many attempts ran, and waited, in equal stretches of the run; *failures* are the ends of failed ones."""

    running: tuple[int, ...]
    waiting: tuple[int, ...]
    failures: tuple[tuple[float, State], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One cell. A group has lanes, or an area when there are too many."""

    cell: Cell
    counts: Counts
    is_critical: bool
    lanes: tuple[Lane, ...] = ()
    area: Area | None = None

    @property
    def state(self) -> State:
        """The state of the task, or of all of them together."""
        return self.counts.state

    @property
    def span(self) -> tuple[float, float]:
        """From the first scheduling to the last end, as far as they are known."""
        attempts = [attempt for task in self.cell.tasks for attempt in (task.attempts[0], task.attempts[-1])]
        begin = min(attempt.scheduled for attempt in attempts)
        return begin, max(begin, *(attempt.closed or attempt.started or attempt.scheduled for attempt in attempts))


def rows_of(run: Run, path: Sequence[str], *, minimum: int = ROW_MINIMUM) -> list[Row]:
    """A row for each task, and one for *minimum* alike; in order of start."""
    critical = set(path)
    cells = sorted(cells_of(run, minimum=minimum), key=lambda cell: (cell.first.begin, cell.number))
    return [_row(cell, run, critical) for cell in cells]


def _row(cell: Cell, run: Run, critical: set[str]) -> Row:
    counts = counts_of(cell.tasks, run)
    is_critical = any(task.id in critical for task in cell.tasks)
    if not cell.is_group:
        return Row(cell, counts, is_critical)
    attempts = sum(len(task.attempts) for task in cell.tasks)
    lanes = _lanes(cell.tasks, run) if attempts <= MOST_BARS else None
    if lanes is not None:
        return Row(cell, counts, is_critical, lanes=lanes)
    return Row(cell, counts, is_critical, area=_area(cell.tasks, run))


def _lanes(tasks: Sequence[Task], run: Run) -> tuple[Lane, ...] | None:
    """What ran, packed; None if it takes too many lanes. What was never started stands in no lane."""
    ran = [
        (attempt.started, number, task, attempt)
        for number, task in enumerate(tasks)
        for attempt in task.attempts
        if attempt.started is not None
    ]
    lanes: list[list[tuple[Task, Attempt]]] = []
    free: list[tuple[float, int]] = []
    for started, _, task, attempt in sorted(ran, key=lambda each: each[:2]):
        if free and free[0][0] <= started:
            _, lane = heapq.heappop(free)
        else:
            lane = len(lanes)
            lanes.append([])
            if len(lanes) > MOST_LANES:
                return None
        lanes[lane].append((task, attempt))
        heapq.heappush(free, (run.end_of(attempt), lane))
    return tuple(Lane(tuple(lane)) for lane in lanes)


def _area(tasks: Sequence[Task], run: Run) -> Area:
    running, waiting = [0] * (SAMPLES + 1), [0] * (SAMPLES + 1)
    span = (run.end - run.start) or 1.0
    failures = []

    def sample(at: float) -> int:
        return min(SAMPLES, max(0, round((at - run.start) / span * SAMPLES)))

    for task in tasks:
        for attempt in task.attempts:
            until = sample(run.end_of(attempt))
            began = until if attempt.started is None else sample(attempt.started)
            if task.kind is not Kind.TIMER:
                waiting[sample(attempt.scheduled)] += 1
                waiting[began] -= 1
            running[began] += 1
            running[until] -= 1
            if attempt.outcome in (State.FAILED, State.TIMED_OUT):
                assert attempt.closed is not None
                failures.append((attempt.closed, attempt.outcome))
    return Area(_summed(running), _summed(waiting), tuple(sorted(failures)))


def _summed(steps: Sequence[int]) -> tuple[int, ...]:
    result, at = [], 0
    for step in steps:
        at += step
        result.append(at)
    return tuple(result[:-1])
