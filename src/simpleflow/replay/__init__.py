"""Replay: a history and a workflow class become decisions."""

from simpleflow.replay.greenlets import RunEvicted
from simpleflow.replay.options import Decisions, Finding, RunOptions, Stale
from simpleflow.replay.run import Run

__all__ = ["Decisions", "Finding", "Run", "RunEvicted", "RunOptions", "Stale"]
