"""The rows of a timeline."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from simpleflow.web.insight.cells import Cell, cells_of
from simpleflow.web.insight.counts import Counts, counts_of
from simpleflow.web.insight.scale import Scale, Stretch
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
    """How many attempts ran, and waited, in equal parts of the width from the start to the end of the run, on average;
    *failures* are the ends of failed ones.
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


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows, and where in their width a time is."""

    rows: list[Row]
    scale: Scale

    @property
    def idle_s(self) -> float:
        """How many seconds are folded."""
        return sum(until - since for since, until in self.scale.folds)


ROOM = 0.012
"""The room after the end of the run, a part of its span."""


def timeline_of(run: Run, path: Sequence[str], *, folds: Sequence[Stretch] = ()) -> Timeline:
    """The rows of a run on the scale of its time, with stretches of it folded."""
    scale = Scale(run.start, run.end, room=ROOM, folds=folds)
    return Timeline(rows_of(run, path, scale=scale), scale)


def rows_of(run: Run, path: Sequence[str], *, minimum: int = ROW_MINIMUM, scale: Scale | None = None) -> list[Row]:
    """A row for each task, and one for *minimum* alike; in order of start. *scale* None: all of the time is even."""
    critical = set(path)
    cells = sorted(cells_of(run, minimum=minimum), key=lambda cell: (cell.first.begin, cell.number))
    scale = scale or Scale(run.start, run.end)
    return [_row(cell, run, critical, scale) for cell in cells]


def singles(row: Row, run: Run, path: Sequence[str]) -> list[Row]:
    """A row for each task of a group."""
    critical = set(path)
    return [_single(Cell(number, (task,), ()), run, critical) for number, task in enumerate(row.cell.tasks)]


def _single(cell: Cell, run: Run, critical: set[str]) -> Row:
    return Row(cell, counts_of(cell.tasks, run), any(task.id in critical for task in cell.tasks))


def _row(cell: Cell, run: Run, critical: set[str], scale: Scale) -> Row:
    row = _single(cell, run, critical)
    if not cell.is_group:
        return row
    attempts = sum(len(task.attempts) for task in cell.tasks)
    lanes = _lanes(cell.tasks, run) if attempts <= MOST_BARS else None
    if lanes is not None:
        return replace(row, lanes=lanes)
    return replace(row, area=_area(cell.tasks, run, scale))


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


def _area(tasks: Sequence[Task], run: Run, scale: Scale) -> Area:
    running, waiting = _Share(scale), _Share(scale)
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

    def __init__(self, scale: Scale) -> None:
        self._part = scale.part
        self._samples = SAMPLES / (scale.part(scale.end) or 1.0)
        self._whole = [0] * (SAMPLES + 1)
        self._parts = [0.0] * (SAMPLES + 1)

    def add(self, since: float, until: float) -> None:
        """One more stretch."""
        left = min(SAMPLES, self._part(since) * self._samples)
        right = min(SAMPLES, self._part(until) * self._samples)
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
