"""What users hand in, as the words that calls carry: one rule for each kind of value.

Each function takes None as "not given", and raises InvalidRequestError, with the name of the field, for what can be no
such value. How long a text may be and what it may hold is checked with the whole request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NoReturn, Protocol, TypeAlias, TypeVar, overload

from swf import format
from swf.exceptions import InvalidRequestError
from swf.protocol.values import ActivityType, TaskList, WorkflowExecution, WorkflowType

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")


class Named(Protocol):
    """What has a name and a version: a model, a workflow class, a word."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...


class Identified(Protocol):
    """What has a workflow id and a run id: a model, a word."""

    @property
    def workflow_id(self) -> str: ...

    @property
    def run_id(self) -> str | None: ...


AnyTaskList: TypeAlias = TaskList | Mapping[str, Any] | str
"""``"orders"``, or what the API has for it."""
AnyType: TypeAlias = Named | Mapping[str, Any] | tuple[str, str]
"""``("order", "1")``, or anything with a name and a version."""
AnyExecution: TypeAlias = Identified | Mapping[str, Any]
"""Anything with a workflow id and a run id. No pair: two ids in the wrong order name another execution."""


@overload
def task_list(value: None, field: str = ...) -> None: ...


@overload
def task_list(value: AnyTaskList, field: str = ...) -> TaskList: ...


def task_list(value: AnyTaskList | None, field: str = "task_list") -> TaskList | None:
    """The task list of a name, a word or a mapping."""
    if value is None or isinstance(value, TaskList):
        return value
    name = value.get("name") if isinstance(value, Mapping) else value
    if not isinstance(name, str):
        _refuse(field, "a name is wanted", value)
    return TaskList(name=name)


def activity_type(value: AnyType, field: str = "activity_type") -> ActivityType:
    """Name and version from a model, a word, a mapping, or a pair."""
    name, version = _pair(value, field)
    return ActivityType(name=name, version=version)


def workflow_type(value: AnyType, field: str = "workflow_type") -> WorkflowType:
    """Name and version from a model, a workflow class, a word, a mapping, or a pair."""
    name, version = _pair(value, field)
    return WorkflowType(name=name, version=version)


def _pair(value: Any, field: str) -> tuple[str, str]:
    match value:
        case Mapping():
            pair = value.get("name"), value.get("version")
        case (name, version):
            pair = name, version
        case _:
            pair = getattr(value, "name", None), getattr(value, "version", None)
    name, version = pair
    if not isinstance(name, str) or not isinstance(version, str):
        _refuse(field, "a name and a version are wanted, as a model, a mapping or a pair of texts has them", value)
    return name, version


def execution(value: AnyExecution, field: str = "execution") -> WorkflowExecution:
    """Workflow id and run id from a model, a word or a mapping."""
    if isinstance(value, WorkflowExecution):
        return value
    if isinstance(value, Mapping):
        workflow_id, run_id = value.get("workflowId"), value.get("runId")
    else:
        workflow_id, run_id = getattr(value, "workflow_id", None), getattr(value, "run_id", None)
    if not isinstance(workflow_id, str) or not isinstance(run_id, str):
        _refuse(field, "a workflow id and a run id are wanted, as a model or a mapping has them", value)
    return WorkflowExecution(workflow_id=workflow_id, run_id=run_id)


def tags(values: Iterable[str] | None, field: str = "tag_list") -> tuple[str, ...] | None:
    """Tags from any series of texts."""
    found = series(values, field)
    for tag in found or ():
        if not isinstance(tag, str):
            _refuse(field, "each tag is a text", tag)
    return found


def series(values: Iterable[Item] | None, field: str) -> tuple[Item, ...] | None:
    """The items of a series. A text is none: it would be taken for its letters."""
    if values is None:
        return None
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        _refuse(field, "a list is wanted", values)
    return tuple(values)


def json(value: Any, field: str) -> str | None:
    """The JSON of a value."""
    if value is None:
        return None
    try:
        return format.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequestError(f"{field}: cannot travel as JSON: {error}") from error


def text(value: Any, field: str) -> str | None:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json(value, field)


@overload
def one_of(kind: type[Choice], value: None, field: str) -> None: ...


@overload
def one_of(kind: type[Choice], value: str, field: str) -> Choice: ...


def one_of(kind: type[Choice], value: str | None, field: str) -> Choice | None:
    """The member of an enumeration."""
    if value is None:
        return None
    if value not in tuple(kind):
        raise InvalidRequestError(f"{field}: {value!r} is none of {', '.join(kind)}")
    return kind(value)


def _refuse(field: str, wanted: str, found: object) -> NoReturn:
    raise InvalidRequestError(f"{field}: {wanted}, found {found!r}")
