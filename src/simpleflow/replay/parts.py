"""Maps that are too long for one history: child workflows take a part each."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simpleflow.activity import PRIORITY_NOT_SET, Activity
from simpleflow.canvas import Chain, Group
from simpleflow.exceptions import TaskException
from simpleflow.futures import Future
from simpleflow.mapping import CANCEL_ITEM, AskingPart, MapPart, key_of, settle, told
from simpleflow.options import NOTHING_SAID
from simpleflow.replay.canvases import ChainTurn, GroupTurn, TaskTurn
from simpleflow.replay.records import Record
from simpleflow.task import ActivityTask, SignalTask, WorkflowTask
from simpleflow.workflow import dotted_path, loaded_workflow

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
        self._hook = getattr(activity.callable, "get_task_id", None)
        self._canceled: list[int] = []
        self.calls = calls
        self.futures: list[Future[Any]] = [Future() for _ in calls]

    def take(self, turn: TaskTurn) -> None:
        """*turn* starts the child, now or later."""
        self._record = turn.record
        self._record.task.complete = self._complete
        turn.future.add_waiter(self)
        for index, item in enumerate(self.futures):
            self._run.submits.elsewhere[item] = functools.partial(self._cancel, index)

    def _complete(self, task: WorkflowTask) -> None:
        """What is known when the child is started: which items are not wanted any more, the ids of the others."""
        run = self._run
        task.kwargs = {"canceled": list(self._canceled)} if self._canceled else {}
        if self._hook is not None:
            calls = task.args[1]
            task.kwargs["ids"] = {key_of(call): str(self._hook(run.workflow, *call)) for call in calls}
        if run.hooks.hears_of_failures:
            task.kwargs["asks"] = dotted_path(type(run.workflow))

    def _cancel(self, index: int) -> None:
        """The item is not wanted any more: the child is told, when it can hear."""
        record = self._record
        if record.input is None:
            self._canceled.append(index)
        elif record.is_running:
            self._tell(index)
        else:
            self._run.children.when_begun.setdefault(record.key, []).append(functools.partial(self._tell, index))

    def _tell(self, index: int) -> None:
        task = SignalTask(CANCEL_ITEM, index, workflow_id=self._record.id, propagate=False, idempotent=False)
        self._run.others.submit_signal(task, Record("signal", task))

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
            self._run.submits.elsewhere.pop(item, None)
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
    kind = AskingPart if run.hooks.hears_of_failures else MapPart
    if kind is AskingPart and loaded_workflow(dotted_path(type(run.workflow))) is None:
        raise ValueError(
            f"a map of {len(calls)} items is done by children, and they ask on_task_failure of "
            f"{type(run.workflow).__name__}; no class is found at its path, where they look: define it in its module"
        )
    turns: list[TaskTurn] = []
    for number, part in enumerate(parts):
        share = None if limit is None else limit // lanes + (number % lanes < limit % lanes)
        arguments = (known, [list(call) for call in part.calls], share)
        turn = run.canvases.child(kind, arguments, {}, options, task_list=run.started.task_list.name)
        part.take(turn)
        turns.append(turn)
    # In a lane one part follows the other, with the lane's share of what may be open.
    chains = [ChainTurn(run.canvases, Chain(break_on_failure=False), turns[lane::lanes]) for lane in range(lanes)]
    GroupTurn(run.canvases, Group(), chains).start((), ())
    return [future for part in parts for future in part.futures]
