"""Results that may not be there yet."""

from __future__ import annotations

import itertools
import warnings
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Sequence
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


def wait(*fs: Future[Any], return_when: str = ALL_COMPLETED, timeout: float | None = None) -> list[Any]:
    """Waits and returns the results in order; None for what has failed, was cancelled or is not done.

    *return_when*: ALL_COMPLETED, FIRST_COMPLETED or FIRST_EXCEPTION (the first failure, or all).
    *timeout* in seconds is kept by a durable timer; None waits for ever.
    """
    check_return_when(return_when)
    check_futures("futures.wait", fs)
    suspender = running.get()
    if suspender is not None:
        suspender.check()
        if not is_enough(fs, return_when):
            suspender.suspend(fs, return_when, timeout)
    elif not is_enough(fs, return_when):
        raise ExecutionBlocked("the results are not there yet, and only a running workflow can wait for them")
    return results_so_far(fs)


def check_return_when(return_when: str) -> None:
    """Raises ValueError if there is no such way to wait."""
    if return_when not in (ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION):
        raise ValueError(f"return_when is {return_when!r}; it may be ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION")


def check_futures(what: str, fs: Sequence[Any]) -> None:
    """Raises TypeError if something else is among the arguments of *what*."""
    for each in fs:
        if not isinstance(each, Future):
            raise TypeError(f"{what} takes futures, each as an argument: {what}(*futures); one is {type(each)}")


def results_so_far(fs: Sequence[Future[Any]]) -> list[Any]:
    """The results in order; None for what has failed, was cancelled or is not done."""
    return [future.result if future.done else None for future in fs]


def wait_any(*fs: Future[R]) -> Future[R]:
    """Waits until one of *fs* is done and returns it: the one that was done first, if there are several."""
    check_futures("futures.wait_any", fs)
    if not fs:
        raise ValueError("wait_any needs at least one future: none of none is ever done")
    wait(*fs, return_when=FIRST_COMPLETED)
    return min((future for future in fs if future.done), key=lambda future: future._end)


class as_completed(Generic[R]):  # the name of the standard library
    """Iterates over *fs* in the order in which they are done, each once, and waits for the next where needed."""

    def __init__(self, *fs: Future[R]) -> None:
        check_futures("futures.as_completed", fs)
        pending: list[Future[R]] = []
        self._arrived: deque[Future[R]] = deque()
        for future in dict.fromkeys(fs):
            if future.done:
                self._arrived.append(future)
            else:
                pending.append(future)
        suspender = running.get()
        if suspender is not None:
            suspender.refuse_foreign(pending)
        self._arrived = deque(sorted(self._arrived, key=lambda future: future._end))
        self._remaining = len(pending)
        self._bell: Future[None] | None = None
        for future in pending:
            future.add_waiter(self)

    def notify(self, future: Future[Any], /) -> None:
        """One more is done."""
        self._arrived.append(future)
        self._remaining -= 1
        if self._bell is not None:
            self._bell.set_finished(None)

    def __iter__(self) -> Iterator[Future[R]]:
        return self

    def __aiter__(self) -> AsyncIterator[Future[R]]:
        return self

    async def __anext__(self) -> Future[R]:
        while not self._arrived:
            if not self._remaining:
                raise StopAsyncIteration
            self._bell = Future()
            await self._bell
        return self._arrived.popleft()

    def __next__(self) -> Future[R]:
        while not self._arrived:
            if not self._remaining:
                raise StopIteration
            self._bell = Future()
            self._bell.wait()
        return self._arrived.popleft()


def as_argument(future: Future[R]) -> R:
    """*future* itself, for type checkers its result: where ``submit`` gets it by keyword, ``x=as_argument(y)``.

    At run time there is no difference to ``x=y``; types cannot say that a keyword may also be a future.
    """
    return future  # type: ignore[return-value]  # submit makes it true


def is_enough(fs: Sequence[Future[Any]], return_when: str) -> bool:
    """Whether a wait for *fs* is over."""
    if return_when == FIRST_COMPLETED:
        return not fs or any(future.done for future in fs)
    if return_when == FIRST_EXCEPTION and any(future.done and future.exception is not None for future in fs):
        return True
    return all(future.done for future in fs)


def get_result_or_raise(future: Future[R]) -> R:
    """Deprecated: use :meth:`Future.result_or_raise`."""
    warnings.warn("use future.result_or_raise()", DeprecationWarning, stacklevel=2)
    return future.result_or_raise()
