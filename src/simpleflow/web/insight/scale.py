"""Time as the width of a drawing: even, or with the stretches folded in which no task ran."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Final

from simpleflow.web.runs import Kind, Run
from simpleflow.web.words import marks

Stretch = tuple[float, float]
"""From when until when."""

IDLE: Final = 0.05
"""A stretch without a running task is folded if it is more than this part of the run."""
LEAST_S: Final = 0.001
"""The shortest time that events tell."""
FOLDED: Final = 0.025
"""The part of the width that a folded stretch keeps: less than it had, however many there are."""


class Scale:
    """The time from *start* to *end*, and *room* after it (a part of the former), as a width from 0 to 1.

    All time outside of *folds* has one scale; each fold is as wide as another.
    """

    __slots__ = ("_parts", "_per_second", "_times", "end", "folds", "start")

    def __init__(self, start: float, end: float, *, room: float = 0.0, folds: Sequence[Stretch] = ()) -> None:
        self.start = start
        self.end = end
        self.folds = tuple(folds)
        width = 1 / (1 + room)
        left = self.span - sum(until - since for since, until in self.folds)
        self._per_second = (width - FOLDED * width * len(self.folds)) / left if left > 0 else 0.0
        self._times = [start]
        self._parts = [0.0]
        for since, until in self.folds:
            before = self._parts[-1] + (since - self._times[-1]) * self._per_second
            self._times += [since, until]
            self._parts += [before, before + FOLDED * width]
        if self.span > 0:
            self._times.append(end)
            self._parts.append(width)

    @property
    def span(self) -> float:
        """In seconds."""
        return self.end - self.start

    def part(self, at: float) -> float:
        """Where a time is, 0 to 1."""
        part = _between(self._times, self._parts, at) if self.folds else (at - self.start) * self._per_second
        return 0.0 if part < 0 else min(part, 1.0)

    def at(self, part: float) -> float:
        """The time that is at a part of the width; what is beyond the end is the end."""
        return _between(self._parts, self._times, min(part, self._parts[-1]))

    def marks(self) -> list[float]:
        """Seconds since the start that are worth a word: round ones, and where time goes on after a fold."""
        if not self.folds:
            return marks(self.span)
        even = marks(self.span - sum(until - since for since, until in self.folds))
        step = even[1] if len(even) > 1 else self.span
        found = [0.0]
        edges = [self.start, *(at for fold in self.folds for at in fold), self.end]
        for since, until in zip(edges[::2], edges[1::2], strict=True):
            first, last = since - self.start, until - self.start
            if since > self.start and last > first:
                found.append(first)
            number = int(first / step) + 1
            while number * step < last:
                found.append(round(number * step, 3))
                number += 1
        return found

    def knots(self) -> list[tuple[float, float]]:
        """Where the parts of an even width are in this one, in order: between any two of them it is even."""
        even = Scale(self.start, self.end, room=1 / self._parts[-1] - 1 if self.span > 0 else 0.0)
        known = [(even.part(at), part) for at, part in zip(self._times, self._parts, strict=True)]
        return [*known, (1.0, 1.0)]


def _between(known: Sequence[float], values: Sequence[float], at: float) -> float:
    """The value at a place between known ones."""
    index = min(max(1, bisect.bisect_right(known, at)), len(known) - 1)
    if index < 1:
        return values[0]
    first, last = known[index - 1], known[index]
    if last <= first:
        return values[index]
    share = min(1.0, max(0.0, (at - first) / (last - first)))
    return values[index - 1] + share * (values[index] - values[index - 1])


def idle(run: Run) -> tuple[Stretch, ...]:
    """The stretches of more than :data:`IDLE` of the run in which no activity, child or function ran, in order.

    None at all if nothing else would be left. Timers and waiting are no work.
    """
    busy = sorted(
        (attempt.started, run.end_of(attempt))
        for task in run.tasks
        if task.kind is not Kind.TIMER
        for attempt in task.attempts
        if attempt.started is not None
    )
    least = (run.end - run.start) * IDLE
    found = []
    at = run.start
    for since, until in [*busy, (run.end, run.end)]:
        if since - at > least:
            found.append((at, since))
        at = max(at, until)
    left = (run.end - run.start) - sum(until - since for since, until in found)
    return tuple(found) if left >= LEAST_S else ()
