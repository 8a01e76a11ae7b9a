"""When an open run is told of in other words although nothing happens in it."""

from __future__ import annotations

from typing import Final

from simpleflow.web.insight.sentence import DECIDER_S, SILENT_S
from simpleflow.web.runs import Run, State

AGES_S: Final = (60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 86_400.0)
"""So long after its last event a picture is drawn anew, for what it says of how long something has lasted."""


def moments(run: Run, last: float) -> tuple[float, ...]:
    """The moments after each of which the sentence may be another one, in order; *last* is when its last event was.

    None if the run is closed.
    """
    if run.close is not None:
        return ()
    found = {last + age for age in AGES_S}
    due = _decision_due(run)
    if due is not None:
        found.add(due + DECIDER_S)
    found.update(at + SILENT_S for at in _waiting(run))
    return tuple(sorted(found))


def _decision_due(run: Run) -> float | None:
    """Since when a decision is due; None if none is."""
    due = None
    for decision in reversed(run.decisions):
        if decision.closed is not None and not decision.is_timed_out:
            break
        due = decision.scheduled if due is None else min(due, decision.scheduled)
    return due


def _waiting(run: Run) -> list[float]:
    """For each task list: since when a task waits there that nobody takes."""
    oldest: dict[str, float] = {}
    taken: dict[str, float] = {}
    for task in run.tasks:
        if task.task_list is None:
            continue
        last = task.attempts[-1]
        if task.state is State.WAITING and last.outcome is None:
            oldest[task.task_list] = min(oldest.get(task.task_list, last.scheduled), last.scheduled)
        for attempt in task.attempts:
            if attempt.started is not None:
                taken[task.task_list] = max(taken.get(task.task_list, 0.0), attempt.started)
    return [max(since, taken.get(name, 0.0)) for name, since in oldest.items()]
