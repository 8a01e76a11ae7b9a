"""Very long maps: the workflow that does one part of one, and how the outcomes of its tasks travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final, NoReturn

from simpleflow import dispatch, hints, remote
from simpleflow.activity import Activity
from simpleflow.exceptions import TaskFailed, TimeoutError
from simpleflow.futures import Future, wait
from simpleflow.options import ATTRIBUTES
from simpleflow.retry import RetryPolicy
from simpleflow.workflow import Workflow

CANCELED: Final = "canceled"


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


def activity_of(known: dict[str, Any]) -> Activity[..., Any]:
    """The activity that :func:`told` was asked about, without its function."""
    retry = known["retry"]
    policy = RetryPolicy(**retry) if isinstance(retry, dict) else retry
    return _ELSEWHERE.varied(**{**known, "retry": policy})


class MapPart(Workflow):
    """One task per call, and what has become of each: its result, or why there is none."""

    name = "simpleflow.map"
    version = "1"
    task_list = "default"
    tag_list = Workflow.INHERIT_TAG_LIST
    child_policy = "TERMINATE"
    raises_on_failure = False

    def run(self, known: dict[str, Any], calls: Sequence[Sequence[Any]], max_parallel: int | None) -> dict[str, Any]:
        """*known* tells of the activity."""
        mapped = self.starmap(activity_of(known), calls, max_parallel=max_parallel)
        wait(*mapped)
        failures = {str(index): _failure(each) for index, each in enumerate(mapped) if _has_failed(each)}
        return {"results": [each.result for each in mapped], "failures": failures}


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
