"""moto's server, its polls of SWF made to wait.

moto answers an empty poll after a fixed second, which would be all that is measured. Here a poll holds on until there
is a task, for 20 seconds at most, and no task is given to two pollers.
"""

from __future__ import annotations

import functools
import threading
import time
from typing import Any

import moto.swf.models
from moto.server import main
from moto.swf.models import SWFBackend

HOLD_S = 20
changed = threading.Condition(threading.RLock())


def holding(poll: Any) -> Any:
    """A poll that waits for a task."""

    @functools.wraps(poll)
    def held(self: Any, *args: Any, **kwargs: Any) -> Any:
        give_up_at = time.monotonic() + HOLD_S
        with changed:
            while True:
                task = poll(self, *args, **kwargs)
                if task is not None or time.monotonic() > give_up_at:
                    return task
                changed.wait(1)

    return held


def telling(call: Any) -> Any:
    """A call after which there may be tasks."""

    @functools.wraps(call)
    def told(self: Any, *args: Any, **kwargs: Any) -> Any:
        with changed:
            try:
                return call(self, *args, **kwargs)
            finally:
                changed.notify_all()

    return told


moto.swf.models.sleep = lambda seconds: None
for name in ("poll_for_decision_task", "poll_for_activity_task"):
    setattr(SWFBackend, name, holding(getattr(SWFBackend, name)))
for name in (
    "start_workflow_execution",
    "respond_decision_task_completed",
    "respond_activity_task_completed",
    "respond_activity_task_failed",
):
    setattr(SWFBackend, name, telling(getattr(SWFBackend, name)))
main()
