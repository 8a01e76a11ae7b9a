"""What querysets give: a sequence that asks the service for a page when one is needed.

Iterating streams: one page is in memory at a time, nothing is kept, and every iteration asks anew. Asking for an
index or slice keeps what was read up to it. ``len``, ``==``, ``+``, negative indexes and ``list`` read all and keep it;
later iterations then ask nothing.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar, overload

from swf.core import ConnectedSWFObject, link, linked
from swf.models.domain import Domain

Item = TypeVar("Item")


class Fetch(Protocol):
    """Asks for a page."""

    def __call__(self, token: str | None, *, reverse: bool) -> tuple[Any, Iterable[Any], str | None]:
        """The answer, its items, and the token of the next page; None: there is none."""
        ...


class Results(Sequence[Item], Generic[Item]):
    """Items of the service, in its order."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        count: Callable[[], int] | None = None,
        callback: Callable[..., Any] | None = None,
        reverse: bool = False,
    ) -> None:
        """*count* asks the service how many there are; None: it cannot say. *callback* is called per page that comes,
        with ``loop_number=`` and ``response=``, and with ``response=None`` at the end.
        """
        self._fetch = fetch
        self._count = count
        self._callback = callback
        self._reverse = reverse
        self._kept: list[Item] = []
        self._read = 0
        self._token: str | None = None
        self._has_all = False

    def count(self, *value: Any) -> int:
        """How many there are now, as the service counts them; without reading them, where it can.

        With a *value*: how many items are equal to it, as lists count.
        """
        if value:
            return super().count(*value)
        return self._count() if self._count is not None else sum(1 for _ in self._stream())

    def first(self) -> Item | None:
        """The first one; None if there is none."""
        self._keep(1)
        return self._kept[0] if self._kept else None

    def reverse(self) -> Results[Item]:
        """The same items in the other order, the service's own reverse order."""
        return Results(self._fetch, count=self._count, callback=self._callback, reverse=not self._reverse)

    def __iter__(self) -> Iterator[Item]:
        # Decided at the first item, not before: list() asks for the iterator first and for the length then.
        yield from self._kept if self._has_all else self._stream()

    def __reversed__(self) -> Iterator[Item]:
        yield from reversed(self._kept) if self._has_all else self.reverse()

    def __len__(self) -> int:
        self._keep(None)
        return len(self._kept)

    def __bool__(self) -> bool:
        self._keep(1)
        return bool(self._kept)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...

    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            ends = (index.start, index.stop)
            is_bounded = index.stop is not None and all(end is None or end >= 0 for end in ends)
            self._keep(index.stop if is_bounded and (index.step or 1) > 0 else None)
        elif isinstance(index, int):
            self._keep(index + 1 if index >= 0 else None)
        else:
            raise TypeError(f"results are indexed by numbers and slices, not by {index!r}")
        return self._kept[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Results | list | tuple):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as for lists

    def __add__(self, other: Sequence[Item]) -> list[Item]:
        return [*self, *other]

    def __radd__(self, other: Sequence[Item]) -> list[Item]:
        return [*other, *self]

    def __repr__(self) -> str:
        known = f"{len(self._kept)}{'' if self._has_all else ' or more'}"
        return f"<{type(self).__name__} of {known}>"

    def _keep(self, wanted: int | None) -> None:
        """Reads until so many items are kept, page by page; None: all."""
        while not self._has_all and (wanted is None or len(self._kept) < wanted):
            items, token = self._page(self._token, self._read)
            # Only a page that has come whole counts: after an error the same page is asked for again.
            self._kept.extend(list(items))
            self._token, self._read, self._has_all = token, self._read + 1, token is None
            if self._has_all:
                self._end(self._read)

    def _stream(self) -> Iterator[Item]:
        return itertools.chain.from_iterable(self._pages())

    def _pages(self) -> Iterator[Iterable[Item]]:
        token: str | None = None
        for loop_number in itertools.count():
            items, token = self._page(token, loop_number)
            yield items
            if token is None:
                self._end(loop_number + 1)
                return

    def _page(self, token: str | None, loop_number: int) -> tuple[Iterable[Item], str | None]:
        """The items of a page, and the token of the next one."""
        answer, items, token = self._fetch(token, reverse=self._reverse)
        if self._callback is not None:
            self._callback(loop_number=loop_number, response=answer)
        return items, token

    def _end(self, loop_number: int) -> None:
        if self._callback is not None:
            self._callback(loop_number=loop_number, response=None)


class BaseQuerySet(ConnectedSWFObject):
    """A way to ask for things; what it gives can call the same service."""

    __slots__ = ()


class DomainBoundQuerySet(BaseQuerySet):
    """A queryset of one domain, and of the service of that domain."""

    __slots__ = ("domain",)

    def __init__(
        self,
        domain: Domain,
        *,
        region: str | None = None,
        connection: Any = None,
        boto3_client: Any = None,
        session: Any = None,
        endpoint_url: str | None = None,
    ) -> None:
        """Raises TypeError if *domain* is no Domain. Without other arguments the service is the domain's; with them,
        :attr:`domain` and what is found are that other service's.
        """
        Domain.check(domain)
        link(self, region, connection, boto3_client, session, endpoint_url, owner=domain)
        is_here = linked(self) == linked(domain)
        self.domain = domain if is_here else dataclasses.replace(domain, **linked(self))
