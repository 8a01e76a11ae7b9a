"""The critical path of a run, and where its time went."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simpleflow.web.insight.beside import Beside
from simpleflow.web.insight.cells import predecessors
from simpleflow.web.runs import Attempt, Kind, Run, Signal, State, Task


class Part(StrEnum):
    """What time is spent on."""

    ACTIVITIES = "activities"
    CHILDREN = "children"
    FAILED = "failed"
    WORKERS = "workers"
    TIMERS = "timers"
    SIGNALS = "signals"
    DECIDING = "deciding"

    @property
    def word(self) -> str:
        """As people read it."""
        return {
            Part.ACTIVITIES: "Activities running",
            Part.CHILDREN: "Child workflows",
            Part.FAILED: "Failed attempts",
            Part.WORKERS: "Waiting for a worker",
            Part.TIMERS: "Timers",
            Part.SIGNALS: "Waiting for signals",
            Part.DECIDING: "Deciding",
        }[self]


WAITS: Final = frozenset({State.RUNNING, State.TIMED_OUT, State.TERMINATED, State.CANCELED})
"""States in which the last that a run did may have been to wait for somebody outside."""


@dataclass(frozen=True, slots=True)
class Spent:
    """A part of the duration of a run; all parts together are the duration, to the millisecond."""

    part: Part
    milliseconds: int


def critical_path(run: Run) -> tuple[str, ...]:
    """The ids of tasks (and of signals, ``signal-<name>``) that the end waited for, in order.

    From the last task to end to that of its predecessors that ended last, and so on. A task that was scheduled when
    none of these had just ended waited for something else, as for room among *max_parallel*: its predecessor is what
    woke the decider. A run that is open, or was ended from outside, waits for the oldest task that is open; for a timer
    only if nothing else is.
    """
    tasks = {task.id: task for task in run.tasks}
    place = {task.id: index for index, task in enumerate(run.tasks)}
    preds = predecessors(run)
    at: Task | None = _last(run)
    path: list[str] = []
    while at is not None:
        path.append(at.id)
        before = preds[at.id]
        if not set(before) & set(at.woken):
            before = tuple(id for id in (*before, *at.woken) if place.get(id, -1) < place[at.id])
        ended = [(_end(tasks[id], run), id) for id in before if id in tasks]
        came = [(signal.at, f"signal-{signal.name}") for signal in _signals(run, before, at.begin)]
        latest = max([*ended, *came], default=None)
        if latest is None:
            break
        at = tasks.get(latest[1])
        if at is None:
            path.append(latest[1])
    return tuple(reversed(path))


def _last(run: Run) -> Task | None:
    still = [task for task in run.tasks if task.state.is_open or task.state is State.UNFINISHED]
    if still and run.state in (State.RUNNING, State.TIMED_OUT, State.TERMINATED):
        working = [task for task in still if task.kind is not Kind.TIMER]
        return min(working or still, key=lambda task: task.begin)
    ended = [task for task in run.tasks if task.state in (State.COMPLETED, State.FAILED, State.TIMED_OUT)]
    return max(ended or run.tasks, key=lambda task: (_end(task, run), task.begin), default=None)


def _end(task: Task, run: Run) -> float:
    return run.end if task.end is None else task.end


def _signals(run: Run, ids: tuple[str, ...], before: float) -> list[Signal]:
    """The latest signal of each name among *ids* that came before a time."""
    names = {id.removeprefix("signal-") for id in ids if id.startswith("signal-")}
    latest = {signal.name: signal for signal in run.signals if signal.name in names and signal.at <= before}
    return list(latest.values())


def spent(run: Run, path: tuple[str, ...] | None = None) -> tuple[Spent, ...]:
    """What the time from start to end was spent on along the critical path, in the order of :class:`Part`.

    While nothing of the path is open, it is what went on beside it: a decision first of all.
    """
    tasks = {task.id: task for task in run.tasks}
    beside = Beside(run)
    totals = dict.fromkeys(Part, 0)
    end = _milliseconds(run.end)
    at = _milliseconds(run.start)
    for id in critical_path(run) if path is None else path:
        task = tasks.get(id)
        for part, until in [] if task is None else _stretches(task, run):
            stop = min(max(_milliseconds(until), at), end)
            if part is Part.DECIDING:
                for piece, length in _gap(run, beside, at, stop):
                    totals[piece] += length
            else:
                totals[part] += stop - at
            at = stop
    for piece, length in _gap(run, beside, at, end, is_last=True):
        totals[piece] += length
    return tuple(Spent(part, length) for part, length in totals.items() if length)


def _milliseconds(seconds: float) -> int:
    return math.floor(seconds * 1000 + 0.5)


def _stretches(task: Task, run: Run) -> Iterator[tuple[Part, float]]:
    """What it was busy with until when, from its first scheduling to its end."""
    delays = iter(task.delays)
    for index, attempt in enumerate(task.attempts):
        if index:
            delay = next(delays, None)
            if delay is not None:
                yield Part.DECIDING, delay[0]
                yield Part.TIMERS, min(delay[1], attempt.scheduled)
        yield Part.DECIDING, attempt.scheduled
        yield from _of_attempt(task, attempt, run)
    for delay in delays:
        yield Part.DECIDING, delay[0]
        yield Part.TIMERS, delay[1]


def _of_attempt(task: Task, attempt: Attempt, run: Run) -> Iterator[tuple[Part, float]]:
    until = run.end_of(attempt)
    if task.kind is Kind.TIMER:
        yield Part.TIMERS, until
        return
    if attempt.started is None:
        yield (Part.FAILED if attempt.outcome is State.FAILED else Part.WORKERS), until
        return
    yield Part.WORKERS, attempt.started
    if attempt.outcome is not None and attempt.outcome is not State.COMPLETED:
        yield Part.FAILED, until
    else:
        yield (Part.CHILDREN if task.kind is Kind.CHILD else Part.ACTIVITIES), until


def _gap(run: Run, beside: Beside, since: int, until: int, *, is_last: bool = False) -> Iterator[tuple[Part, int]]:
    """Time in which nothing of the path was open: up to the last signal that came in it, it was waited for signals.

    So it was at the end of a run that no decision has closed, when not even a decision was due.
    """
    if since >= until:
        return
    came = [at for signal in run.signals if since < (at := _milliseconds(signal.at)) <= until]
    signal = max(came, default=since)
    yield Part.SIGNALS, signal - since
    *known, (_, rest) = beside.of(signal, until)
    for name, length in known:
        yield Part(name), length
    yield Part.SIGNALS if is_last and run.decisions and run.state in WAITS else Part.DECIDING, rest
