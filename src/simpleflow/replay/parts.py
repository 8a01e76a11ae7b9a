"""Maps that are too long for one history: child workflows take a part each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simpleflow.activity import PRIORITY_NOT_SET, Activity
from simpleflow.canvas import Chain, Group
from simpleflow.exceptions import TaskException
from simpleflow.futures import Future
from simpleflow.mapping import MapPart, settle, told
from simpleflow.options import NOTHING_SAID
from simpleflow.replay.canvases import ChainTurn, GroupTurn, TaskTurn
from simpleflow.task import ActivityTask

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

MOST_HERE = 3_000
"""Items that a run maps itself: six events each are 18,000, and SWF ends an execution at 25,000."""
PART_ITEMS = 1_000

Call = tuple[Any, ...]


class Part:
    """Some items of a map, done by a child; each has its own future."""

    def __init__(self, run: Run, activity: Activity[..., Any], calls: Sequence[Call]) -> None:
        self._run = run
        self._activity = activity
        self.calls = calls
        self.futures: list[Future[Any]] = [Future() for _ in calls]

    def notify(self, future: Future[Any], /) -> None:
        """The child is over: its items are settled, or all of them have failed as it has."""
        error = future.exception_if_done
        outcome: dict[str, Any] = {"results": [None] * len(self.calls), "failures": {}}
        if error is None and not future.cancelled:
            try:
                outcome = future.result
            except Exception as unreadable:  # noqa: BLE001  # the value is not where it should be
                error = unreadable
        for index, (call, item) in enumerate(zip(self.calls, self.futures, strict=True)):
            was_done = item.done
            awaits = self._run.coroutines.awaits(item)
            if future.cancelled:
                item.set_cancelled()
            elif error is not None:
                item.set_exception(error)
            else:
                settle(item, self._activity, outcome["results"][index], outcome["failures"].get(str(index)))
            if not was_done and item.exception_if_done is not None and self._activity.raises_on_failure:
                task = ActivityTask.deferred(self._activity, call, {})
                self._run.raise_in_main(TaskException(task, item.exception_if_done), awaits)


def map_in_parts(
    run: Run, activity: Activity[..., Any], calls: Sequence[Call], max_parallel: int | None
) -> list[Future[Any]]:
    """The futures of one task per call, which children do; *max_parallel* is shared among them."""
    assert run.started is not None
    limit = max_parallel or run.workflow.max_open_activity_count
    parts = [Part(run, activity, calls[at : at + PART_ITEMS]) for at in range(0, len(calls), PART_ITEMS)]
    lanes = min(len(parts), limit or len(parts))
    known = told(activity, run.submits.priority(activity.task_priority, PRIORITY_NOT_SET))
    # A part may take as long as the whole.
    timeouts = (("execution_timeout", run.started.execution_start_to_close_timeout),)
    options = replace(NOTHING_SAID, attributes=timeouts)
    turns: list[TaskTurn] = []
    for number, part in enumerate(parts):
        share = None if limit is None else limit // lanes + (number % lanes < limit % lanes)
        arguments = (known, [list(call) for call in part.calls], share)
        turn = run.canvases.child(MapPart, arguments, {}, options, task_list=run.started.task_list.name)
        turn.future.add_waiter(part)
        turns.append(turn)
    # In a lane one part follows the other, with the lane's share of what may be open.
    chains = [ChainTurn(run.canvases, Chain(break_on_failure=False), turns[lane::lanes]) for lane in range(lanes)]
    GroupTurn(run.canvases, Group(), chains).start((), ())
    return [future for part in parts for future in part.futures]
