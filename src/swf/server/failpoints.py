"""Places where a test may have the process killed. Without a plan they do nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

VARIABLE: Final = "SWF_SERVER_FAILPOINT"
"""``PLACE:COUNT:DELAY``: die *delay* seconds after the *count*-th time that the place is reached. Read by commands."""
AT_START: Final = "start"
BEFORE_COMMIT: Final = "before-commit"
AFTER_COMMIT: Final = "after-commit"
AFTER_SYNC: Final = "after-sync"
AT_CHECKPOINT: Final = "checkpoint"
PLACES: Final = (AT_START, BEFORE_COMMIT, AFTER_COMMIT, AFTER_SYNC, AT_CHECKPOINT)

Reach = Callable[[str], None]
"""Called with a place whenever it is reached."""


def nothing(place: str) -> None:
    """Goes on, as always outside tests."""


def planned(plan: str | None) -> Reach:
    """What to do at each place, from the text of :data:`VARIABLE`; None or empty: nothing. ValueError if malformed."""
    if not plan:
        return nothing
    place, count, delay = plan.split(":")
    if place not in PLACES:
        raise ValueError(f"{VARIABLE}: there is no place {place!r}, only {', '.join(PLACES)}")
    remaining, delay_s = int(count), float(delay)

    def reach(reached: str) -> None:
        nonlocal remaining
        if reached != place:
            return
        remaining -= 1
        if remaining == 0:
            _die(delay_s)

    return reach


def _die(delay_s: float) -> None:
    """At once, or in the middle of what comes next: the alarm ends the process wherever it is."""
    if delay_s > 0:
        signal.setitimer(signal.ITIMER_REAL, delay_s)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
