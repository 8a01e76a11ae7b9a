"""Lambda functions that do what a test tells them to."""

from __future__ import annotations

import threading
from typing import Any

from swf.server.functions import Context


def double(event: Any, context: Context) -> Any:
    """Twice the input."""
    return event * 2


def name_itself(event: Any, context: Context) -> Any:
    """The name by which it was called."""
    return context.function_name


def fail(event: Any, context: Context) -> Any:
    """Fails."""
    raise ZeroDivisionError("nothing can be divided by this")


def overflow(event: Any, context: Context) -> Any:
    """More than an event can hold."""
    return "x" * 40_000


def odd(event: Any, context: Context) -> Any:
    """What JSON cannot hold."""
    return object()


class Gate:
    """A function that returns when it is let, and tells how often it was called."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Semaphore(0)
        self.calls = 0

    def __call__(self, event: Any, context: Context) -> Any:
        self.calls += 1
        self.entered.release()
        assert self.open.wait(30)
        return event
