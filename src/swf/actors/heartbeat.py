"""Heartbeats that go on while a function works."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from swf.actors.helpers import Every, meanwhile

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def heartbeat_on(
    heartbeat: Callable[[], Any], interval: float
) -> Callable[[Callable[Arguments, Value]], Callable[Arguments, Value]]:
    """A decorator: while the function works, *heartbeat* is called every *interval* seconds, in another thread."""

    def decorate(function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
        @functools.wraps(function)
        def beating(*arguments: Arguments.args, **named: Arguments.kwargs) -> Value:
            return meanwhile(Every(interval, heartbeat), functools.partial(function, *arguments, **named))

        return beating

    return decorate
