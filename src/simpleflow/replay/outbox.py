"""Decisions that were made and are not in the history yet, in the order in which they were made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from swf.protocol import wire
from swf.protocol.base import DecisionAttributes
from swf.protocol.decisions import RecordMarker, ScheduleActivityTask
from swf.protocol.values import ActivityType

Key = tuple[str, ...]
ENVELOPE_BYTES = 100


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
    register: ActivityType | None


class Outbox:
    """Entries leave when their echo is seen in the history or when they are withdrawn, never because they were sent.

    Activities have a queue of their own, so that a full gate for them need not be walked. Helper markers
    (*helpers*) go before everything else: their values steer the run already.
    """

    def __init__(self) -> None:
        self._number = 0
        # OrderedDict: taking the first of a plain dict walks over all that was deleted before it.
        self.helpers: OrderedDict[Key, Entry] = OrderedDict()
        self.activities: OrderedDict[Key, Entry] = OrderedDict()
        self.others: OrderedDict[Key, Entry] = OrderedDict()
        self.is_held = False
        """Activities wait until the service takes more of them."""
        self.helper_bytes = 0

    def add(
        self,
        key: Key,
        decision: DecisionAttributes,
        position: int,
        values: dict[str, str],
        register: ActivityType | None = None,
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
        return len(self.helpers) + len(self.activities) + len(self.others)

    def entries(self) -> Iterator[Entry]:
        """All entries but helpers, oldest first."""
        yield from sorted([*self.activities.values(), *self.others.values()], key=lambda entry: entry.number)

    def keep_only_markers(self) -> list[Entry]:
        """Drops what a closed execution has no use for, and returns it."""
        dropped = [entry for entry in self.entries() if not isinstance(entry.decision, RecordMarker)]
        for entry in dropped:
            self.pop(entry.key)
        return dropped

    def take(self, *, count: int, size: int, open_slots: int) -> tuple[list[Entry], bool]:
        """The entries to send: all helpers, then by age while *count* and *size* (bytes) allow.

        At most *open_slots* activities are scheduled. Also whether something is left that could have been sent.
        """
        taken = list(self.helpers.values())
        size -= self.helper_bytes
        activities, others = iter(self.activities.values()), iter(self.others.values())
        if self.is_held:
            open_slots = 0
        activity = next(activities, None) if open_slots > 0 else None
        other = next(others, None)
        while activity is not None or other is not None:
            is_activity = other is None or (activity is not None and activity.number < other.number)
            entry = activity if is_activity else other
            assert entry is not None
            if count <= 0 or entry.size > size:
                return taken, True
            taken.append(entry)
            count -= 1
            size -= entry.size
            if is_activity:
                open_slots -= 1
                activity = next(activities, None) if open_slots > 0 else None
            else:
                other = next(others, None)
        return taken, False

    def _queue(self, key: Key) -> OrderedDict[Key, Entry]:
        match key[0]:
            case "helper":
                return self.helpers
            case "schedule":
                return self.activities
            case _:
                return self.others


def is_gated(entry: Entry) -> bool:
    """Whether the entry may have had to wait for an open slot."""
    return isinstance(entry.decision, ScheduleActivityTask)
