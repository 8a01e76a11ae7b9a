"""Dataflow programming: durable workflows written as ordinary methods."""

import logging

from simpleflow import activity, canvas, futures, settings
from simpleflow.__about__ import __version__
from simpleflow.activity import Activity
from simpleflow.retry import RetryPolicy
from simpleflow.signal import WaitForSignal
from simpleflow.task_failure import TaskFailureContext
from simpleflow.workflow import Workflow

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

__all__ = [
    "Activity",
    "RetryPolicy",
    "TaskFailureContext",
    "WaitForSignal",
    "Workflow",
    "__version__",
    "activity",
    "canvas",
    "futures",
    "logger",
    "settings",
]
