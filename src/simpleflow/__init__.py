"""Dataflow programming: durable workflows written as ordinary methods."""

import logging
from typing import TYPE_CHECKING, Any

from simpleflow import activity, canvas, futures, settings, workflow
from simpleflow.__about__ import __version__
from simpleflow.activity import Activity
from simpleflow.log import get_logger
from simpleflow.queries import query
from simpleflow.retry import RetryPolicy
from simpleflow.signal import WaitForSignal
from simpleflow.task_failure import TaskFailureContext
from simpleflow.workflow import Workflow

if TYPE_CHECKING:
    from simpleflow.aio import aconnect
    from simpleflow.client import connect
    from simpleflow.local import run

logger = get_logger(__name__)
"""For workflow code: what it logs is logged once, not again in every replay."""
logger.addHandler(logging.NullHandler())

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

_LATER = {"aconnect": "simpleflow.aio", "connect": "simpleflow.client", "run": "simpleflow.local"}
"""What needs a service, and is imported when it is used: workflows and commands are quick to load."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_LATER[name]), name)
    globals()[name] = value
    return value
