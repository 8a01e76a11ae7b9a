"""Notes that a workflow has left in its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Marker:
    """A recorded marker; *details* as given, decoded."""

    name: str
    details: Any = None
