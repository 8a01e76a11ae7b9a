"""Which results a suspended run would do nothing about, so that its decision can wait for more of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simpleflow.replay.greenlets import Cell

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Unheeded:
    """Results of activities of one run, none of which has its code go on."""

    def __init__(self, run: Run) -> None:
        """*run* is warm, and has been shown all that has happened before these results."""
        self._run = run
        self._results: Counter[Cell] = Counter()

    def takes(self, activity_id: str) -> bool:
        """Whether nothing will come of it that this activity has a result too; if so, it is one of them.

        Whoever hears of each decision, or has something to send with the next one, wants all of them.
        """
        record = self._run.records.get(("activity", activity_id))
        if record is None or self._run.outbox or self._run.hooks.are_called:
            return False
        waiters = record.future.waiters
        for waiter in waiters:
            if not isinstance(waiter, Cell) or not waiter.outlasts(self._results[waiter] + 1):
                return False
        for waiter in waiters:
            assert isinstance(waiter, Cell)
            self._results[waiter] += 1
        return True
