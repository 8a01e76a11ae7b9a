"""Door: waiting for signals."""

from simpleflow.task import WaitForSignal

__all__ = ["WaitForSignal"]
