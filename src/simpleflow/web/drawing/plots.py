"""Bars, areas and ticks on a scale of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined, number, percent
from simpleflow.web.drawing.patterns import fill
from simpleflow.web.insight import Row
from simpleflow.web.insight.rows import Area
from simpleflow.web.insight.scale import Scale
from simpleflow.web.runs import Run, State

BAR: Final = 11.0
LANE: Final = 5.0
WIDEST_LANE: Final = 13.0
LANES: Final = 44.0
LANE_TOP: Final = 8.0
AREA: Final = 50.0
LEAST: Final = 0.002
"""The least part of the width that a bar has: what happened must be seen."""
FINE: Final = 2000
"""The width of drawings that are stretched, in their own units."""
SHARED: Final = 4
"""Running and waiting have one scale, one upon the other, if neither is more than so many times the other."""
LOW: Final = 0.6
"""Else running has a scale of its own, up to this part of the height, so that what waits is seen behind it."""


def bar(state: State, began: float, ended: float, y: float, height: float, prefix: str) -> Markup:
    """A bar from *began* to *ended*, parts of the width."""
    wide = max(ended - began, LEAST)
    left = min(began, 1.0 - wide)
    where: Attributes = {
        "x": percent(left),
        "y": y,
        "width": percent(wide),
        "height": height,
        "rx": 2 if height > 6 else 1,
    }
    return el("rect", {**where, **fill(state, prefix)})


def stretched(y: float, height: float, units: float, *paths: Markup) -> Markup:
    """Paths in :data:`FINE` units of width and *units* of height, stretched over the whole width."""
    box: Attributes = {"y": y, "width": "100%", "height": height, "viewBox": f"0 0 {FINE} {number(units)}"}
    return el("svg", {**box, "preserveAspectRatio": "none"}, joined(paths))


def ticks(spans: Sequence[tuple[float, float]], scale: Scale, y: float, height: float, names: str = "tick") -> Markup:
    """Short bars, as one path: those that touch are one."""
    merged: list[tuple[int, int]] = []
    for since, until in sorted(spans):
        left = min(round(scale.part(since) * FINE), FINE - 3)
        right = max(round(scale.part(until) * FINE), left + 3)
        if merged and left <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], right)
        else:
            merged.append((left, right))
    path = "".join(f"M{left} 0h{right - left}v1h-{right - left}z" for left, right in merged)
    return stretched(y, height, 1, el("path", {"class": names, "d": path}))


def lane_height(row: Row) -> float:
    """The height of a lane: few lanes are broad."""
    return max(LANE, min(WIDEST_LANE, LANES // max(1, len(row.lanes))))


def draw_lanes(row: Row, run: Run, scale: Scale, top: float, prefix: str) -> Markup:
    """Attempts packed into lanes: the completed ones of all lanes as one path, others as bars."""
    path, others = [], []
    pitch = lane_height(row)
    thick = number(pitch - 1 if pitch < 8 else pitch - 2)
    for index, lane in enumerate(row.lanes):
        y = top + LANE_TOP + index * pitch
        for _, attempt in lane.attempts:
            assert attempt.started is not None
            began, ended = scale.part(attempt.started), scale.part(run.end_of(attempt))
            if attempt.outcome is State.COMPLETED:
                left = round(began * FINE)
                wide = max(1, round(ended * FINE) - left - 2)
                path.append(f"M{left} {number(index * pitch)}h{wide}v{thick}h-{wide}z")
            else:
                state = attempt.outcome or (State.RUNNING if run.close is None else State.UNFINISHED)
                others.append(bar(state, began, ended, y, float(thick), prefix))
    high = max(1, len(row.lanes)) * pitch
    done = el("path", {"class": f"f-{State.COMPLETED}", "d": "".join(path)})
    return joined([stretched(top + LANE_TOP, high, high, done), *others])


def draw_area(area: Area, end: float, scale: Scale, top: float) -> Markup:
    """What ran, solid, over what waited, pale; ticks of failures below. *end* is where the run ends."""
    most_running: float = max(area.running, default=0)
    most_waiting: float = max(area.waiting, default=0)
    is_shared = most_running <= SHARED * most_waiting and most_waiting <= SHARED * most_running
    waiting: Sequence[float] = area.waiting
    if is_shared:
        waiting = [a + b for a, b in zip(area.running, area.waiting, strict=True)]
        most_running = most_waiting = max(waiting, default=0)
    else:
        most_running = most_running / LOW
    scales = "on one scale" if is_shared else "each on a scale of its own"
    parts = [
        el(
            "title",
            None,
            f"up to {max(area.running):.0f} running, {max(area.waiting):.0f} waiting, {scales}",
        ),
        stretched(
            top + LANE_TOP,
            AREA,
            AREA,
            el("path", {"class": "pale", "d": _steps(waiting, most_waiting, end)}),
            el("path", {"class": f"f-{State.COMPLETED}", "d": _steps(area.running, most_running, end)}),
        ),
    ]
    for state in (State.FAILED, State.TIMED_OUT):
        ends = [(at, at) for at, outcome in area.failures if outcome is state]
        if ends:
            parts.append(ticks(ends, scale, top + LANE_TOP + AREA + 3, 5, f"f-{state}"))
    return joined(parts)


def _steps(values: Sequence[float], most: float, end: float) -> str:
    """A path with a step wherever the value changes."""
    if not most:
        return ""
    wide = FINE * end / len(values)
    pieces = [f"M0 {number(AREA)}"]
    before = 0.0
    for index, value in enumerate(values):
        if value != before:
            pieces.append(f"H{number(round(index * wide, 1))}V{number(AREA - AREA * value / most)}")
            before = value
    return "".join([*pieces, f"H{number(round(FINE * end, 1))}V{number(AREA)}z"])
