"""The rows of a timeline."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

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
    """How many attempts ran, and waited, in equal stretches of the run, on average; *failures* are the ends of
    failed ones.
    """

    running: tuple[float, ...]
    waiting: tuple[float, ...]
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


def rows_of(run: Run, path: Sequence[str], *, minimum: int = ROW_MINIMUM) -> list[Row]:
    """A row for each task, and one for *minimum* alike; in order of start."""
    critical = set(path)
    cells = sorted(cells_of(run, minimum=minimum), key=lambda cell: (cell.first.begin, cell.number))
    return [_row(cell, run, critical) for cell in cells]


def singles(row: Row, run: Run, path: Sequence[str]) -> list[Row]:
    """A row for each task of a group."""
    critical = set(path)
    return [_row(Cell(number, (task,), ()), run, critical) for number, task in enumerate(row.cell.tasks)]


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
    running, waiting = _Share(run), _Share(run)
    failures = []
    for task in tasks:
        for attempt in task.attempts:
            end = run.end_of(attempt)
            began = end if attempt.started is None else attempt.started
            if task.kind is not Kind.TIMER:
                waiting.add(attempt.scheduled, began)
            running.add(began, end)
            if attempt.outcome in (State.FAILED, State.TIMED_OUT):
                assert attempt.closed is not None
                failures.append((attempt.closed, attempt.outcome))
    return Area(running.samples(), waiting.samples(), tuple(sorted(failures)))


class _Share:
    """How many of several stretches of time fall into each sample, on average: short ones are not lost."""

    def __init__(self, run: Run) -> None:
        self._start = run.start
        self._per_second = SAMPLES / ((run.end - run.start) or 1.0)
        self._whole = [0] * (SAMPLES + 1)
        self._parts = [0.0] * (SAMPLES + 1)

    def add(self, since: float, until: float) -> None:
        """One more stretch."""
        left, right = (min(SAMPLES, max(0.0, (at - self._start) * self._per_second)) for at in (since, until))
        first, last = int(left), int(right)
        if first == last:
            self._parts[first] += right - left
            return
        self._parts[first] += first + 1 - left
        self._parts[last] += right - last
        self._whole[first + 1] += 1
        self._whole[last] -= 1

    def samples(self) -> tuple[float, ...]:
        """The averages, in order."""
        sums = accumulate(self._whole)
        return tuple(round(a + b, 2) for a, b in zip(sums, self._parts, strict=True))[:SAMPLES]
