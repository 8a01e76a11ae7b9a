"""Functions of the user that run before and after every activity of a worker."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simpleflow.attempt import ActivityContext

Function = Callable[..., Any]


class MiddlewareError(ValueError):
    """A path names no function."""


@dataclass(frozen=True, slots=True)
class Middlewares:
    """*pre* are called as ``f(context)`` before an activity, *post* as ``f(context, result=...)`` after one that
    has not failed; in order. One that raises fails the activity."""

    pre: tuple[Function, ...] = ()
    post: tuple[Function, ...] = ()

    @classmethod
    def of(cls, paths: Mapping[str, Sequence[str | Function]] | None) -> Middlewares:
        """From ``{"pre": [...], "post": [...]}`` with dotted paths or functions. Raises MiddlewareError."""
        given = dict(paths or {})
        unknown = given.keys() - {"pre", "post"}
        if unknown:
            raise MiddlewareError(f"middlewares are of the kinds 'pre' and 'post', not {', '.join(sorted(unknown))}")
        return cls(*(tuple(found(path) for path in given.get(kind, ())) for kind in ("pre", "post")))

    def before(self, context: ActivityContext) -> None:
        """Runs those that come before."""
        for function in self.pre:
            function(context.as_dict())

    def after(self, context: ActivityContext, result: Any) -> None:
        """Runs those that come after."""
        for function in self.post:
            function(context.as_dict(), result=result)


def found(path: str | Function) -> Function:
    """The function at a dotted path. Raises MiddlewareError."""
    if callable(path):
        return path
    module, _, name = path.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise MiddlewareError(f"the middleware {path!r} cannot be imported: {error}") from error
    if not callable(function):
        raise MiddlewareError(f"the middleware {path!r} is no function")
    return function  # type: ignore[no-any-return]  # the user's
