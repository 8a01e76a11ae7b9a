"""The greenlets of one run: who is ready, who is blocked, and how they end.

A suspended greenlet cannot be dropped without unwinding it, and user code runs while it unwinds. So a run
is unwound at a moment of our choice, and every engine call made meanwhile raises again.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit, getcurrent, greenlet

from simpleflow.futures import FIRST_COMPLETED, FIRST_EXCEPTION, Future, is_enough

if TYPE_CHECKING:
    from asyncio import Handle

PATIENCE = 3
"""How often user code may swallow the end of its run before it is left where it stands."""
GRAVEYARD_SIZE = 100

_graveyard: deque[greenlet] = deque(maxlen=GRAVEYARD_SIZE)
"""Greenlets that would not end: kept, so that nobody throws into them at a random moment."""


class RunEvicted(GreenletExit):
    """The decider forgets this run, or it is over; user code must let this pass."""


class EndOfRun(BaseException):
    """Control leaves ``run``: the workflow has failed itself, goes on in a new run, or obeys a request to cancel."""


class Cell:
    """A blocked greenlet: woken once, when enough of its futures are done."""

    __slots__ = ("_is_woken", "_remaining", "_return_when", "_wake")

    def __init__(self, remaining: int, return_when: str, wake: Callable[[], None]) -> None:
        self._remaining = remaining
        self._return_when = return_when
        self._wake = wake
        self._is_woken = False

    def notify(self, future: Future[Any], /) -> None:
        """A future is done."""
        self._remaining -= 1
        has_failed = future.finished and future._exception is not None
        if (
            self._remaining <= 0
            or self._return_when == FIRST_COMPLETED
            or (self._return_when == FIRST_EXCEPTION and has_failed)
        ):
            self.wake()

    def outlasts(self, results: int) -> bool:
        """Whether the greenlet still waits when so many more of its futures have results."""
        return self._return_when != FIRST_COMPLETED and self._remaining > results

    def wake(self) -> None:
        """Lets the greenlet go on after the batch is applied."""
        if not self._is_woken:
            self._is_woken = True
            self._wake()


class Alarm:
    """Wakes a blocked greenlet, whatever else it waits for."""

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def notify(self, future: Future[Any], /) -> None:
        """The time is over."""
        self._cell.wake()


class Greenlets:
    """The main greenlet of a run and its place in the queue of those that can go on."""

    def __init__(self, context: contextvars.Context) -> None:
        """*context* is what the greenlets see as context variables: only the run's own."""
        self._context = context
        self.ready: deque[greenlet | Handle] = deque()
        """What can go on, first come first served: greenlets, and steps of coroutines."""
        self._all: dict[greenlet, None] = {}
        self._main: greenlet | None = None
        self._blocked: dict[greenlet, Cell] = {}
        self._hub: greenlet | None = None
        self._refusals = 0
        self.is_evicting = False
        self.failed_to_end = 0
        """Greenlets that swallowed their end and were left where they stood."""

    def start(self, function: Callable[[], None]) -> None:
        """A new greenlet, ready to run *function*."""
        new = self.new(function)
        self._main = self._main or new
        self.ready.append(new)

    def new(self, function: Callable[[], None]) -> greenlet:
        """A greenlet of this run."""
        new = greenlet(function)
        new.gr_context = self._context
        self._all[new] = None
        return new

    def drain(self, is_over: Callable[[], bool], steps: Callable[[Callable[[], bool]], None]) -> None:
        """Runs what is ready, first come first served, until nothing is or *is_over*.

        *steps* runs those at the head of the queue that are no greenlets.
        """
        while self.ready and not is_over():
            each = self.ready[0]
            if isinstance(each, greenlet):
                self.ready.popleft()
                self.call(each)
            else:
                steps(is_over)

    def call(self, each: greenlet) -> None:
        """Lets a greenlet run until it is blocked, has ended, or is left where it stands."""
        self._refusals = 0
        self._switch(each)
        if each.dead and each is not self._main:
            self._all.pop(each, None)

    def is_inside(self) -> bool:
        """Whether the caller is code of this run."""
        return getcurrent() in self._all

    def is_main(self) -> bool:
        """Whether the caller is ``run`` itself, not a function of a canvas."""
        return getcurrent() is self._main

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._all)

    def wake_main(self) -> None:
        """Lets the main greenlet go on if it is blocked, whatever it waits for."""
        cell = self._blocked.get(self._main) if self._main is not None else None
        if cell is not None:
            cell.wake()

    def block(self, futures: Sequence[Future[Any]], return_when: str, timer: Future[Any] | None = None) -> None:
        """Suspends the calling greenlet until enough of *futures* or *timer* are done, or it is woken otherwise."""
        me = getcurrent()
        waiting = [future for future in dict.fromkeys(futures) if not future.done]
        assert not is_enough(futures, return_when)
        cell = Cell(len(waiting), return_when, lambda: self.ready.append(me))
        for future in waiting:
            future.add_waiter(cell)
        alarm = Alarm(cell)
        if timer is not None:
            timer.add_waiter(alarm)
        self._blocked[me] = cell
        try:
            assert self._hub is not None
            self._hub.switch()
        finally:
            self._blocked.pop(me, None)
            for future in waiting:
                future.remove_waiter(cell)
            if timer is not None:
                timer.remove_waiter(alarm)

    def refuse(self) -> None:
        """Raises RunEvicted in user code that goes on while it is unwound; never returns."""
        self._refusals += 1
        if self._refusals > PATIENCE and self.is_inside():
            self.failed_to_end += 1
            _graveyard.append(getcurrent())
            assert self._hub is not None
            while True:
                self._hub.switch()
        raise RunEvicted("the decider forgets this run")

    def unwind(self) -> None:
        """Ends every greenlet: ``finally`` and ``with`` blocks run, without effect on the run."""
        self.is_evicting = True
        self.ready.clear()
        for each in list(self._all):
            if not each.dead and each not in _graveyard:
                self._refusals = 0
                if each.gr_frame is None:  # never started: nothing to unwind
                    continue
                self._switch(each, RunEvicted("the decider forgets this run"))
        self._all.clear()
        self._blocked.clear()

    def frames(self) -> list[Any]:
        """The innermost frames of the greenlets that are blocked."""
        return [each.gr_frame for each in self._blocked]

    def _switch(self, other: greenlet, error: BaseException | None = None) -> None:
        self._hub = other.parent = getcurrent()
        if error is None:
            other.switch()
        else:
            other.throw(error)
