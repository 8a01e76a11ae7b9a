"""What a task follows: as its ``control`` says, or as the decisions of its history let one conclude."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto

import msgspec
from msgspec import Struct

_RUN = re.compile(r"^(.*-)([1-9][0-9]{0,8})\.\.([1-9][0-9]{0,8})$", re.DOTALL)
MOST_IN_A_RUN = 100_000
"""More than any history holds: what claims to be a longer run is no run."""


class _Control(Struct):
    after: list[str]


_decoder = msgspec.json.Decoder(_Control)


def told(control: str | None) -> tuple[str, ...] | None:
    """The ids in ``{"after": [...]}``, runs written out; None if *control* says nothing of the kind."""
    if not control:
        return None
    try:
        return tuple(expanded(_decoder.decode(control).after))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def expanded(ids: Iterable[str]) -> Iterable[str]:
    """The ids, ``index-1..3`` as ``index-1``, ``index-2``, ``index-3``."""
    for id in ids:
        match = _RUN.match(id)
        first, last = (int(match.group(2)), int(match.group(3))) if match else (1, 0)
        if match and first < last < first + MOST_IN_A_RUN:
            yield from (f"{match.group(1)}{number}" for number in range(first, last + 1))
        else:
            yield id


class Ends:
    """Ends of tasks by event id, ascending: which of them were new to a decision."""

    def __init__(self, ends: Sequence[tuple[int, str]]) -> None:
        """*ends* are event ids with the task ids that ended there, or the signals that came."""
        self._ends = sorted(ends)
        self._at = 0

    def up_to(self, event: int) -> tuple[str, ...]:
        """The ids of what ended up to *event* and was not returned before."""
        first = self._at
        while self._at < len(self._ends) and self._ends[self._at][0] <= event:
            self._at += 1
        return tuple(dict.fromkeys(id for _, id in self._ends[first : self._at]))


class Tie(Enum):
    """What ties a decision to the one before it."""

    NOTHING = auto()
    GOES_ON = auto()
    """It says what the one before had no room for."""
    PAUSED = auto()
    """A timer of no time was between them, which is not shown."""


class Conclusions:
    """What tasks without ``control`` follow: the tasks whose ends were new to the decision that scheduled them.

    The first decision follows nothing, not even a signal that came with the start.

    One of whose siblings (``name-6`` of ``name-9``) is still open belongs to the same burst, cut by the limits of a
    decision, of open tasks or of a map, and follows what that one follows.
    """

    def __init__(self, ends: Sequence[tuple[int, str]], decided: Sequence[tuple[int, int, Tie]]) -> None:
        """*decided* are the decisions in order: the event id of their completion, that of their start, and what ties
        them to the one before.
        """
        self._new: dict[int, tuple[str, ...]] = {}
        self._siblings: dict[str, tuple[str, ...]] = {}
        walk = Ends(ends)
        before: tuple[str, ...] = ()
        for number, (completed, started, tie) in enumerate(decided):
            new = walk.up_to(started)
            if not number:
                new = ()
            elif tie is Tie.GOES_ON:
                new = before
            elif tie is Tie.PAUSED:
                new = tuple(dict.fromkeys((*before, *new)))
            before = new
            self._new[completed] = before

    def news(self, decision: int) -> tuple[str, ...]:
        """What ended, or came, that was new to a decision (by the event id of its completion)."""
        return self._new.get(decision, ())

    def of(self, id: str, decision: int, sibling: str | None) -> tuple[str, ...]:
        """What the task follows; *sibling* is one that is still open when it is scheduled, None if none is."""
        found = None if sibling is None else self._siblings.get(sibling)
        self._siblings[id] = found = self.news(decision) if found is None else found
        return found
