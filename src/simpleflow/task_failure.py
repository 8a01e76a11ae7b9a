"""What a workflow is told of a failed task, and what it can decide."""

from __future__ import annotations

import enum
import math
from typing import Any

from simpleflow.exceptions import TaskFailed
from simpleflow.futures import Future
from simpleflow.retry import LONGEST_S


class TaskFailureContext:
    """One failure of an activity or child. ``on_task_failure`` returns it after one of the ``decide_`` methods.

    *a_task* is the task, *event* its entry as in the history of hooks, *future* what the workflow waits for,
    *history* that of the execution. *reason* and *details* (decoded) are the worker's words; *task_error*,
    *task_message* and *task_error_type* are its exception as far as it told: name, message, and the class, None if
    it is not loaded here.
    """

    class Decision(enum.Enum):
        """What is to be done."""

        none = 0
        abort = 1
        ignore = 2
        retry_now = 3
        retry_later = 4
        cancel = 5
        handled = 6

    def __init__(
        self,
        a_task: Any,
        event: dict[str, Any],
        future: Future[Any],
        exception: BaseException,
        history: Any = None,
        *,
        reason: str | None = None,
        details: Any = None,
        attempts: int = 1,
        last_completed_decision_id: int = 0,
        current_started_decision_id: int = 0,
    ) -> None:
        self.a_task = a_task
        self.event = event
        self.future: Future[Any] | None = future
        self.history = history
        self.decision = TaskFailureContext.Decision.none
        self.retry_wait_timeout: int | None = None
        self.reason = reason
        self.details = details
        self.task_error: str | None = None
        self.task_message: str | None = None
        self.task_error_type: type[BaseException] | None = None
        self._exception = exception
        self._attempts = attempts
        self._last_completed = last_completed_decision_id
        self._current_started = current_started_decision_id

    @property
    def exception(self) -> BaseException:
        """Why the task has failed: a TaskFailed, TimeoutError, TaskCanceled or TaskTerminated."""
        return self._exception

    @property
    def exception_class(self) -> type[BaseException]:
        """TaskFailed, whatever else :attr:`exception` is, TimeoutError, TaskCanceled or TaskTerminated."""
        return TaskFailed if isinstance(self._exception, TaskFailed) else type(self._exception)

    @property
    def retry_count(self) -> int:
        """How often it was tried again before this failure: 0 for the first."""
        return self._attempts - 1

    @property
    def attempt_number(self) -> int:
        """Which attempt has failed: 1 for the first."""
        return self._attempts

    @property
    def task_name(self) -> str:
        """The name of the activity or workflow type."""
        return str(self.payload.name)

    @property
    def payload(self) -> Any:
        """The activity or workflow class."""
        return self.a_task.payload

    @property
    def id(self) -> str | None:
        """The id of the task."""
        return self.a_task.id  # type: ignore[no-any-return]  # tasks have text ids

    @property
    def current_started_decision_id(self) -> int:
        """The event id of the DecisionTaskStarted of this decision."""
        return self._current_started

    @property
    def last_completed_decision_id(self) -> int:
        """The event id of the DecisionTaskCompleted before it, 0 for the first."""
        return self._last_completed

    def decide_abort(self) -> TaskFailureContext:
        """The task has failed for good: raised in the workflow if it ``raises_on_failure``."""
        return self._decide(TaskFailureContext.Decision.abort)

    def decide_ignore(self) -> TaskFailureContext:
        """The task counts as finished without a result."""
        return self._decide(TaskFailureContext.Decision.ignore)

    def decide_cancel(self) -> TaskFailureContext:
        """The task counts as cancelled."""
        return self._decide(TaskFailureContext.Decision.cancel)

    def decide_retry(self, wait_seconds: float = 0) -> TaskFailureContext:
        """Another attempt, after so many seconds; ``a_task.args`` and ``a_task.kwargs`` may be changed before."""
        if not 0 <= wait_seconds <= LONGEST_S:
            raise ValueError(f"wait_seconds is {wait_seconds!r}; it may be a number from 0 to {LONGEST_S}")
        self.retry_wait_timeout = math.ceil(wait_seconds)
        decisions = TaskFailureContext.Decision
        return self._decide(decisions.retry_later if self.retry_wait_timeout else decisions.retry_now)

    def decide_handled(self, a_task: Any, future: Future[Any] | None = None) -> TaskFailureContext:
        """The workflow has dealt with it: *future*, or else another *a_task*, gives the outcome instead."""
        self.a_task = a_task
        if future is not None:
            self.future = future
        return self._decide(TaskFailureContext.Decision.handled)

    def _decide(self, decision: TaskFailureContext.Decision) -> TaskFailureContext:
        self.decision = decision
        return self

    def __repr__(self) -> str:
        return f"<TaskFailureContext of {self.a_task!r}, attempt {self.attempt_number}: {self._exception}>"
