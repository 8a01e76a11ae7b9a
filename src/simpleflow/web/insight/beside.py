"""What went on beside the critical path, while nothing of the path was open."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from typing import Final

from simpleflow.web.runs import Kind, Run

Stretch = tuple[int, int]
"""From when until when, in milliseconds."""

DECIDING: Final = "deciding"
ACTIVITIES: Final = "activities"
CHILDREN: Final = "children"
WORKERS: Final = "workers"
TIMERS: Final = "timers"
ORDER: Final = (DECIDING, ACTIVITIES, CHILDREN, WORKERS, TIMERS)
"""What comes first is said of a time in which more than one thing went on."""


class Beside:
    """The decisions and tasks of a run as stretches of time, merged by what they are."""

    def __init__(self, run: Run) -> None:
        found: dict[str, list[Stretch]] = {name: [] for name in ORDER}

        def add(name: str, since: float, until: float) -> None:
            found[name].append((round(since * 1000), round(until * 1000)))

        for decision in run.decisions:
            add(DECIDING, decision.scheduled, run.end if decision.closed is None else decision.closed)
        for task in run.tasks:
            for attempt in task.attempts:
                until = run.end_of(attempt)
                if task.kind is Kind.TIMER:
                    add(TIMERS, attempt.scheduled, until)
                elif attempt.started is None:
                    add(WORKERS, attempt.scheduled, until)
                else:
                    add(WORKERS, attempt.scheduled, attempt.started)
                    add(CHILDREN if task.kind is Kind.CHILD else ACTIVITIES, attempt.started, until)
            for delay in task.delays:
                add(TIMERS, *delay)
        self._merged = {name: _merged(stretches) for name, stretches in found.items()}

    def of(self, since: int, until: int) -> list[tuple[str, int]]:
        """What the time was spent on, in milliseconds; when nothing at all went on, a decision was to come."""
        left = [(since, until)]
        spent: list[tuple[str, int]] = []
        for name in ORDER:
            before = _length(left)
            if not before:
                break
            left = [piece for stretch in left for piece in _without(stretch, self._merged[name])]
            spent.append((name, before - _length(left)))
        return [*spent, (DECIDING, _length(left))]


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for since, until in sorted(stretches):
        if merged and since <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], until)
        else:
            merged.append((since, until))
    return merged


def _without(stretch: Stretch, merged: list[Stretch]) -> list[Stretch]:
    """What is left of a stretch when others are taken out of it."""
    since, until = stretch
    left: list[Stretch] = []
    for first, last in merged[max(0, bisect.bisect(merged, (since, since)) - 1) :]:
        if first >= until:
            break
        if first > since:
            left.append((since, first))
        since = max(since, last)
    if since < until:
        left.append((since, until))
    return left


def _length(stretches: list[Stretch]) -> int:
    return sum(until - since for since, until in stretches)
