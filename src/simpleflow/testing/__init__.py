"""For tests of workflows: executions in memory under a clock that the test moves, and replays of recorded histories.

The fixture ``simpleflow_env`` is in :mod:`simpleflow.testing.plugin`.
"""

from simpleflow.testing.environment import Environment, Fake
from simpleflow.testing.histories import read_history, replay_history

__all__ = ["Environment", "Fake", "read_history", "replay_history"]
