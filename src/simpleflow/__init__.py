"""Dataflow programming: durable workflows written as ordinary methods."""

import logging

from simpleflow import activity, canvas, futures, settings
from simpleflow.__about__ import __version__
from simpleflow.activity import Activity
from simpleflow.log import get_logger
from simpleflow.retry import RetryPolicy
from simpleflow.signal import WaitForSignal
from simpleflow.task_failure import TaskFailureContext
from simpleflow.workflow import Workflow

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
    "activity",
    "canvas",
    "futures",
    "logger",
    "settings",
]
