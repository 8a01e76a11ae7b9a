"""One result that may not be there yet, and what suspends a workflow that reads it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

from simpleflow.exceptions import ExecutionBlocked

R = TypeVar("R")
S = TypeVar("S")

PENDING: Final = "PENDING"
RUNNING: Final = "RUNNING"
CANCELLED: Final = "CANCELLED"
CANCELLED_AND_NOTIFIED: Final = "CANCELLED_AND_NOTIFIED"
FINISHED: Final = "FINISHED"

FIRST_COMPLETED: Final = "FIRST_COMPLETED"
FIRST_EXCEPTION: Final = "FIRST_EXCEPTION"
ALL_COMPLETED: Final = "ALL_COMPLETED"

_numbers = itertools.count(1)
_ends = itertools.count(1)


class Waiter(Protocol):
    """Something that wants to hear when a future is done."""

    def notify(self, future: Future[Any], /) -> None: ...


class Suspender(Protocol):
    """A running workflow, as futures see it: what can wait for them."""

    def get_run_context(self) -> dict[str, Any]:
        """Which run this is."""

    def next_number(self) -> int:
        """1, 2, 3 ... within this run."""

    def check(self) -> None:
        """Raises if the run is being unwound."""

    def refuse_foreign(self, futures: Iterable[Future[Any]]) -> None:
        """Raises ValueError for a future of another run: nothing that happens here would ever finish it."""

    def suspend(self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None) -> None:
        """Returns when enough of *futures* are done, or *timeout* seconds have passed."""

    def wait_for(self, future: Future[Any]) -> Generator[Any, None, None]:
        """Has the calling coroutine go on when *future* is done."""

    def cancel(self, future: Future[Any]) -> None:
        """Has the task behind *future* canceled."""

    def then(self, future: Future[Any], function: Callable[[Any], Any], following: Future[Any]) -> None:
        """Has *function* called when *future* is done; what it gives is the result of *following*."""


running: ContextVar[Suspender | None] = ContextVar("simpleflow_run", default=None)
"""The workflow run whose code is executing; None outside of one."""


class Future(Generic[R]):
    """The result of a task: pending, running, finished (with a result or an exception) or cancelled.

    All members but the setters and :meth:`cancel` are properties. Reading the result of an unfinished
    future suspends the workflow; outside of a workflow it raises ExecutionBlocked.
    """

    __slots__ = (
        "__weakref__",
        "_end",
        "_exception",
        "_lazy",
        "_number",
        "_result",
        "_state",
        "_waiters",
        "owner",
        "task_id",
    )

    def __init__(self) -> None:
        self._state: str = PENDING
        self._result: Any = None
        self._lazy: Callable[[], Any] | None = None
        self._exception: BaseException | None = None
        self._waiters: dict[Waiter, None] = {}
        self._end = 0
        suspender = running.get()
        self._number = next(_numbers) if suspender is None else suspender.next_number()
        self.owner = suspender
        """The run that the future belongs to; None if it was made outside of the code of one."""
        self.task_id: str | None = None
        """The id of the task in the history; None before it has one."""

    # The same in every replay, unlike addresses: sets of futures keep their order.
    def __hash__(self) -> int:
        return self._number

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        exception = f" exception={self._exception!r}" if self._exception is not None else ""
        return f"<Future at {id(self):#x} state={self.state.lower()}{exception}>"

    @classmethod
    def of(cls, result: S) -> Future[S]:
        """A future that is finished already."""
        future: Future[S] = Future()
        future.set_finished(result)
        return future

    @property
    def state(self) -> str:
        """One of the constants of this module."""
        return self._state

    @property
    def pending(self) -> bool:
        """Whether nobody has begun."""
        return self._state == PENDING

    @property
    def running(self) -> bool:
        """Whether somebody has begun."""
        return self._state == RUNNING

    @property
    def finished(self) -> bool:
        """Whether there is a result or an exception."""
        return self._state == FINISHED

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._state in (CANCELLED, CANCELLED_AND_NOTIFIED)

    @property
    def done(self) -> bool:
        """Whether it will not change any more."""
        return self._state in (FINISHED, CANCELLED, CANCELLED_AND_NOTIFIED)

    @property
    def result(self) -> R:
        """The result; None if the task has failed (see :attr:`exception`) or was cancelled.

        Suspends the workflow until the task is done.
        """
        self._await()
        if self._lazy is not None:
            self._result, self._lazy = self._lazy(), None
        return self._result  # type: ignore[no-any-return]  # set by whoever knows the type

    @property
    def exception(self) -> BaseException | None:
        """Why the task has failed, or None. Suspends the workflow until the task is done."""
        self._await()
        return self._exception

    @property
    def exception_if_done(self) -> BaseException | None:
        """Why the task has failed; None if it has not, or not yet. Never waits."""
        return self._exception

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The ids of the tasks that make the result, as far as they have one."""
        return () if self.task_id is None else (self.task_id,)

    def result_or_raise(self) -> R:
        """The result, or the exception of the task raised."""
        result = self.result
        if self._exception is not None:
            raise self._exception
        return result

    def __await__(self) -> Generator[Any, None, R]:
        """The result, or the exception of the task raised; CancelledError if it was cancelled.

        If the coroutine that awaits is cancelled meanwhile and nobody else waits, so is the task, as by :meth:`cancel`.
        """
        suspender = running.get()
        if suspender is not None:
            suspender.check()
            if not self.done:
                yield from suspender.wait_for(self)
        if self.cancelled:
            from asyncio import CancelledError

            raise CancelledError(f"{self.task_id or 'the task'} was cancelled")
        return self.result_or_raise()

    def add_done_callback(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not possible: this is no future of asyncio."""
        raise TypeError(
            "asyncio.wait takes tasks of asyncio: wrap each future in asyncio.ensure_future(), or write "
            "'await self.wait(...)'; asyncio.gather takes futures as they are"
        )

    def then(self, function: Callable[[R], Future[S] | S]) -> Future[S]:
        """The future of what *function* makes of the result; of a future that it returns, the result of that.

        It is called as soon as the code of the workflow goes on after this is done, and may wait. If this has failed
        or is cancelled, it is not called, and the other future ends in the same way.
        """
        suspender = running.get()
        if suspender is None:
            raise ExecutionBlocked("only in a running workflow can something be done when a future is done")
        following: Future[S] = Future()
        following.task_id = self.task_id
        suspender.then(self, function, following)
        return following

    def wait(self) -> None:
        """Suspends the workflow until the task is done."""
        self._await()

    def cancel(self) -> bool:
        """Cancels the task unless it is finished; True if the future is cancelled then.

        What was not sent yet is never sent; a task that is open is asked to cancel.
        """
        suspender = running.get()
        if suspender is not None:
            suspender.check()
        if self._state == FINISHED:
            return False
        if not self.done:
            if suspender is not None:
                suspender.refuse_foreign((self,))
                suspender.cancel(self)
            self.set_cancelled()
        return True

    def _await(self) -> None:
        suspender = running.get()
        if suspender is None:
            if not self.done:
                raise ExecutionBlocked("the result is not there yet, and only a running workflow can wait for it")
            return
        suspender.check()
        if not self.done:
            suspender.suspend((self,), ALL_COMPLETED, None)

    # For executors

    def set_running(self) -> None:
        """Somebody has begun."""
        if not self.done:
            self._state = RUNNING

    def set_pending(self) -> None:
        """Another attempt is made."""
        if not self.done:
            self._state = PENDING

    def set_finished(self, result: Any) -> None:
        """There is a result."""
        if not self.done:
            self._result = result
            self._finish(FINISHED)

    def set_finished_lazily(self, result: Callable[[], Any]) -> None:
        """There is a result; *result* makes it when it is read first."""
        if not self.done:
            self._lazy = result
            self._finish(FINISHED)

    def set_exception(self, exception: BaseException | None) -> None:
        """The task has failed; None: it has finished without a result."""
        if not self.done:
            self._exception = exception
            self._finish(FINISHED)

    def set_cancelled(self) -> None:
        """The task was cancelled."""
        if not self.done:
            self._finish(CANCELLED)

    def add_waiter(self, waiter: Waiter) -> None:
        """*waiter* hears when the future is done, after those that came before."""
        self._waiters[waiter] = None

    def remove_waiter(self, waiter: Waiter) -> None:
        """*waiter* does not want to hear any more."""
        self._waiters.pop(waiter, None)

    @property
    def has_waiters(self) -> bool:
        """Whether anybody wants to hear."""
        return bool(self._waiters)

    @property
    def waiters(self) -> tuple[Waiter, ...]:
        """Those who want to hear, in the order they came."""
        return tuple(self._waiters)

    def _finish(self, state: str) -> None:
        self._state = state
        self._end = next(_ends)
        waiters, self._waiters = self._waiters, {}
        for waiter in waiters:
            waiter.notify(self)
