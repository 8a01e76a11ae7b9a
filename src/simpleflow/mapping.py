"""Very long maps: the workflow that does one part of one, and how the outcomes of its tasks travel."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final, NoReturn

from simpleflow import dispatch, hints, remote, texts
from simpleflow.activity import Activity
from simpleflow.exceptions import TaskFailed, TimeoutError
from simpleflow.futures import Future, wait
from simpleflow.options import ATTRIBUTES
from simpleflow.registry import registry
from simpleflow.retry import RetryPolicy
from simpleflow.task_failure import TaskFailureContext
from simpleflow.workflow import Workflow, loaded_workflow

CANCELED: Final = "canceled"
CANCEL_ITEM: Final = "simpleflow.map.cancel"
"""The signal to a part that some of its items, by index, are not wanted any more."""


def _elsewhere(*args: Any, **kwargs: Any) -> NoReturn:
    raise NotImplementedError("this stands for an activity of another module, which its workers know by name")


def told(activity: Activity[..., Any], priority: int | str | None) -> dict[str, Any]:
    """What a part has to know about an activity, as JSON: no decider of it has to import the function."""
    values = {name: getattr(activity, name) for name in ATTRIBUTES}
    if isinstance(activity.retry, RetryPolicy):
        policy = {each.name: getattr(activity.retry, each.name) for each in fields(RetryPolicy)}
        values["retry"] = {name: _plain(value) for name, value in policy.items()}
    return {**values, "_name": activity.name, "task_priority": priority, "raises_on_failure": False}


def _plain(value: Any) -> Any:
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return sorted(value) if isinstance(value, frozenset) else value


def activity_of(known: dict[str, Any], base: Activity[..., Any] | None = None) -> Activity[..., Any]:
    """The activity that :func:`told` was asked about: *base* as it was there; None: one without its function."""
    retry = known["retry"]
    policy = RetryPolicy(**retry) if isinstance(retry, dict) else retry
    return (base or _ELSEWHERE).varied(**{**known, "retry": policy})


class Named:
    """Stands for a function whose ``get_task_id`` was asked where the map was called."""

    def __init__(self, function: Callable[..., Any], ids: dict[str, str]) -> None:
        functools.update_wrapper(self, function)
        self._ids = ids

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        _elsewhere()

    def get_task_id(self, workflow: Workflow, *args: Any) -> str:
        """What was answered there for these arguments."""
        return self._ids[key_of(args)]


def key_of(args: Sequence[Any]) -> str:
    """Tells apart the arguments of the items of a map."""
    return texts.digest(texts.encode(list(args)))


class MapPart(Workflow):
    """One task per call, and what has become of each: its result, or why there is none."""

    name = "simpleflow.map"
    version = "1"
    task_list = "default"
    tag_list = Workflow.INHERIT_TAG_LIST
    child_policy = "TERMINATE"
    raises_on_failure = False

    def run(
        self,
        known: dict[str, Any],
        calls: Sequence[Sequence[Any]],
        max_parallel: int | None,
        canceled: Sequence[int] = (),
        ids: dict[str, str] | None = None,
        asks: str | None = None,
    ) -> dict[str, Any]:
        """*known* tells of the activity, *ids* what its ``get_task_id`` says. *canceled* items are not wanted any more;
        signals tell of others. *asks* is the workflow that called the map, if it wants to hear of failures."""
        activity = activity_of(known, self.activity(known["_name"], asks))
        if ids:
            activity = activity.varied(_callable=Named(activity.callable, ids))
        self.mapped: list[Future[Any]] = self.starmap(activity, calls, max_parallel=max_parallel)
        for index in canceled:
            self.mapped[index].cancel()
        self.listen()
        wait(*self.mapped)
        failures = {str(index): _failure(each) for index, each in enumerate(self.mapped) if _has_failed(each)}
        return {"results": [each.result for each in self.mapped], "failures": failures}

    def activity(self, name: str, asks: str | None) -> Activity[..., Any] | None:
        """The activity itself, if it is needed here."""
        return None

    def listen(self) -> None:
        """Waits for the next item that is not wanted any more, while all else goes on."""
        self.submit(self.next_signal(CANCEL_ITEM)).then(self._cancel)

    def _cancel(self, said: dict[str, Any]) -> None:
        for index in said["args"]:
            self.mapped[index].cancel()
        self.listen()


class AskingPart(MapPart):
    """A part of a map that a workflow called that decides itself what failures mean: its class decides here, too.

    Of the workflow it has an instance of its own: what the other one keeps on ``self`` is not here.
    """

    name = "simpleflow.map.asking"

    @staticmethod
    def needs(input: Any) -> str | None:
        """The dotted path of the workflow that a part with this decoded input asks."""
        kwargs = input.get("kwargs") if isinstance(input, dict) else None
        found = kwargs.get("asks") if isinstance(kwargs, dict) else None
        return found if isinstance(found, str) else None

    def activity(self, name: str, asks: str | None) -> Activity[..., Any] | None:
        """The activity, so that the workflow recognizes it."""
        found = loaded_workflow(asks or "")
        if found is None:
            raise LookupError(f"the workflow {asks!r}, which decides what the failures of this map mean, is not loaded")
        self._asked = found(self.executor)
        return registry[None].get(name)

    def on_task_failure(self, failure_context: TaskFailureContext) -> TaskFailureContext | None:
        """What the workflow says."""
        return self._asked.on_task_failure(failure_context)


def _has_failed(future: Future[Any]) -> bool:
    return future.cancelled or future.exception is not None


def _failure(future: Future[Any]) -> dict[str, Any]:
    match future.exception:
        case None:
            return {"kind": CANCELED}
        case TimeoutError() as error:
            return {"kind": "timeout", "args": [error.timeout_type, error.timeout_value]}
        case TaskFailed() as error:
            said = error.failure
            return {"kind": "failed", "args": [said.name, said.reason, said.details]}
        case error:
            told = dispatch.failure(error)
            return {"kind": "failed", "args": [future.task_id, told.reason, told.details]}


def settle(future: Future[Any], activity: Activity[..., Any], value: Any, failure: dict[str, Any] | None) -> None:
    """Gives *future* what has become of its task of *activity*: the result *value*, or a failure."""
    match None if failure is None else failure["kind"]:
        case None:
            future.set_finished_lazily(lambda: hints.result(activity.callable, value))
        case "canceled":
            future.set_cancelled()
        case "timeout":
            assert failure is not None
            future.set_exception(TimeoutError(*failure["args"]))
        case _:
            assert failure is not None
            future.set_exception(remote.rebuilt(TaskFailed(*failure["args"])))


_ELSEWHERE: Final[Activity[..., Any]] = Activity(_elsewhere, name="simpleflow.mapping.elsewhere")
