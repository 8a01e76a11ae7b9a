"""What a run knows about one task, timer or wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simpleflow.futures import Future
from simpleflow.options import NOTHING_SAID, Options
from simpleflow.replay.sources import Source

Kept = tuple[str, str]
"""Kind (``activity``, ``child``, ``signal``, ``cancellation``, ``timer``, ``cancel_timer``, ``marker``) and id."""


@dataclass(slots=True, eq=False)
class Record:
    """One submitted thing until it is done. *id* is None while it depends on arguments that are not there yet."""

    kind: str
    task: Any
    id: str | None = None
    future: Future[Any] = field(default_factory=Future)
    source: Source | None = None
    input: str | None = None
    """The JSON of the arguments, before a long one was replaced by its pointer."""
    after: tuple[str, ...] = ()
    priority: int | str | None = None
    options: Options = NOTHING_SAID
    failures: int = 0
    registrations: int = 0
    last_details: str | None = None
    """What the attempt before said in its last heartbeat."""
    is_open: bool = False
    """Whether an attempt is in the history and has not closed."""
    is_running: bool = False
    """Of a child: whether it has begun, so that it can be asked to cancel."""
    waits_on: Future[Any] | None = None
    """The timer before the next attempt, while it runs."""

    def said(self, name: str) -> Any:
        """An attribute of the activity or workflow, as it is for this task."""
        if self.kind == "activity":
            return getattr(self.task.activity, name)  # which has them applied
        return dict(self.options.attributes).get(name, getattr(self.task.payload, name))

    @property
    def key(self) -> Kept:
        """Where the run keeps it."""
        assert self.id is not None
        return self.kind, self.id
