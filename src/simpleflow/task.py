"""Things to submit: an activity or a child workflow with its arguments, signals, timers, waits, markers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simpleflow.activity import Activity
from simpleflow.futures import Future
from simpleflow.task_failure import TaskFailureContext

__all__ = [
    "ActivityTask",
    "CancelTimerTask",
    "ChildWorkflowTask",
    "ContinueAsNewTask",
    "MarkerTask",
    "NonPythonicActivityTask",
    "RequestCancelTask",
    "SignalTask",
    "Submittable",
    "Task",
    "TaskFailureContext",
    "TimerTask",
    "WaitForCancelRequest",
    "WaitForSignal",
    "WorkflowTask",
    "get_actual_value",
    "resolve_args",
    "resolve_kwargs",
]


class Submittable:
    """Something that ``submit`` takes; nothing happens before."""


class Task(Submittable):
    """A task in the narrow sense: an activity or a child workflow, with its arguments."""


def get_actual_value(value: Any) -> Any:
    """The result of a future, waiting for it if needed; any other value as it is."""
    return value.result if isinstance(value, Future) else value


def resolve_args(*args: Any) -> list[Any]:
    """The arguments with the results of futures among them, which are waited for."""
    return [get_actual_value(value) for value in args]


def resolve_kwargs(**kwargs: Any) -> dict[str, Any]:
    """The same for named arguments."""
    return {name: get_actual_value(value) for name, value in kwargs.items()}


class ActivityTask(Task):
    """An activity and its arguments, futures among which are waited for when the task is made."""

    def __init__(self, activity: Activity[..., Any], *args: Any, **kwargs: Any) -> None:
        if not isinstance(activity, Activity):
            raise TypeError(f"an activity is needed, not {activity!r}; decorate it with activity.with_attributes()")
        self.activity = activity
        self.args = resolve_args(*args)
        self.kwargs = resolve_kwargs(**kwargs)
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

    def input(self, meta: dict[str, Any]) -> Any:
        """What its worker gets, as JSON."""
        return {"args": self.args, "kwargs": self.kwargs, "meta": meta}

    @property
    def payload(self) -> Activity[..., Any]:
        """The activity, as all share it."""
        return self.activity.origin

    def execute(self) -> Any:
        """Runs the activity here."""
        return self.activity(*self.args, **self.kwargs)

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}(activity={self.activity!r}, args={self.args}, kwargs={self.kwargs}, id={self.id})"


class NonPythonicActivityTask(ActivityTask):
    """An activity of a worker in another language: its input is the arguments, or the named ones, and nothing else.

    So it hears nothing of attempts, ``meta`` and earlier heartbeats. Raises ValueError for arguments of both kinds.
    """

    def __init__(self, activity: Activity[..., Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(activity, *args, **kwargs)
        self._check()

    def input(self, meta: dict[str, Any]) -> Any:
        """The list of the arguments, or the object of the named ones."""
        self._check()
        return self.kwargs or self.args

    def _check(self) -> None:
        if self.args and self.kwargs:
            raise ValueError(
                f"{self.name} has arguments of both kinds, {self.args!r} and {self.kwargs!r}; the input of a worker in "
                "another language is either a list or an object"
            )


class WorkflowTask(Task):
    """A workflow to start as a child, and its arguments, futures among which are waited for when the task is made.

    ``WorkflowTask(Child, 1, 2)``; what older code gives before the class, the executor, is not needed.
    *workflow_task_list* overrides where the child is decided.
    """

    def __init__(self, workflow: Any, *args: Any, workflow_task_list: str | None = None, **kwargs: Any) -> None:
        if not isinstance(workflow, type) and args:
            workflow, *args = args  # type: ignore[assignment]  # the executor stood first
        if not isinstance(workflow, type) or not all(hasattr(workflow, each) for each in ("run", "submit")):
            raise TypeError(f"a subclass of Workflow is needed, not {workflow!r}")
        self.workflow: Any = workflow
        self.workflow_task_list = workflow_task_list
        self.complete: Callable[[WorkflowTask], None] | None = None
        """Called when the child is started, its arguments being there: what they depend on was not known before."""
        self.args = resolve_args(*args)
        self.kwargs = resolve_kwargs(**kwargs)
        self.idempotent: bool = bool(workflow.idempotent)  # type: ignore[attr-defined]
        self.id: str | None = None

    @classmethod
    def deferred(
        cls, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any], workflow_task_list: str | None = None
    ) -> WorkflowTask:
        """The task, its futures left as they are."""
        task = cls(workflow, workflow_task_list=workflow_task_list)
        task.args, task.kwargs = list(args), kwargs
        return task

    @property
    def name(self) -> str:
        """What the ids of such tasks begin with."""
        return f"workflow-{self.workflow.name}"

    @property
    def payload(self) -> Any:
        """The workflow class."""
        return self.workflow

    def __repr__(self) -> str:
        name = self.workflow.__name__
        return f"{type(self).__name__}(workflow={name}, args={self.args}, kwargs={self.kwargs}, id={self.id})"


class ChildWorkflowTask(WorkflowTask):
    """The same by the name under which it takes the class alone."""

    def __init__(self, workflow: Any, *args: Any, workflow_task_list: str | None = None, **kwargs: Any) -> None:
        if not isinstance(workflow, type):
            raise TypeError(f"a subclass of Workflow is needed, not {workflow!r}")
        super().__init__(workflow, *args, workflow_task_list=workflow_task_list, **kwargs)


class SignalTask(Submittable):
    """A signal to send: to the run itself, or to the open execution of *workflow_id* (and *run_id*, if given).

    With *propagate* whoever receives it passes it on to its parent and its children. The same name is sent once to
    the same target, unless *idempotent* is False.
    """

    def __init__(
        self,
        name: str,
        *args: Any,
        workflow_id: str | None = None,
        run_id: str | None = None,
        propagate: bool = True,
        idempotent: bool = True,
        **kwargs: Any,
    ) -> None:
        self.name = name
        self.args: list[Any] = list(args)
        self.kwargs = kwargs
        self.workflow_id = workflow_id
        self.run_id = run_id
        self.propagate = propagate
        self.idempotent = idempotent
        self.id: str | None = None

    @property
    def payload(self) -> str:
        """The name of the signal."""
        return self.name

    def __repr__(self) -> str:
        target = "itself" if self.workflow_id is None else self.workflow_id
        return f"SignalTask({self.name!r} to {target}, args={self.args}, kwargs={self.kwargs})"


@dataclass(frozen=True)
class RequestCancelTask(Submittable):
    """A request to another execution to cancel itself."""

    workflow_id: str
    run_id: str | None = None

    @property
    def name(self) -> str:
        """What the ids of such tasks begin with."""
        return f"cancel-{self.workflow_id}"

    @property
    def idempotent(self) -> bool:
        """Each one is sent."""
        return False


class ContinueAsNewTask(Submittable):
    """The end of this run and the start of the next one with these arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args: list[Any] = list(args)
        self.kwargs = kwargs


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
