"""Executions in lists, as the pages see them. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpleflow.web.runs import State


@dataclass(frozen=True, slots=True)
class Line:
    """One execution of a list. *parent* is the workflow id and run id of its parent, None for none."""

    workflow_id: str
    run_id: str
    type: str
    version: str
    state: State
    start: float
    close: float | None
    tags: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    is_cancel_requested: bool = False

    def seconds(self, now: float) -> float:
        """How long it took, or has taken."""
        return max(0.0, (now if self.close is None else self.close) - self.start)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a list: the lines that match, of *read* ones.

    *is_all*: nothing is left to read. *trouble* is what ended the reading early, None if nothing did; *read_at* is
    when it was read.
    """

    lines: Sequence[Line]
    read: int
    is_all: bool
    read_at: float
    trouble: Trouble | None = None
    is_old: bool = False
    """The service does not answer, and these were read earlier."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the service did not give what was asked: ``silent``, ``throttled``, ``denied``, ``unknown`` (who asks),
    ``gone``, ``lacking``, or ``refused``.

    *operation* is the call that was tried.
    """

    kind: str
    operation: str
    message: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many executions are in a state; *is_more*: at least so many."""

    number: int
    is_more: bool = False


Counts = Mapping[str, Counted]
"""By the name of a state in an address; ``all`` is all of them."""


@dataclass(frozen=True, slots=True)
class DomainLine:
    """A domain. *retention* is in days, None if it is not known; *open* None: not counted."""

    name: str
    is_deprecated: bool
    description: str | None
    retention: str | None
    open: Counted | None


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A workflow or activity type, with the defaults it was registered with. *used* is the start of the newest
    execution that was found of it.
    """

    name: str
    version: str
    is_activity: bool
    is_deprecated: bool
    created: float
    description: str | None
    defaults: Mapping[str, str]
    used: float | None = None


@dataclass(frozen=True, slots=True)
class TaskListLine:
    """A task list that open executions name; counts are of tasks that wait in it, None if they are not known."""

    name: str
    decisions: Counted | None
    activities: Counted | None
    executions: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A child with its own children; *is_more*: there are more below that were not read."""

    line: Line
    below: Sequence[Branch] = ()
    is_more: bool = False
