"""How many tasks are where, counted from events."""

from __future__ import annotations

from collections.abc import Sequence

from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
)


class Tally:
    """Counts of activity tasks, from the events as the decider sees them, children and later runs included."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], int] = {}
        self.scheduled = 0
        self.started = 0
        self.done = 0
        self.failed = 0

    def see(self, execution: tuple[str, str], events: Sequence[HistoryEvent]) -> None:
        """Counts what is new in an execution, named by its workflow id and run id."""
        seen = self._seen.get(execution, 0)
        for event in events:
            if event.id <= seen:
                continue
            seen = self._seen[execution] = event.id
            match event.attributes:
                case ActivityTaskScheduled():
                    self.scheduled += 1
                case ActivityTaskStarted():
                    self.started += 1
                case ActivityTaskCompleted():
                    self.done += 1
                case ActivityTaskFailed() | ActivityTaskTimedOut() | ActivityTaskCanceled():
                    self.failed += 1

    @property
    def running(self) -> int:
        """Started and not closed, as far as is known."""
        return max(0, self.started - self.done - self.failed)

    def __str__(self) -> str:
        waiting = max(0, self.scheduled - self.started)
        return f"scheduled {waiting}, running {self.running}, done {self.done}, failed {self.failed}"
