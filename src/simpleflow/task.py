"""Things to submit: an activity with its arguments, timers, waits, markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simpleflow.activity import Activity
from simpleflow.futures import Future


class Submittable:
    """Something that ``submit`` takes; nothing happens before."""


def get_actual_value(value: Any) -> Any:
    """The result of a future, waiting for it if needed; any other value as it is."""
    return value.result if isinstance(value, Future) else value


class ActivityTask(Submittable):
    """An activity and its arguments, futures among which are waited for when the task is made."""

    def __init__(self, activity: Activity[..., Any], *args: Any, **kwargs: Any) -> None:
        if not isinstance(activity, Activity):
            raise TypeError(f"an activity is needed, not {activity!r}; decorate it with activity.with_attributes()")
        self.activity = activity
        self.args: list[Any] = [get_actual_value(value) for value in args]
        self.kwargs = {name: get_actual_value(value) for name, value in kwargs.items()}
        self.idempotent = activity.idempotent
        self.id: str | None = None

    @classmethod
    def deferred(cls, activity: Activity[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> ActivityTask:
        """The task, its futures left as they are."""
        task = cls(activity)
        task.args, task.kwargs = list(args), kwargs
        return task

    @property
    def name(self) -> str:
        """What the ids of such tasks begin with."""
        return f"activity-{self.activity.name}"

    @property
    def payload(self) -> Activity[..., Any]:
        """The activity, as all share it."""
        return self.activity.origin

    def execute(self) -> Any:
        """Runs the activity here."""
        return self.activity(*self.args, **self.kwargs)

    def __repr__(self) -> str:
        return f"ActivityTask(activity={self.activity!r}, args={self.args}, kwargs={self.kwargs}, id={self.id})"


@dataclass(frozen=True)
class TimerTask(Submittable):
    """A timer of *timeout* seconds. *control* is kept in the history."""

    timer_id: str
    timeout: int
    control: Any = None


@dataclass(frozen=True)
class CancelTimerTask(Submittable):
    """Stops a timer."""

    timer_id: str


@dataclass(frozen=True)
class MarkerTask(Submittable):
    """A note in the history."""

    name: str
    details: Any = None


@dataclass(frozen=True)
class WaitForSignal(Submittable):
    """A wait for a signal: for any of the name, or (*consume*) for the next one that no wait has had."""

    signal_name: str
    consume: bool = False


@dataclass(frozen=True)
class WaitForCancelRequest(Submittable):
    """A wait for a request to cancel; the workflow then decides itself."""
