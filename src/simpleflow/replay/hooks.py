"""The hooks of a workflow: called once for each decision that is made, with the history if they want it."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from simpleflow.history import History, activity_entry, child_entry, refused_entry
from simpleflow.workflow import Workflow
from swf.lifecycle import Execution
from swf.protocol.base import DecisionAttributes
from swf.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    FailWorkflowExecution,
)
from swf.protocol.event import HistoryEvent
from swf.protocol.events import ScheduleActivityTaskFailed, StartChildWorkflowExecutionFailed

NAMES = (
    "before_replay",
    "after_replay",
    "after_closed",
    "on_failure",
    "on_completed",
    "on_canceled",
    "should_cancel",
    "on_task_failure",
)

FORMER_NAMES = {"before_run": "before_replay", "after_run": "after_closed"}
"""What some hooks were called once."""


class Hooks:
    """The hooks of one workflow instance. The history is folded only if one of them is overridden."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        for former, name in FORMER_NAMES.items():
            if hasattr(workflow, former):
                warnings.warn(
                    f"{type(workflow).__name__}.{former} is called as {name}, its present name; rename it",
                    DeprecationWarning,
                    stacklevel=2,
                )
                setattr(workflow, name, getattr(workflow, former))
        overridden = any(name in vars(workflow) for name in FORMER_NAMES.values()) or any(
            getattr(type(workflow), name) is not getattr(Workflow, name) for name in NAMES
        )
        self._execution = Execution(keep_closed=True) if overridden else None
        self._cancels_seen = 0
        self._coroutines = [name for name in NAMES if inspect.iscoroutinefunction(getattr(workflow, name))]
        self.hears_of_failures = type(workflow).on_task_failure is not Workflow.on_task_failure

    @property
    def are_called(self) -> bool:
        """Whether the workflow has any."""
        return self._execution is not None

    def see(self, event: HistoryEvent) -> None:
        """Takes in an event."""
        if self._execution is not None:
            self._execution.evolve(event)

    def history(self) -> History:
        """What hooks are told of the execution."""
        return History(self._execution or Execution(keep_closed=True))

    def before_replay(self) -> None:
        """Before the code goes on."""
        if self._coroutines:
            raise TypeError(
                f"{self._coroutines[0]} is a coroutine function, but hooks are called while the workflow waits and "
                "cannot wait themselves: write 'def'"
            )
        if self._execution is not None:
            self._workflow.before_replay(self.history())

    def after_replay(self) -> None:
        """After the code has blocked or returned."""
        if self._execution is not None:
            self._workflow.after_replay(self.history())

    def closing(self, decision: DecisionAttributes) -> None:
        """Before the closing decision leaves."""
        if self._execution is None:
            return
        history = self.history()
        match decision:
            case CompleteWorkflowExecution():
                self._workflow.on_completed(history)
            case FailWorkflowExecution():
                self._workflow.on_failure(history, decision.reason or "", decision.details)
            case CancelWorkflowExecution():
                self._workflow.on_canceled(history)
        self._workflow.after_closed(history)

    def entry_of_failure(self, event: HistoryEvent, failures: int) -> dict[str, Any]:
        """The entry of the attempt that has failed with *event*; its ``retry`` is 0 for the first failure."""
        assert self._execution is not None
        attributes = event.attributes
        if isinstance(attributes, ScheduleActivityTaskFailed | StartChildWorkflowExecutionFailed):
            return {**refused_entry(event), "retry": failures - 1}
        opened: int | None = getattr(attributes, "scheduled_event_id", None)
        if opened is not None:
            entry = activity_entry(self._execution.activities[opened], None)
        else:
            entry = child_entry(self._execution.children[attributes.initiated_event_id], None)  # type: ignore[attr-defined]
        entry["retry"] = failures - 1
        return entry

    def has_news_of_cancel(self, requests: int) -> bool:
        """Whether a request to cancel has come since this was asked last."""
        has_news = requests > self._cancels_seen
        self._cancels_seen = requests
        return has_news

    def decide_cancel(self) -> DecisionAttributes | None:
        """The decision to cancel, or None if the workflow goes on."""
        return CancelWorkflowExecution() if self._workflow.should_cancel(self.history()) else None
