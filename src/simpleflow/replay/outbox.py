"""Decisions that were made and are not in the history yet, in the order in which they were made."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from swf.protocol import wire
from swf.protocol.base import DecisionAttributes
from swf.protocol.decisions import (
    RecordMarker,
    RequestCancelExternalWorkflowExecution,
    ScheduleActivityTask,
    SignalExternalWorkflowExecution,
    StartTimer,
)
from swf.protocol.values import ActivityType, WorkflowType

Key = tuple[str, ...]
ENVELOPE_BYTES = 100
BACKOFF_TIMER: Final = "_simpleflow_backoff"


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision, when it was made (a number, and the position of the run), and its size in a request.

    Before it is sent, *values* (texts by pointer) have to be stored and the type *register* to be registered.
    """

    number: int
    key: Key
    decision: DecisionAttributes
    made_at: int
    size: int
    values: dict[str, str]
    register: ActivityType | WorkflowType | None


QUEUES: Final = ("activity", "child", "external", "other")
"""What can be held back for lack of room, each by itself; ``other`` never is."""


class Outbox:
    """Entries leave when their echo is seen in the history or when they are withdrawn, never because they were sent.

    Activities, children and what goes to other executions have queues of their own, so that a full gate for them
    need not be walked. Helper markers (*helpers*) go before everything else: their values steer the run already.
    """

    def __init__(self) -> None:
        self._number = 0
        # OrderedDict: taking the first of a plain dict walks over all that was deleted before it.
        self.helpers: OrderedDict[Key, Entry] = OrderedDict()
        self.queues: dict[str, OrderedDict[Key, Entry]] = {name: OrderedDict() for name in QUEUES}
        self.held: set[str] = set()
        """The queues that wait until the service takes more of them."""
        self.ever_held: set[str] = set()
        self.helper_bytes = 0

    def add(
        self,
        key: Key,
        decision: DecisionAttributes,
        position: int,
        values: dict[str, str],
        register: ActivityType | WorkflowType | None = None,
    ) -> None:
        """Adds a decision; *key* finds it again."""
        self._number += 1
        queue = self._queue(key)
        size = len(wire.encode(decision)) + ENVELOPE_BYTES
        queue[key] = Entry(self._number, key, decision, position, size, values, register)
        if queue is self.helpers:
            self.helper_bytes += size

    def pop(self, key: Key) -> Entry | None:
        """Removes and returns an entry; None if it is not there."""
        queue = self._queue(key)
        entry = queue.pop(key, None)
        if queue is self.helpers and entry is not None:
            self.helper_bytes -= entry.size
        return entry

    def __contains__(self, key: Key) -> bool:
        return key in self._queue(key)

    def __len__(self) -> int:
        return len(self.helpers) + sum(map(len, self.queues.values()))

    def entries(self) -> Iterator[Entry]:
        """All entries but helpers, oldest first."""
        every = (entry for queue in self.queues.values() for entry in queue.values())
        yield from sorted(every, key=lambda entry: entry.number)

    def hold(self, queue: str) -> None:
        """Sends nothing of a queue until it is let go."""
        self.held.add(queue)
        self.ever_held.add(queue)

    @property
    def keeps_open(self) -> bool:
        """Whether the closing decision has to wait: for its own turn, or for signals that may be refused once more."""
        return "closing" in self.held or ("external" in self.ever_held and bool(self.queues["external"]))

    def keep_for_close(self) -> list[Entry]:
        """Drops what a closed execution has no use for, and returns it.

        Markers stay, and what goes to others, with the timer that it may wait for.
        """
        dropped = [entry for entry in self.entries() if not self._is_kept(entry)]
        for entry in dropped:
            self.pop(entry.key)
        return dropped

    def _is_kept(self, entry: Entry) -> bool:
        if isinstance(entry.decision, StartTimer):
            return bool("external" in self.held and self.queues["external"]) and entry.decision.timer_id.startswith(
                BACKOFF_TIMER
            )
        return isinstance(
            entry.decision, RecordMarker | SignalExternalWorkflowExecution | RequestCancelExternalWorkflowExecution
        )

    def take(self, *, count: int, size: int, open_slots: int) -> tuple[list[Entry], bool]:
        """The entries to send: all helpers, then by age while *count* and *size* (bytes) allow.

        At most *open_slots* activities are scheduled. Also whether something is left that could have been sent.
        """
        taken = list(self.helpers.values())
        size -= self.helper_bytes
        heads: list[tuple[int, str, Iterator[Entry], Entry]] = []

        def push(name: str, entries: Iterator[Entry]) -> None:
            if name in self.held or (name == "activity" and open_slots <= 0):
                return
            entry = next(entries, None)
            if entry is not None:
                heapq.heappush(heads, (entry.number, name, entries, entry))  # numbers differ: no more is compared

        for name, queue in self.queues.items():
            push(name, iter(queue.values()))
        while heads:
            _, name, entries, entry = heapq.heappop(heads)
            if count <= 0 or entry.size > size:
                return taken, True
            taken.append(entry)
            count -= 1
            size -= entry.size
            if name == "activity":
                open_slots -= 1
            push(name, entries)
        return taken, False

    def _queue(self, key: Key) -> OrderedDict[Key, Entry]:
        return self.helpers if key[0] == "helper" else self.queues[queue_of(key)]


def queue_of(key: Key) -> str:
    """The name of the queue in which an entry of this key waits."""
    match key[0]:
        case "schedule":
            return "activity"
        case "child":
            return "child"
        case "signal" | "cancellation":
            return "external"
        case _:
            return "other"


def needs_slot(entry: Entry) -> bool:
    """Whether the entry may have to wait until fewer activities are open."""
    return isinstance(entry.decision, ScheduleActivityTask)
