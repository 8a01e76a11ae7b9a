"""Dataflow programming: durable workflows written as ordinary methods.

What it offers is imported when it is first used: a command that says its version needs no workflow.
"""

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simpleflow import activity, canvas, futures, settings, workflow
    from simpleflow.__about__ import __version__
    from simpleflow.activity import Activity
    from simpleflow.aio import aconnect
    from simpleflow.client import connect
    from simpleflow.local import run
    from simpleflow.log import logger
    from simpleflow.queries import query
    from simpleflow.retry import RetryPolicy
    from simpleflow.signal import WaitForSignal
    from simpleflow.task_failure import TaskFailureContext
    from simpleflow.workflow import Workflow

logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "Activity",
    "RetryPolicy",
    "TaskFailureContext",
    "WaitForSignal",
    "Workflow",
    "__version__",
    "aconnect",
    "activity",
    "canvas",
    "connect",
    "futures",
    "logger",
    "query",
    "run",
    "settings",
    "workflow",
]

_HOMES = {
    "Activity": "activity",
    "RetryPolicy": "retry",
    "TaskFailureContext": "task_failure",
    "WaitForSignal": "signal",
    "Workflow": "workflow",
    "__version__": "__about__",
    "aconnect": "aio",
    "connect": "client",
    "logger": "log",
    "query": "queries",
    "run": "local",
}
"""Where each name is. It is imported when it is used: commands are quick to start, and need little of all this."""
_MODULES = ("activity", "canvas", "futures", "settings", "workflow")


def __getattr__(name: str) -> Any:
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
