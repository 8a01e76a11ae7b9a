"""Activities of many arguments, as type checkers see them: what ``submit`` takes beside those of few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from simpleflow.retry import RetryPolicy

A_contra = TypeVar("A_contra", contravariant=True)
B_contra = TypeVar("B_contra", contravariant=True)
C_contra = TypeVar("C_contra", contravariant=True)
D_contra = TypeVar("D_contra", contravariant=True)
E_contra = TypeVar("E_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
G_contra = TypeVar("G_contra", contravariant=True)
H_contra = TypeVar("H_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


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
