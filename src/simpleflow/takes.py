"""Activities by the number of their arguments, and workflows, as type checkers see them; coroutines apart."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from simpleflow.retry import RetryPolicy

P = ParamSpec("P")
A_contra = TypeVar("A_contra", contravariant=True)
B_contra = TypeVar("B_contra", contravariant=True)
C_contra = TypeVar("C_contra", contravariant=True)
D_contra = TypeVar("D_contra", contravariant=True)
E_contra = TypeVar("E_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
G_contra = TypeVar("G_contra", contravariant=True)
H_contra = TypeVar("H_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class Takes0(Protocol[R_co]):
    """An activity without arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self) -> R_co: ...


class Takes1(Protocol[A_contra, R_co]):
    """An activity of one argument."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, /) -> R_co: ...


class Takes2(Protocol[A_contra, B_contra, R_co]):
    """An activity of two arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, /) -> R_co: ...


class Takes3(Protocol[A_contra, B_contra, C_contra, R_co]):
    """An activity of three arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, /) -> R_co: ...


class Takes4(Protocol[A_contra, B_contra, C_contra, D_contra, R_co]):
    """An activity of four arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, /) -> R_co: ...


class Takes5(Protocol[A_contra, B_contra, C_contra, D_contra, E_contra, R_co]):
    """An activity of five arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, e: E_contra, /) -> R_co: ...


class Takes6(Protocol[A_contra, B_contra, C_contra, D_contra, E_contra, F_contra, R_co]):
    """An activity of six arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, e: E_contra, f: F_contra, /) -> R_co: ...


class Takes7(Protocol[A_contra, B_contra, C_contra, D_contra, E_contra, F_contra, G_contra, R_co]):
    """An activity of seven arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(
        self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, e: E_contra, f: F_contra, g: G_contra, /
    ) -> R_co: ...


class Takes8(Protocol[A_contra, B_contra, C_contra, D_contra, E_contra, F_contra, G_contra, H_contra, R_co]):
    """An activity of eight arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(
        self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, e: E_contra, f: F_contra, g: G_contra, h: H_contra, /
    ) -> R_co: ...


class Awaits0(Protocol[R_co]):
    """An ``async def`` activity without arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self) -> Coroutine[Any, Any, R_co]: ...


class Awaits1(Protocol[A_contra, R_co]):
    """An ``async def`` activity of one argument."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, /) -> Coroutine[Any, Any, R_co]: ...


class Awaits2(Protocol[A_contra, B_contra, R_co]):
    """An ``async def`` activity of two arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, /) -> Coroutine[Any, Any, R_co]: ...


class Awaits3(Protocol[A_contra, B_contra, C_contra, R_co]):
    """An ``async def`` activity of three arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, /) -> Coroutine[Any, Any, R_co]: ...


class Awaits4(Protocol[A_contra, B_contra, C_contra, D_contra, R_co]):
    """An ``async def`` activity of four arguments."""

    @property
    def retry(self) -> int | RetryPolicy: ...

    def __call__(self, a: A_contra, b: B_contra, c: C_contra, d: D_contra, /) -> Coroutine[Any, Any, R_co]: ...


class RunsAsync(Protocol[P, R_co]):
    """A workflow with ``async def run``."""

    @property
    def run(self) -> Callable[P, Coroutine[Any, Any, R_co]]: ...


class Runs(Protocol[P, R_co]):
    """A workflow, by what its ``run`` takes and returns."""

    @property
    def run(self) -> Callable[P, R_co]: ...
