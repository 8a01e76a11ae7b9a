"""What runs activities for a worker, one at a time: a child process, or a thread of the worker itself."""

from __future__ import annotations

import os
import queue
import threading
from typing import Literal, Protocol

import msgspec

from simpleflow.attempt import Job
from simpleflow.dispatch import Importable, failure, run_activity
from simpleflow.middleware import Middlewares
from simpleflow.storage import ValueStore
from simpleflow.swf.process.child import Beat, Done, Orders, Told, done_of, prepared
from simpleflow.swf.process.children import Child, ChildDied

MB = 1024 * 1024


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """Where activities run: in a child ``process`` of the worker, or in a ``thread`` of it.

    A child is replaced between two activities when it has run *max_tasks*, or when it and what it has started take
    more than *max_memory_mb* MiB after one; None: never.
    """

    kind: Literal["process", "thread"] = "process"
    max_tasks: int | None = None
    max_memory_mb: int | None = None

    def worn(self, tasks: int, pid: int) -> tuple[str, str] | None:
        """Why the child *pid*, which has run so many tasks, is to be replaced: a word and a phrase; None if not."""
        if self.kind == "thread":
            return None
        if self.max_tasks is not None and tasks >= self.max_tasks:
            return "tasks", f"it has run {tasks} activities"
        if self.max_memory_mb is not None and (used := memory_of(pid) / MB) > self.max_memory_mb:
            return "memory", f"it takes {used:.0f} MB, more than {self.max_memory_mb}"
        return None

    def hand(self, orders: Orders) -> Hand:
        """A new one, which carries out *orders* before its first activity."""
        return Child(orders) if self.kind == "process" else InThread(orders)


class Hand(Protocol):
    """Runs one activity at a time, says how it gets on, and what became of it."""

    can_be_ended: bool
    """Whether an activity can be ended in the middle; else it is asked, at its next heartbeat."""

    @property
    def pid(self) -> int:
        """The process in which it runs activities."""

    def send(self, job: Job) -> None:
        """Begins an activity; raises ChildDied."""

    def tell(self, told: Told) -> None:
        """Answers a sign of life; raises ChildDied."""

    def wait(self, seconds: float | None) -> Done | Beat | None:
        """What became of the activity, or a sign of life, or None if it is silent for *seconds*; raises ChildDied."""

    def terminate(self, patience_s: float) -> None:
        """Ends an activity in the middle, after *patience_s* seconds for good, if that is possible; else waits until
        it has ended. May raise ChildDied."""

    def kill(self) -> None:
        """Has whoever waits for the activity wait no longer."""

    def close(self) -> None:
        """Runs no more."""


class InThread:
    """A thread of this process. An activity that does not give signs of life cannot be ended, only waited for."""

    can_be_ended = False

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[Done | Beat | None] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._number = 0
        self._is_left = False
        self._thread = threading.Thread(target=self._run, name="swf-activity", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """This process."""
        return os.getpid()

    def send(self, job: Job) -> None:
        """Begins an activity."""
        self._number = job.number
        self._jobs.put(job)

    def tell(self, told: Told) -> None:
        """Answers a sign of life."""
        self._told.put(told)

    def wait(self, seconds: float | None) -> Done | Beat | None:
        """What became of the activity, or a sign of life, or None if it is silent for *seconds*.

        Raises ChildDied after :meth:`kill`.
        """
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if said is None:
            raise ChildDied(os.getpid(), 0)
        return said

    def terminate(self, patience_s: float) -> None:
        """Asks the activity to cancel at its next sign of life, and waits until it has ended, as long as it takes."""
        while not isinstance(said := self.wait(None), Done):
            if isinstance(said, Beat):
                self.tell(Told(cancel=True))

    def kill(self) -> None:
        """Has whoever waits for the activity wait no longer; it goes on until its next sign of life, or to its end."""
        self._is_left = True
        self._told.put(Told(cancel=True))
        self._said.put(None)

    def close(self) -> None:
        """Takes no more."""
        self._jobs.put(None)

    def _run(self) -> None:
        store = ValueStore()
        middlewares, trouble = Middlewares(), None
        try:
            middlewares = prepared(self._orders)
        except Exception as error:  # noqa: BLE001  # told with every activity
            trouble = error
        importable = Importable(self._orders.modules, os.getcwd())
        while (job := self._jobs.get()) is not None:
            if trouble is not None:
                outcome = failure(trouble, store, keeps_values=job.keeps_values)
            else:
                outcome = run_activity(
                    job, store, importable, beat=self._beat, middlewares=middlewares, is_alone=False
                )  # fmt: skip
            self._said.put(done_of(job, outcome))

    def _beat(self, details: str | None) -> bool:
        """Whether the activity is to cancel."""
        if self._is_left:
            return True
        self._said.put(Beat(self._number, details))
        return self._told.get().cancel


def memory_of(pid: int, *, with_children: bool = True) -> int:
    """The bytes of memory that a process, and all below it, take; 0 if it has gone."""
    import psutil

    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *(process.children(recursive=True) if with_children else ())):
            try:
                total += each.memory_info().rss
            except psutil.Error:
                continue  # it has just ended
    except psutil.Error:
        return 0
    return total
