"""Queries: methods of a workflow that tell others how far it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

MARK: Final = "__simpleflow_query__"


def query(method: F) -> F:
    """Marks a method of a workflow that ``handle.query`` may call: it looks at ``self``, and does nothing.

    It is called on a copy of the workflow that was made from the history, as of its last decision.
    """
    if not inspect.isfunction(method):
        raise TypeError(f"@query marks a method written with 'def', not {method!r}")
    if inspect.iscoroutinefunction(method):
        raise TypeError(f"the query {method.__qualname__} is 'async def'; a query waits for nothing: write 'def'")
    setattr(method, MARK, True)
    return method


def queries_of(workflow: type[Any]) -> list[str]:
    """The names of the queries of a class, those that it has inherited too."""
    return sorted({name for each in workflow.__mro__ for name, value in vars(each).items() if hasattr(value, MARK)})
