"""Markers: notes a decider leaves in the history."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import RECORD_MARKER_REFUSED, Cause
from swf.protocol.values import Data, EventId, MarkerName


class MarkerRecorded(Attributes, frozen=True, kw_only=True):
    """A note of the decider; names may repeat."""

    NOUN: ClassVar[str] = "Marker"
    STATE: ClassVar[str] = "recorded"

    marker_name: MarkerName
    decision_task_completed_event_id: EventId
    details: Data | None = None


class RecordMarkerFailed(Attributes, frozen=True, kw_only=True):
    """The decision to record a marker was refused."""

    NOUN: ClassVar[str] = "Marker"
    STATE: ClassVar[str] = "record_failed"
    CAUSES: ClassVar[frozenset[Cause]] = RECORD_MARKER_REFUSED

    marker_name: MarkerName
    cause: Cause
    decision_task_completed_event_id: EventId
