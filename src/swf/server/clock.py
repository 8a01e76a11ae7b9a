"""Time, handed in: the wall clock for real, a manual one for tests and for runs in no time at all."""

from __future__ import annotations

import threading
import time
from typing import Protocol


def wall_time() -> float:
    """What the wall clock shows, in seconds since 1970 UTC, jumps and all."""
    return time.time()


class Clock(Protocol):
    """Tells the time in seconds since 1970 UTC, rounded to the millisecond. It never goes back."""

    def now(self) -> float: ...


class SystemClock:
    """The wall clock; when that jumps back, monotonic time bridges until it has caught up."""

    def __init__(self, *, not_before: float = 0.0) -> None:
        """*not_before*: what a clock before this one has shown."""
        self._last = not_before
        self._last_monotonic = time.monotonic()
        self._lock = threading.Lock()

    def now(self) -> float:
        """The time in seconds since 1970 UTC."""
        with self._lock:
            wall, monotonic = round(time.time(), 3), time.monotonic()
            if wall < self._last:
                wall = round(self._last + monotonic - self._last_monotonic, 3)
            self._last, self._last_monotonic = wall, monotonic
            return wall


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = round(start, 3)

    def now(self) -> float:
        """The time in seconds since 1970 UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves forward."""
        self.set(self._now + seconds)

    def set(self, timestamp: float) -> None:
        """Moves to a time, which may not lie in the past of this clock."""
        timestamp = round(timestamp, 3)
        if timestamp < self._now:
            raise ValueError(f"the clock shows {self._now} and cannot go back to {timestamp}")
        self._now = timestamp
