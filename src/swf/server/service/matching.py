"""Brings waiting pollers and waiting tasks together."""

from __future__ import annotations

from swf.protocol.operations import ActivityTask, DecisionTask, PollForDecisionTask
from swf.server.pending import Pending
from swf.server.service.outbox import deliver
from swf.server.service.round import Round
from swf.server.service.tasks import hand_over
from swf.server.store.changes import TaskRow
from swf.server.store.errors import DamagedHistory


def match(round: Round) -> None:
    """Serves pollers in the lists where that may be possible now. Raises SetAside if a history breaks our rules."""
    deliver(round)
    while round.lists:
        key, tasks = round.lists.popitem()
        while tasks.pollers:
            first = next(iter(tasks.pollers.values()))
            has_left = first.is_gone()
            task = None if has_left else tasks.take(lambda task: _still_waits(round, task))
            if task is None and not has_left:
                break
            del tasks.pollers[id(first)]
            round.matched.append((key, first))
            if task is None:
                round.answer(first, empty_answer(first), 0)
            else:
                with round.blaming(task.execution):
                    hand_over(round, task, first)


def _still_waits(round: Round, task: TaskRow) -> bool:
    """Whether the task can be handed out: lists notice late what has gone, or cannot be read."""
    try:
        warm = round.service.histories.find(task.execution)
    except DamagedHistory:
        return False
    if warm is None:
        return False
    round.expire(warm)
    deliver(round)
    return warm.waiting.get(task.event) == task


def empty_answer(pending: Pending) -> DecisionTask | ActivityTask:
    """What a poll gets that found no task."""
    if isinstance(pending.request, PollForDecisionTask):
        return DecisionTask(started_event_id=0, previous_started_event_id=0)
    return ActivityTask(started_event_id=0)
