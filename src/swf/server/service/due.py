"""Whose time has come: executions with a deadline, and closed ones that are to be forgotten."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from swf.server.machine.deadlines import next_deadline

if TYPE_CHECKING:
    from swf.server.service.service import Service


def due(service: Service, now: float, limit: int) -> tuple[list[int], list[int]]:
    """Rows of open executions that must be looked at, by their earliest deadline, and of closed ones to forget.

    The order matters: executions may be kin, and the one that times out first ends the other.
    """
    rows = list(
        service.database.connection.execute(
            "select id, close_at from executions where wake_at <= ? order by wake_at limit ?", (now, limit)
        )
    )

    def place(row: int) -> tuple[float, int]:
        warm = service.histories.get(row)
        deadline = next_deadline(warm.execution, warm.beats, service.up_since)
        return math.inf if deadline is None else deadline, row

    overdue = sorted((row for row, close_at in rows if close_at is None), key=place)
    return overdue, [row for row, close_at in rows if close_at is not None]


def earliest_wake(service: Service) -> float | None:
    """When the first of all is due; 0 (long ago) while events of forgotten executions wait to be deleted."""
    earliest: float | None = service.database.connection.execute(
        "select coalesce((select 0.0 from forgotten limit 1),"
        " (select min(wake_at) from executions where wake_at is not null))"
    ).get
    return earliest
