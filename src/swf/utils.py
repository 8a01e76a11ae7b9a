"""Small tools without a better place. The only one of the client's rooms that reads the clock."""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, overload

Instance = TypeVar("Instance")
Value = TypeVar("Value")
Class = TypeVar("Class", bound=type)

Enum = enum.Enum

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def now() -> datetime.datetime:
    """The present moment, aware, UTC."""
    return datetime.datetime.now(datetime.UTC)


def past_day(days: float) -> datetime.datetime:
    """The moment so many days ago, aware, UTC."""
    return now() - datetime.timedelta(days=days)


def datetime_timestamp(moment: datetime.datetime) -> float:
    """Seconds since 1970; a moment without a time zone is taken as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def moment_of(timestamp: float) -> datetime.datetime:
    """The moment so many seconds after the beginning of 1970, aware, UTC."""
    return datetime.datetime.fromtimestamp(timestamp, datetime.UTC)


def get_subkey(values: Any, path: str | list[str]) -> Any:
    """The value at a path of keys (``"a.b"`` or a list of them) in nested mappings; None if there is none."""
    for key in path.split(".") if isinstance(path, str) else path:
        if not isinstance(values, Mapping) or key not in values:
            return None
        values = values[key]
    return values


def camel_to_underscore(name: str) -> str:
    """``ActivityTask`` is ``activity_task``."""
    return _BOUNDARY.sub("_", name).lower()


def underscore_to_camel(name: str) -> str:
    """``activity_task`` is ``ActivityTask``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def decapitalize(name: str) -> str:
    """``ActivityTask`` is ``activityTask``."""
    return name[:1].lower() + name[1:]


class cached_property(Generic[Value]):
    """A property that is computed once per object; it can be set, and deleted to be computed again."""

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> cached_property[Value]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> cached_property[Value] | Value:
        if instance is None:
            return self
        values = instance.__dict__
        if self._name not in values:
            values[self._name] = self._function(instance)
        value: Value = values[self._name]
        return value

    def __set__(self, instance: object, value: Value) -> None:
        instance.__dict__[self._name] = value

    def __delete__(self, instance: object) -> None:
        instance.__dict__.pop(self._name, None)


def immutable(cls: Class) -> Class:
    """A class decorator: after ``__init__``, setting or deleting an attribute raises AttributeError."""
    initialise: Callable[..., None] = cls.__init__  # type: ignore[misc]  # of the class that is decorated

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        open_objects.add(id(self))
        try:
            initialise(self, *arguments, **named)
        finally:
            open_objects.discard(id(self))

    def __setattr__(self: Any, name: str, value: Any) -> None:
        if id(self) not in open_objects:
            raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be set")
        object.__setattr__(self, name, value)

    def __delattr__(self: Any, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    open_objects: set[int] = set()
    for method in (__init__, __setattr__, __delattr__):
        setattr(cls, method.__name__, method)
    return cls
