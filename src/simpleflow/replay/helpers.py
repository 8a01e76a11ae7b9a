"""Values from outside that are the same in every replay: recorded as markers that the engine reads again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from simpleflow import format
from swf.protocol.decisions import RecordMarker
from swf.protocol.event import HistoryEvent
from swf.protocol.events import MarkerRecorded

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

SIDE_EFFECT_MARKER: Final = "_simpleflow_side_effect"
PATCH_MARKER: Final = "_simpleflow_patch"
MARKERS: Final = (SIDE_EFFECT_MARKER, PATCH_MARKER)

Recorded = tuple[str, str]
"""The name of the marker and the id in its details."""


class Helpers:
    """What one run has recorded, or its history before it.

    A value steers the code before its marker is seen in the history; so markers are looked up in all events that
    are fed, and none of them is ever left for the next answer.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._values: dict[Recorded, Any] = {}
        self._seen: dict[Recorded, int] = {}
        """The event ids of what is recorded and the code has not asked for (yet)."""
        self._patches: dict[str, bool] = {}
        self._random: random.Random | None = None
        self.is_calling = False
        """Whether the function of a side effect is being called, which no replay does again."""

    def look_ahead(self, events: Sequence[HistoryEvent]) -> None:
        """Learns the values that *events* record, before any code runs."""
        for event in events:
            if isinstance(event.attributes, MarkerRecorded) and event.attributes.marker_name in MARKERS:
                key, value = self._read(event.attributes)
                self._values[key] = value

    def see(self, marker: MarkerRecorded, event_id: int) -> None:
        """The marker is in the history."""
        key, _ = self._read(marker)
        if self._run.outbox.pop(("helper", *key)) is None:
            self._seen[key] = event_id
        else:
            self._values.pop(key, None)

    def side_effect(self, function: Callable[[], Any], id: str) -> Any:
        """The recorded value, or the value of *function*, which is then recorded."""
        key = SIDE_EFFECT_MARKER, id
        value = self._values.pop(key) if key in self._values else self._called(function)
        self._record(key, {"id": id, "value": value})
        return value

    def _called(self, function: Callable[[], Any]) -> Any:
        self.is_calling = True
        try:
            return format.decode(format.encode(function()))
        finally:
            self.is_calling = False

    def patched(self, id: str) -> bool:
        """True if the history says so or nobody has decided yet; remembered for the run."""
        if id not in self._patches:
            self._patches[id] = (PATCH_MARKER, id) in self._values or not self._run.is_replaying
            if self._patches[id]:
                self._record((PATCH_MARKER, id), {"id": id})
        return self._patches[id]

    def unasked(self) -> list[tuple[str, int]]:
        """The ids of side effects that are recorded and not asked for, with their events."""
        return [(id, event_id) for (name, id), event_id in self._seen.items() if name == SIDE_EFFECT_MARKER]

    @property
    def random(self) -> random.Random:
        """Random numbers from the run id."""
        if self._random is None:
            self._random = random.Random(self._run.options.run_id)  # noqa: S311  # the same in every replay
        return self._random

    def _record(self, key: Recorded, details: dict[str, Any]) -> None:
        run = self._run
        if self._seen.pop(key, None) is not None:
            return
        text = run.values.field(format.encode(details))
        run.submits.add(("helper", *key), RecordMarker(marker_name=key[0], details=text))
        if run.outbox.helper_bytes > run.options.max_bytes:
            raise ValueError("more side effects in one decision than a request can carry; use an activity")

    def _read(self, marker: MarkerRecorded) -> tuple[Recorded, Any]:
        details = self._run.options.decode(marker.details)
        return (marker.marker_name, details["id"]), details.get("value")
