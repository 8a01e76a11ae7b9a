"""Door: sending signals and waiting for them."""

from simpleflow.task import SignalTask, WaitForSignal

__all__ = ["SignalTask", "WaitForSignal"]
