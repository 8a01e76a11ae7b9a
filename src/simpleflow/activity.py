"""Activities: functions (or classes with ``execute``) that a workflow has run, with how to run them."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, ParamSpec, Protocol, TypeVar, overload

from simpleflow import settings
from simpleflow.attempt import ActivityContext, current, heartbeat, is_here
from simpleflow.exceptions import ActivityCancelled, CompleteLater
from simpleflow.registry import registry
from simpleflow.retry import RetryPolicy, checked

__all__ = [
    "PRIORITY_NOT_SET",
    "Activity",
    "ActivityCancelled",
    "ActivityContext",
    "AsyncActivity",
    "CompleteLater",
    "Decorator",
    "Executable",
    "current",
    "heartbeat",
    "with_attributes",
]

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class _NotSet:
    def __repr__(self) -> str:
        return "PRIORITY_NOT_SET"


PRIORITY_NOT_SET: Final[Any] = _NotSet()
"""No priority is given here: the workflow's counts. (None means: explicitly none.)"""

Timeout = int | str | None


class Executable(Protocol[R_co]):
    """An activity written as a class: made with the submitted arguments, then executed."""

    def execute(self) -> R_co: ...


class Activity(Generic[P, R]):
    """A callable that workers run, and how: where, for how long, how often.

    Calling the activity calls the function, here and now; an ``async def`` gives its coroutine. Timeouts are texts in
    seconds; None leaves a value to the registered activity type. *retry* is the number of attempts after the first, or
    a policy; *idempotent* shares one task among submits with equal arguments; with *raises_on_failure* a final failure
    is raised in the workflow.
    """

    def __init__(
        self,
        callable: Callable[P, R],
        name: str | None = None,
        version: str | None = None,
        task_list: str | None = None,
        retry: int | RetryPolicy = 0,
        raises_on_failure: bool = False,
        start_to_close_timeout: Timeout = None,
        schedule_to_close_timeout: Timeout = None,
        schedule_to_start_timeout: Timeout = None,
        heartbeat_timeout: Timeout = None,
        task_priority: Any = PRIORITY_NOT_SET,
        idempotent: bool | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        if not inspect.isroutine(callable) and not hasattr(callable, "__call__"):  # noqa: B004  # classes have it, too
            raise TypeError(f"{callable!r} cannot be an activity: it is neither a function nor a class")
        if name is None and getattr(callable, "__name__", "") == "<lambda>":
            raise ValueError(
                f"a lambda cannot be an activity (in {callable.__module__}): no worker finds it by name; "
                "give it a def of its own"
            )
        if name is None and "<locals>" in getattr(callable, "__qualname__", ""):
            raise ValueError(
                f"{callable.__qualname__} (in {callable.__module__}) is defined inside of a function, where no worker "
                "finds it; move it to its module, or give the activity a name that can be imported"
            )
        self._callable = callable
        self._name = name
        self.version: str = settings.ACTIVITY_DEFAULT_VERSION if version is None else version
        self.task_list: str = settings.ACTIVITY_DEFAULT_TASK_LIST if task_list is None else task_list
        self.retry = checked(retry)
        self.raises_on_failure = raises_on_failure
        self.task_start_to_close_timeout = _text(start_to_close_timeout, "start_to_close_timeout")
        self.task_schedule_to_close_timeout = _text(schedule_to_close_timeout, "schedule_to_close_timeout")
        self.task_schedule_to_start_timeout = _text(schedule_to_start_timeout, "schedule_to_start_timeout")
        self.task_heartbeat_timeout = _text(heartbeat_timeout, "heartbeat_timeout")
        self.task_priority = task_priority
        self.idempotent = idempotent
        self.meta: dict[str, Any] = meta or {}
        self._origin: Activity[P, R] | None = None
        functools.update_wrapper(self, callable, updated=())
        registry.register(self)

    @property
    def callable(self) -> Callable[P, R]:
        """The function or class itself."""
        return self._callable

    @property
    def context(self) -> dict[str, Any] | None:
        """What the attempt that runs is, as :func:`current` tells it; None if none does."""
        found = getattr(self._callable, "context", None)
        if isinstance(found, dict):
            return found
        return current().as_dict() if is_here() and current().name == self.name else None

    @property
    def name(self) -> str:
        """The name of the activity type: as given, or module and name of the callable."""
        if self._name is not None:
            return self._name
        function: Any = self._callable
        own = getattr(function, "name", None)
        name = own if isinstance(own, str) else getattr(function, "__name__", type(function).__name__)
        return f"{function.__module__}.{name}"

    @property
    def origin(self) -> Activity[P, R]:
        """The activity that all share; itself, unless this was made by :meth:`varied`."""
        return self._origin or self

    def varied(self, **attributes: Any) -> Activity[P, R]:
        """The same activity with other attributes, for a task alone: it is not registered, and this one stays."""
        other = copy.copy(self)
        other._origin = self.origin
        for name, value in attributes.items():
            setattr(other, name, value)
        return other

    def propagate_attribute(self, attr: str, value: Any) -> None:
        """Sets an attribute, for all uses of the activity. Options of a submit or of a canvas are for theirs alone."""
        setattr(self, attr, value)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        made = self._callable(*args, **kwargs)
        return _executed(made) if isinstance(self._callable, type) else made

    def __repr__(self) -> str:
        return f"Activity(name={self.name}, version={self.version}, task_list={self.task_list})"


class AsyncActivity(Activity[P, Coroutine[None, None, R]]):
    """An activity that is an ``async def``: workers run its coroutine, in an event loop of its own.

    Calling it gives the coroutine. (An Any in the type of that would make the overloads of ``submit`` ambiguous.)
    """


class Decorator(Protocol):
    """What :func:`with_attributes` returns."""

    @overload
    def __call__(self, callable: Callable[P, Executable[R]], /) -> Activity[P, R]: ...

    @overload
    def __call__(self, callable: Callable[P, Coroutine[Any, Any, R]], /) -> AsyncActivity[P, R]: ...

    @overload
    def __call__(self, callable: Callable[P, R], /) -> Activity[P, R]: ...


def with_attributes(
    name: str | None = None,
    version: str | None = None,
    task_list: str | None = None,
    task_priority: Any = PRIORITY_NOT_SET,
    retry: int | RetryPolicy = 0,
    raises_on_failure: bool = False,
    start_to_close_timeout: Timeout | _NotSet = PRIORITY_NOT_SET,
    schedule_to_close_timeout: Timeout | _NotSet = PRIORITY_NOT_SET,
    schedule_to_start_timeout: Timeout | _NotSet = PRIORITY_NOT_SET,
    heartbeat_timeout: Timeout | _NotSet = PRIORITY_NOT_SET,
    idempotent: bool | None = None,
    meta: dict[str, Any] | None = None,
) -> Decorator:
    """A decorator that makes a function or class an :class:`Activity`.

    Timeouts are seconds; left out they come from the settings (300), None leaves them to the registered type.
    """

    def decorate(callable: Callable[..., Any], /) -> Activity[..., Any]:
        def timeout(given: Any, setting: str) -> Any:
            return getattr(settings, setting) if given is PRIORITY_NOT_SET else given

        kind: type[Activity[..., Any]] = AsyncActivity if inspect.iscoroutinefunction(callable) else Activity
        return kind(
            callable,
            name=name,
            version=version,
            task_list=task_list,
            retry=retry,
            raises_on_failure=raises_on_failure,
            start_to_close_timeout=timeout(start_to_close_timeout, "ACTIVITY_START_TO_CLOSE_TIMEOUT"),
            schedule_to_close_timeout=timeout(schedule_to_close_timeout, "ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT"),
            schedule_to_start_timeout=timeout(schedule_to_start_timeout, "ACTIVITY_SCHEDULE_TO_START_TIMEOUT"),
            heartbeat_timeout=timeout(heartbeat_timeout, "ACTIVITY_HEARTBEAT_TIMEOUT"),
            task_priority=task_priority,
            idempotent=idempotent,
            meta=meta,
        )

    return decorate  # type: ignore[return-value]  # the overloads say more than one signature can


def _text(timeout: Timeout, name: str) -> str | None:
    text = None if timeout is None else str(timeout)
    if text is None or text == "NONE" or (text.isascii() and text.isdecimal()):
        return text
    raise ValueError(f'{name} is {timeout!r}; it is a whole number of seconds, "NONE" for no limit, or None')


def _executed(made: Any) -> Any:
    """What an activity written as a class returns; it is told afterwards, if it wants to be."""
    result = made.execute()
    if inspect.iscoroutine(result):
        return _told(made, result)
    if hasattr(made, "post_execute"):
        made.post_execute()
    return result


async def _told(made: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    result = await coroutine
    if hasattr(made, "post_execute"):
        made.post_execute()
    return result
