"""What to do when the service has no room: wait, and ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simpleflow.futures import Future
from simpleflow.replay import failures
from simpleflow.replay.outbox import Entry

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Room:
    """Refused activities wait for a timer that waits longer each time; refused timers for the end of another."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._refusals = 0
        self._timers: list[Entry] = []

    def refuse_activity(self) -> None:
        """Holds all activities until a timer fires."""
        outbox = self._run.outbox
        if outbox.is_held:
            return
        self._refusals += 1
        outbox.is_held = True
        seconds = failures.backoff_s(self._refusals)
        self._run.submits.start_own_timer("_simpleflow_backoff", seconds).add_waiter(self)

    def notify(self, future: Future[Any], /) -> None:
        """The timer has fired."""
        self._run.outbox.is_held = False

    def take_activity(self) -> None:
        """The service has taken an activity: the next refusal is the first again."""
        if not self._run.outbox.is_held:
            self._refusals = 0

    def refuse_timer(self, entry: Entry) -> None:
        """Keeps a timer until another has ended; a timer to wait with would be refused as well."""
        self._timers.append(entry)

    def end_timer(self) -> None:
        """A timer has ended, so there is room for one that was refused."""
        if self._timers:
            entry = self._timers.pop(0)
            self._run.outbox.add(entry.key, entry.decision, self._run.batch_end, entry.values)
