"""A workflow here and now: in memory, on one thread, in virtual time."""

from simpleflow.local.executor import Executor

__all__ = ["Executor"]
