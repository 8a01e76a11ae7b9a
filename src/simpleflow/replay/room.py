"""What to do when the service has no room: wait, and ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simpleflow.futures import Future
from simpleflow.replay import failures
from simpleflow.replay.outbox import BACKOFF_TIMER, Entry

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Room:
    """What was refused waits for a timer that waits longer each time; refused timers for the end of another."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._refusals = 0
        self._is_waiting = False
        self._timers: list[Entry] = []

    def refuse(self, queue: str) -> None:
        """Holds all of a queue of the outbox until a timer fires; there is one timer for all of them."""
        self._run.outbox.hold(queue)
        if self._is_waiting:
            return
        self._refusals += 1
        self._is_waiting = True
        self._run.timers.start_own(BACKOFF_TIMER, failures.backoff_s(self._refusals)).add_waiter(self)

    def notify(self, future: Future[Any], /) -> None:
        """The timer has fired."""
        self._is_waiting = False
        self._run.outbox.held.clear()

    def take(self, queue: str) -> None:
        """The service has taken something of a queue: the next refusal is the first again."""
        if queue not in self._run.outbox.held:
            self._refusals = 0

    def refuse_timer(self, entry: Entry) -> None:
        """Keeps a timer until another has ended; a timer to wait with would be refused as well."""
        self._timers.append(entry)

    def end_timer(self) -> None:
        """A timer has ended, so there is room for one that was refused."""
        if self._timers:
            entry = self._timers.pop(0)
            self._run.outbox.add(entry.key, entry.decision, self._run.batch_end, entry.values)
