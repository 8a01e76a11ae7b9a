"""Who looks at pages of open executions, so that a process that is about to end shows them the end first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

LATE_S: Final = 6.0
"""Who has not asked for so long is gone, hidden, or will not ask soon: pages ask every 5 s at least."""
MOST: Final = 1000


class Viewers:
    """The pages that have lately asked for news of an execution that was open then. Any thread may call."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._changed = threading.Condition()
        self._asked: dict[str, tuple[str, float]] = {}
        """By page, the workflow id and when that was; who has asked last is the last one."""

    def heard(self, page: str, workflow_id: str, *, is_over: bool) -> None:
        """A page (by a name that it has given itself) has asked; *is_over*: it was told of the close."""
        with self._changed:
            self._asked.pop(page, None)
            if not is_over:
                self._asked[page] = workflow_id, self._now()
                while len(self._asked) > MOST:
                    del self._asked[next(iter(self._asked))]
            self._changed.notify_all()

    def wait(self, workflow_id: str) -> None:
        """Returns when every page of this id that still asks was told of its close, after a few seconds at most."""
        give_up_at = self._now() + LATE_S
        with self._changed:
            while asked := [at for id, at in self._asked.values() if id == workflow_id]:
                left = min(asked[-1] + LATE_S, give_up_at) - self._now()
                if left <= 0:
                    return
                self._changed.wait(left)
