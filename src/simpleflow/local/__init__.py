"""A workflow here and now: in memory, on one thread, in virtual time."""

from simpleflow.local.executor import Executor, run

__all__ = ["Executor", "run"]
