"""What a list of executions is, before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simpleflow.web import urls
from simpleflow.web.filters import Filter
from simpleflow.web.listed import Counted, Counts, Found, Line
from simpleflow.web.words import count

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """All that the page tells. *counts* None: a script fetches them after the page is there."""

    domain: str
    filter: Filter
    found: Found
    counts: Counts | None
    now: float
    notes: Sequence[str] = ()
    types: Sequence[str] = ()

    @property
    def lines(self) -> list[Line]:
        """The rows of the page, sorted."""
        return ordered(self.found.lines, self.filter.sort, self.now)[: SHOWN * self.filter.page]

    def link(self, **changes: str | int | None) -> str:
        """The address of the same list with *changes*."""
        return urls.with_query(f"/{urls.segment(self.domain)}/", self.filter.query(**changes))


def ordered(lines: Sequence[Line], sort: str, now: float) -> list[Line]:
    """Lines by one of their times; ``-`` before its name turns it round."""
    keys: dict[str, Callable[[Line], float]] = {
        "started": lambda line: -line.start,
        "closed": lambda line: -(line.close if line.close is not None else float("inf")),
        "duration": lambda line: -line.seconds(now),
    }
    return sorted(lines, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))


def counted(number: Counted) -> str:
    """A count; what was not counted to its end is at least so many."""
    return f"{'≥ ' if number.is_more else ''}{count(number.number)}"
