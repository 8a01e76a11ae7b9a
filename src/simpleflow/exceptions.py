"""What goes wrong in workflows, by name."""

from __future__ import annotations

import json
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


class StorageError(Exception):
    """A value could not be kept or found."""


class ValueMissing(StorageError):
    """What a value was kept in is not there."""


class ValueCorrupt(StorageError):
    """What a value was kept in holds something else than its name says."""


class ValueMismatch(TypeError):
    """A value cannot be brought back to the type that a hint says."""


class CodecError(StorageError, ValueError):
    """A value went through a codec that is not known here, or cannot be read by it."""


class ActivityCancelled(BaseException):
    """The activity that runs here is asked to cancel. Let it pass; *details* (JSON) are told to the workflow."""

    def __init__(self, details: Any = None) -> None:
        super().__init__(details)
        self.details = details

    def __str__(self) -> str:
        return "asked to cancel" if self.details is None else str(self.details)


class CompleteLater(BaseException):
    """Raised by an activity: somebody will complete this attempt with its task token, the worker does not answer."""


class TaskGone(Exception):
    """A task token is of an activity that is not open any more."""


class TaskException(Exception):
    """A task with ``raises_on_failure`` has failed for good.

    *task* is what was submitted, *exception* why it failed: a :class:`TaskFailed` or :class:`TimeoutError`.
    """

    def __init__(self, task: Any, exception: BaseException | None = None) -> None:
        super().__init__(task, exception)
        self.task = task
        self.exception = exception
        self.__cause__ = exception

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
    """A task has failed. *name* is its id; *reason* and *details* are what its worker said.

    Workers in Python describe the exception in the details, as JSON. Where its class is known, the failure is of
    that class as well: ``except ValueError`` catches it.
    """

    def __init__(self, name: str, reason: str | None, details: str | None = None) -> None:
        super().__init__(name, reason, details)
        self.name = name
        self.reason = reason
        self.details = details

    def __str__(self) -> str:
        return f"{self.name} failed: {self.reason}"

    @property
    def failure(self) -> TaskFailed:
        """The failure as SWF tells it: *name*, *reason*, *details*, whatever attributes the exception's class has."""
        found: TaskFailed = vars(self).get("_failure", self)
        return found

    @property
    def described(self) -> dict[str, Any]:
        """The details as an object: error, error_type, message, traceback; empty if they are something else."""
        try:
            found = json.loads(self.failure.details or "")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def error(self) -> str | None:
        """The name of the exception's class, None if the worker did not tell it."""
        return _text(self.described.get("error"))

    @property
    def error_type(self) -> str | None:
        """The dotted path of the exception's class, None if the worker did not tell it."""
        return _text(self.described.get("error_type"))

    @property
    def message(self) -> str | None:
        """What the exception said: whole, unlike the reason; the reason if the worker told no more."""
        return _text(self.described.get("message", self.failure.reason))

    @property
    def traceback(self) -> list[str]:
        """The lines of the traceback in the worker; empty if it did not tell them."""
        lines = self.described.get("traceback")
        return [str(line) for line in lines] if isinstance(lines, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


class RemoteTraceback(Exception):
    """Where an exception was raised in another process, for people."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"in the worker\n{self.text}"


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


class ExecutionError(Exception):
    """A function in another interpreter has failed. Its text is JSON: error, error_type, message, traceback."""


class ExecutionTimeoutError(Exception):
    """A command has taken longer than *timeout_value* seconds and was ended."""

    def __init__(self, command: str, timeout_value: float | None = None) -> None:
        super().__init__(command, timeout_value)
        self.command = command
        self.timeout_value = timeout_value

    def __str__(self) -> str:
        return f"{self.command!r} took longer than {self.timeout_value} s and was ended"


class NothingWillHappen(Exception):
    """A workflow waits for something that nobody in this process will bring about."""
