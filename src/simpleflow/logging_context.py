"""What log lines are about: the execution and the task that is worked on here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

KEYS: Final = ("domain", "workflow_id", "run_id", "task_type", "event_id", "activity_id", "attempt", "task_list")
"""What may be said, in the order of log lines."""

_KNOWN: Final = frozenset(KEYS)

_context: ContextVar[Mapping[str, Any]] = ContextVar("simpleflow_logging", default={})  # noqa: B039  # never changed


def get_logging_context() -> dict[str, Any]:
    """What is said now."""
    return dict(_context.get())


def set_logging_context(**values: Any) -> None:
    """Says *values* from now on, beside what is said already; None takes a value back."""
    _check(values)
    _context.set({key: value for key, value in {**_context.get(), **values}.items() if value is not None})


def reset_logging_context() -> None:
    """Says nothing any more."""
    _context.set({})


@contextlib.contextmanager
def logged(**values: Any) -> Iterator[None]:
    """In the block, log lines say *values*."""
    _check(values)
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)


def _check(values: Mapping[str, Any]) -> None:
    if not values.keys() <= _KNOWN:
        unknown = values.keys() - _KNOWN
        raise TypeError(f"log lines have no {', '.join(sorted(unknown))}; they have {', '.join(KEYS)}")
