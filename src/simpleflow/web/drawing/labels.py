"""The labels of timeline rows, and how high a row is."""

from __future__ import annotations

from typing import Final

from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.drawing.patterns import icon
from simpleflow.web.drawing.plots import AREA, LANE_TOP, lane_height
from simpleflow.web.drawing.text import fitted, width
from simpleflow.web.insight import Row
from simpleflow.web.runs import Kind, Run, State, Task, label
from simpleflow.web.words import count, duration, visible

AXIS: Final = 32.0
ROW: Final = 26.0
LINE: Final = 16.0
KINDS: Final = {Kind.CHILD: "child", Kind.TIMER: "timer", Kind.LAMBDA: "function"}


def height_of(row: Row) -> float:
    """The height of a row."""
    if not row.cell.is_group:
        return ROW
    drawn = AREA + 12 if row.area is not None else len(row.lanes) * lane_height(row)
    return max(ROW + LINE * len(said(row)) + 6, LANE_TOP + drawn + 8)


def draw_label(row: Row, top: float, room: float, more: str = "", *, by_id: bool = False) -> Markup:
    """The icon and name of a row (*by_id*: its id), and *more*; below, what a group has come to."""
    parts = [icon(row.state, 14, top + 6, size=14)]
    first = row.cell.first
    name = name_of(first, by_id=by_id)
    kind = " · ".join(word for word in (KINDS.get(row.cell.kind, ""), more) if word)
    if not row.cell.is_group:
        shown = fitted(name, 12, room - 40 - (width(kind, 11) + 8 if kind else 0))
        parts.append(_text("ink", 36, top + 17, shown, kind))
        return joined(parts)
    many = f"×{count(row.counts.total)}" + (" in sequence" if row.cell.is_chain else "")
    shown = fitted(name, 12.3, room - 44 - width(many, 12))
    parts.append(_text("ink b", 36, top + 17, shown, many))
    parts += [
        el("text", {"class": "ink3 small", "x": 38, "y": top + 17 + LINE * line}, fitted(text, 11, room - 42))
        for line, text in enumerate(said(row), 1)
    ]
    return joined(parts)


def name_of(task: Task, *, by_id: bool) -> str:
    """The name of a task in its row, without modules; *by_id*: its id."""
    return visible(label(task.id.removeprefix(f"{task.kind}-") if by_id else task.name))


def _text(names: str, x: float, y: float, name: str, more: str) -> Markup:
    after = el("tspan", {"class": "ink3 small", "font-weight": 400, "dx": 5}, more) if more else None
    return el("text", {"class": names, "x": x, "y": y}, name, after)


def said(row: Row) -> list[str]:
    """What a group has come to, in two lines at most."""
    counts = row.counts
    words = {State.COMPLETED: "done"}
    order = (State.COMPLETED, State.RUNNING, State.WAITING, *State)
    states = [
        f"{count(counts.states[state])} {words.get(state, state.word.lower())}"
        for state in dict.fromkeys(order)
        if counts.states.get(state)
    ]
    more = []
    if counts.retried:
        more.append(f"{count(counts.retried)} retried")
    if counts.most_at_once > 1:
        more.append(f"≤ {count(counts.most_at_once)} at once")
    if counts.per_second is not None and counts.per_second >= 1:
        more.append(f"{counts.per_second:.1f}/s")
    return [line for line in (" · ".join(states), " · ".join(more)) if line]


def speech(run: Run) -> str:
    """The timeline in a sentence."""
    return f"Timeline of {count(len(run.tasks), 'task')} over {duration(run.end - run.start)}"
