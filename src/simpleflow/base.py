"""What a workflow talks to while it runs."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from simpleflow.futures import Future
from simpleflow.marker import Marker


class Executor(Protocol):
    """The engine behind a running workflow."""

    def submit(self, what: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[Any]:
        """Takes a task; its future may be done already."""

    def map(self, activity: Any, calls: Sequence[tuple[Any, ...]], max_parallel: int | None) -> list[Future[Any]]:
        """Takes one task per call, at most *max_parallel* of them open at a time; None: no limit."""

    def fail(self, reason: str, details: str | None) -> None:
        """Fails the execution; does not return."""

    async def wait(self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None) -> None:
        """Waits until enough of *futures* are done, or *timeout* seconds have passed."""

    def sleep(self, seconds: float) -> None:
        """Waits with a durable timer."""

    def enter_saga(self, *, is_async: bool) -> None:
        """A block begins whose end by an exception is undone: the execution does not end before."""

    def begin_undoing(self) -> bool:
        """The block is to be undone: no failure of another task is raised meanwhile. False if nothing may be done any
        more: the decider forgets the run, or it has ended well."""

    def leave_saga(self) -> None:
        """The block is over, and undone if need be."""

    def now(self) -> datetime.datetime:
        """The time of the present decision."""

    @property
    def is_replaying(self) -> bool:
        """Whether what happens now has happened before."""

    @property
    def is_service_here(self) -> bool:
        """Whether all workers are on this machine, and can read its files."""

    @property
    def is_in_memory(self) -> bool:
        """Whether what is done is forgotten with this process."""

    @property
    def should_continue_as_new(self) -> bool:
        """Whether the history is long enough for a new run."""

    @property
    def is_evicting(self) -> bool:
        """Whether the run is being unwound because the decider forgets it."""

    @property
    def random(self) -> random.Random:
        """Random numbers that are the same in every replay."""

    def uuid4(self) -> uuid.UUID:
        """A random UUID that is the same in every replay."""

    def side_effect(self, function: Callable[[], Any], name: str | None) -> Any:
        """The value of *function*, called once and recorded."""

    def patched(self, id: str) -> bool:
        """Whether the changed code is to run."""

    def get_run_context(self) -> dict[str, Any]:
        """What this run is."""

    def list_markers(self, all: bool) -> list[Marker]:
        """The recorded markers."""

    def get_event_details(self, event_type: str, event_name: str) -> dict[str, Any] | None:
        """The latest signal, marker or timer of a name."""
