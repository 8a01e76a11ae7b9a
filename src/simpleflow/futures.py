"""Results that may not be there yet, and how to wait for several."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Generic, TypeVar

from simpleflow.exceptions import ExecutionBlocked
from simpleflow.future import (
    ALL_COMPLETED,
    CANCELLED,
    CANCELLED_AND_NOTIFIED,
    FINISHED,
    FIRST_COMPLETED,
    FIRST_EXCEPTION,
    PENDING,
    RUNNING,
    Future,
    Suspender,
    Waiter,
    running,
)

__all__ = [
    "ALL_COMPLETED",
    "CANCELLED",
    "CANCELLED_AND_NOTIFIED",
    "FINISHED",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
    "PENDING",
    "RUNNING",
    "Future",
    "Suspender",
    "Waiter",
    "as_argument",
    "as_completed",
    "check_futures",
    "check_return_when",
    "get_result_or_raise",
    "is_enough",
    "results_so_far",
    "running",
    "wait",
    "wait_any",
]

R = TypeVar("R")


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
