"""What goes wrong in workflows, by name."""

from __future__ import annotations

from typing import Any


class ExecutionBlocked(Exception):
    """A result that is not there yet was asked for where nothing can wait: outside of a running workflow."""


class NonDeterminismError(Exception):
    """The workflow does not do what its history says it did."""


class DispatchError(Exception):
    """No activity of this name can be found."""


class JumboTooLargeError(ValueError):
    """A value is too long for its field and there is no place to keep it."""


class ValueMismatch(TypeError):
    """A value cannot be brought back to the type that a hint says."""


class CodecError(ValueError):
    """A value went through a codec that is not known here, or cannot be read by it."""


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


class TaskCanceled(Exception):
    """A task was canceled."""

    def __init__(self, details: str | None = None) -> None:
        super().__init__(details)
        self.details = details


class ExecutionFailed(Exception):
    """A workflow execution has ended otherwise than completed. *status* is e.g. ``FAILED``."""

    def __init__(self, status: str, reason: str | None = None, details: str | None = None) -> None:
        super().__init__(status, reason, details)
        self.status = status
        self.reason = reason
        self.details = details

    def __str__(self) -> str:
        return f"the execution has ended as {self.status}" + (f": {self.reason}" if self.reason else "")


class NothingWillHappen(Exception):
    """A workflow waits for something that nobody in this process will bring about."""
