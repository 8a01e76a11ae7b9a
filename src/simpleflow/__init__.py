"""Dataflow programming: durable workflows written as ordinary methods.

What it offers is imported when it is first used: a command that says its version needs no workflow.
"""

import logging
from typing import TYPE_CHECKING, Any

from simpleflow.__about__ import __version__

if TYPE_CHECKING:
    from simpleflow import activity, canvas, futures, settings, workflow
    from simpleflow.activity import Activity
    from simpleflow.aio import aconnect
    from simpleflow.client import connect
    from simpleflow.local import run
    from simpleflow.queries import query
    from simpleflow.retry import RetryPolicy
    from simpleflow.signal import WaitForSignal
    from simpleflow.task_failure import TaskFailureContext
    from simpleflow.workflow import Workflow

    logger: logging.Logger

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

logging.getLogger(__name__).addHandler(logging.NullHandler())

_MODULES = ("activity", "canvas", "futures", "settings", "workflow")
_HOMES = {
    "Activity": "simpleflow.activity",
    "RetryPolicy": "simpleflow.retry",
    "TaskFailureContext": "simpleflow.task_failure",
    "WaitForSignal": "simpleflow.signal",
    "Workflow": "simpleflow.workflow",
    "aconnect": "simpleflow.aio",
    "connect": "simpleflow.client",
    "query": "simpleflow.queries",
    "run": "simpleflow.local",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "logger":
        from simpleflow.log import get_logger

        value: Any = get_logger(__name__)  # for workflow code: what it logs is logged once, not again in every replay
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
