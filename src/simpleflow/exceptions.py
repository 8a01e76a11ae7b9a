"""What goes wrong in workflows, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class ExecutionBlocked(Exception):
    """A result that is not there yet was asked for where nothing can wait: outside of a running workflow."""


class NonDeterminismError(Exception):
    """The workflow does not do what its history says it did."""


class DispatchError(Exception):
    """No activity of this name can be found."""


class JumboTooLargeError(ValueError):
    """A value is too long for its field and there is no place to keep it."""


class TaskException(Exception):
    """A task with ``raises_on_failure`` has failed for good.

    *task* is what was submitted, *exception* why it failed: a :class:`TaskFailed` or :class:`TimeoutError`.
    """

    def __init__(self, task: Any, exception: BaseException | None = None) -> None:
        super().__init__(task, exception)
        self.task = task
        self.exception = exception

    @property
    def payload(self) -> Any:
        """The activity that failed."""
        return getattr(self.task, "payload", None)

    def __str__(self) -> str:
        return f"{getattr(self.task, 'name', self.task)}: {self.exception}"


class WorkflowException(Exception):
    """A child workflow with ``raises_on_failure`` has failed for good.

    *workflow* is what was submitted, *exception* why it failed: a :class:`TaskFailed`, :class:`TimeoutError`,
    :class:`TaskCanceled` or :class:`TaskTerminated`.
    """

    def __init__(self, workflow: Any, exception: BaseException | None = None) -> None:
        super().__init__(workflow, exception)
        self.workflow = workflow
        self.exception = exception

    @property
    def payload(self) -> Any:
        """The workflow class that failed."""
        return getattr(self.workflow, "payload", None)

    def __str__(self) -> str:
        return f"{getattr(self.workflow, 'name', self.workflow)}: {self.exception}"


class TaskFailed(Exception):
    """A task has failed. *name* is its id; *reason* and *details* are what its worker said."""

    def __init__(self, name: str, reason: str | None, details: str | None = None) -> None:
        super().__init__(name, reason, details)
        self.name = name
        self.reason = reason
        self.details = details

    def __str__(self) -> str:
        return f"{self.name} failed: {self.reason}"


class TimeoutError(Exception):
    """A task has run out of time.

    *timeout_type* is ``START_TO_CLOSE``, ``SCHEDULE_TO_START``, ``SCHEDULE_TO_CLOSE`` or ``HEARTBEAT``,
    *timeout_value* the seconds it had, None if unknown.
    """

    def __init__(self, timeout_type: str, timeout_value: int | None = None) -> None:
        super().__init__(timeout_type, timeout_value)
        self.timeout_type = timeout_type
        self.timeout_value = timeout_value

    def __str__(self) -> str:
        after = "" if self.timeout_value is None else f" after {self.timeout_value} s"
        return f"{self.timeout_type} timeout{after}"


class AggregateException(Exception):
    """Several things submitted together have failed: *exceptions* has one per item, None for those that have not."""

    def __init__(self, exceptions: Iterable[BaseException | None] = ()) -> None:
        self.exceptions: list[BaseException | None] = list(exceptions)
        super().__init__(self.exceptions)

    def append(self, exception: BaseException | None) -> None:
        """Adds one; None for an item that has not failed."""
        self.exceptions.append(exception)

    def handle(self, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls *handler* with each exception (and *args*, *kwargs*); those it returns false for are raised again."""
        unhandled = [each for each in self.exceptions if each is not None and not handler(each, *args, **kwargs)]
        if unhandled:
            raise AggregateException(unhandled) from self

    def flatten(self) -> AggregateException:
        """The exceptions of all depths in one, without the None of items that have not failed."""
        flat: list[BaseException | None] = []
        for each in self.exceptions:
            if isinstance(each, AggregateException):
                flat.extend(each.flatten().exceptions)
            elif each is not None:
                flat.append(each)
        return AggregateException(flat)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AggregateException) and self.exceptions == other.exceptions

    def __hash__(self) -> int:
        return hash(AggregateException)

    def __str__(self) -> str:
        failed = self.flatten().exceptions
        return f"{len(failed)} failed: " + "; ".join(f"{type(each).__name__}: {each}" for each in failed)


class TaskCanceled(Exception):
    """A task was canceled."""

    def __init__(self, details: str | None = None) -> None:
        super().__init__(details)
        self.details = details

    def __str__(self) -> str:
        return "canceled" + (f": {self.details}" if self.details else "")


class TaskTerminated(Exception):
    """A child workflow was terminated: by a person, by a child policy, or because its history was too long."""

    def __str__(self) -> str:
        return "terminated"


class ExecutionFailed(Exception):
    """A workflow execution has ended otherwise than completed. *status* is e.g. ``FAILED``."""

    def __init__(self, status: str, reason: str | None = None, details: str | None = None) -> None:
        super().__init__(status, reason, details)
        self.status = status
        self.reason = reason
        self.details = details

    def __str__(self) -> str:
        return f"the execution has ended as {self.status}" + (f": {self.reason}" if self.reason else "")


class ExecutionCanceled(ExecutionFailed):
    """The execution was canceled; *reason* is what it said about that."""


class ExecutionTerminated(ExecutionFailed):
    """The execution was terminated from outside, or by the policy of its parent."""


class ExecutionTimedOut(ExecutionFailed):
    """The execution was not done within its execution timeout."""


class ExecutionNotFound(Exception):
    """There is no such domain or execution."""


class ExecutionAlreadyOpen(Exception):
    """An execution cannot be started because one of its workflow id is open."""


class QueryError(Exception):
    """A query cannot be answered: there is no such one, or it does more than to look."""


class NothingWillHappen(Exception):
    """A workflow waits for something that nobody in this process will bring about."""
