"""Door: what a workflow talks to while it runs is in :mod:`simpleflow.base`."""

from simpleflow.base import Executor

__all__ = ["Executor"]
