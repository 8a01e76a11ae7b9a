"""What workflow code has done: ``submit``, ``map`` and ``starmap``, with types that check the arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from simpleflow.activity import Activity, AsyncActivity, Executable
from simpleflow.base import Executor
from simpleflow.futures import Future
from simpleflow.takes import (
    Awaits0,
    Awaits1,
    Awaits2,
    Awaits3,
    Awaits4,
    Runs,
    RunsAsync,
    Takes0,
    Takes1,
    Takes2,
    Takes3,
    Takes4,
    Takes5,
    Takes6,
    Takes7,
    Takes8,
)
from simpleflow.task import Submittable

if TYPE_CHECKING:
    from simpleflow.canvas import Chain, ChainFuture, FuncGroup, FuncGroupFuture, Group, GroupFuture

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")

Futures = Sequence[Future[Any]] | Mapping[str, Future[Any]] | Set[Future[Any]]
"""Futures in a container, which ``submit`` resolves at any depth."""


class Submitting:
    """Hands what is submitted to an executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    # One overload per number of arguments: each may be a value or a future of one.

    @overload
    def submit(self, what: type[RunsAsync[..., R]], /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(self, what: type[Runs[..., R]], /, *args: Any, **kwargs: Any) -> Future[R]: ...

    # An activity may be an ``async def``: its result is what is awaited.

    @overload
    def submit(self, what: Awaits0[R], /) -> Future[R]: ...

    @overload
    def submit(self, what: Takes0[R], /) -> Future[R]: ...

    @overload
    def submit(self, what: Awaits1[A, R], a: Future[A] | A, /) -> Future[R]: ...

    @overload
    def submit(self, what: Takes1[A, R], a: Future[A] | A, /) -> Future[R]: ...

    @overload
    def submit(self, what: Awaits2[A, B, R], a: Future[A] | A, b: Future[B] | B, /) -> Future[R]: ...

    @overload
    def submit(self, what: Takes2[A, B, R], a: Future[A] | A, b: Future[B] | B, /) -> Future[R]: ...

    @overload
    def submit(
        self, what: Awaits3[A, B, C, R], a: Future[A] | A, b: Future[B] | B, c: Future[C] | C, /
    ) -> Future[R]: ...

    @overload
    def submit(
        self, what: Takes3[A, B, C, R], a: Future[A] | A, b: Future[B] | B, c: Future[C] | C, /
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Awaits4[A, B, C, D, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Takes4[A, B, C, D, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Takes5[A, B, C, D, E, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        e: Future[E] | E,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Takes6[A, B, C, D, E, F, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        e: Future[E] | E,
        f: Future[F] | F,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Takes7[A, B, C, D, E, F, G, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        e: Future[E] | E,
        f: Future[F] | F,
        g: Future[G] | G,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        what: Takes8[A, B, C, D, E, F, G, H, R],
        a: Future[A] | A,
        b: Future[B] | B,
        c: Future[C] | C,
        d: Future[D] | D,
        e: Future[E] | E,
        f: Future[F] | F,
        g: Future[G] | G,
        h: Future[H] | H,
        /,
    ) -> Future[R]: ...

    @overload
    def submit(self, what: AsyncActivity[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]: ...

    @overload
    def submit(self, what: Activity[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]: ...

    # A class is no activity to mypy, which leaves out what decorators make of classes: its own arguments count.

    @overload
    def submit(self, what: Callable[[], Executable[R]], /) -> Future[R]: ...

    @overload
    def submit(self, what: Callable[[A], Executable[R]], a: Future[A] | A, /) -> Future[R]: ...

    @overload
    def submit(self, what: Callable[[A, B], Executable[R]], a: Future[A] | A, b: Future[B] | B, /) -> Future[R]: ...

    @overload
    def submit(
        self, what: Callable[[A, B, C], Executable[R]], a: Future[A] | A, b: Future[B] | B, c: Future[C] | C, /
    ) -> Future[R]: ...

    @overload
    def submit(self, what: Callable[P, Executable[R]], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]: ...

    # Types cannot say what a list of futures becomes: who gives one is believed.

    @overload
    def submit(self, what: AsyncActivity[..., R], a: Futures, /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(self, what: Activity[..., R], a: Futures, /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(self, what: AsyncActivity[..., R], a: Any, b: Futures, /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(self, what: Activity[..., R], a: Any, b: Futures, /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(self, what: Chain, /) -> ChainFuture: ...

    @overload
    def submit(self, what: Group, /) -> GroupFuture: ...

    @overload
    def submit(self, what: FuncGroup, /) -> FuncGroupFuture: ...

    @overload
    def submit(self, what: Submittable, /) -> Future[Any]: ...

    def submit(self, what: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Has *what* done and returns the future of its result, at once.

        Futures among the arguments, at any depth of lists, tuples, dicts and sets, are waited for; a failed or
        cancelled one is passed as None. ``__priority=n`` sets the priority of this task alone.
        """
        return self._executor.submit(what, args, kwargs)

    @overload
    def map(
        self,
        activity: Awaits1[A, R],
        iterable: Iterable[Future[A] | A],
        *,
        max_parallel: int | None = None,
    ) -> list[Future[R]]: ...

    @overload
    def map(
        self, activity: Takes1[A, R], iterable: Iterable[Future[A] | A], *, max_parallel: int | None = None
    ) -> list[Future[R]]: ...

    @overload
    def map(
        self,
        activity: Callable[[A], Executable[R]],
        iterable: Iterable[Future[A] | A],
        *,
        max_parallel: int | None = None,
    ) -> list[Future[R]]: ...

    @overload
    def map(
        self, activity: type[RunsAsync[..., R]], iterable: Iterable[Any], *, max_parallel: int | None = None
    ) -> list[Future[R]]: ...

    @overload
    def map(
        self, activity: type[Runs[..., R]], iterable: Iterable[Any], *, max_parallel: int | None = None
    ) -> list[Future[R]]: ...

    def map(self, activity: Any, iterable: Iterable[Any], *, max_parallel: int | None = None) -> list[Future[Any]]:
        """One task (or child) per item, the futures in the order of the items.

        At most *max_parallel* of the tasks are open at a time; None: no limit but the service's.
        """
        return self._executor.map(activity, [(item,) for item in iterable], max_parallel)

    @overload
    def starmap(
        self,
        activity: AsyncActivity[..., R] | type[RunsAsync[..., R]],
        iterable: Iterable[Iterable[Any]],
        *,
        max_parallel: int | None = None,
    ) -> list[Future[R]]: ...

    @overload
    def starmap(
        self,
        activity: Activity[..., R] | type[Runs[..., R]],
        iterable: Iterable[Iterable[Any]],
        *,
        max_parallel: int | None = None,
    ) -> list[Future[R]]: ...

    def starmap(
        self,
        activity: Any,
        iterable: Iterable[Iterable[Any]],
        *,
        max_parallel: int | None = None,
    ) -> list[Future[Any]]:
        """One task per item, whose members are the arguments; else as :meth:`map`."""
        return self._executor.map(activity, [tuple(item) for item in iterable], max_parallel)
