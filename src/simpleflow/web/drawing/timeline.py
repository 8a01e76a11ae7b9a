"""The timeline as SVG: labels at the left, and a plot in percent that any width and any zoom can have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from simpleflow.web.drawing.graph import Href
from simpleflow.web.drawing.labels import AXIS, ROW, draw_label, height_of, name_of, said, speech
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined, number, percent
from simpleflow.web.drawing.patterns import ZIGZAG, diamond
from simpleflow.web.drawing.plots import AREA, BAR, LANE_TOP, bar, draw_area, draw_lanes, lane_height, ticks
from simpleflow.web.drawing.text import width as width_of
from simpleflow.web.insight import Row
from simpleflow.web.insight.scale import Scale
from simpleflow.web.runs import Attempt, Kind, Run, State, Task, label
from simpleflow.web.words import count, duration, elapsed, visible

MIDDLE: Final = 12.0
RIGHT_ROOM: Final = 0.78
LEFT_ROOM: Final = 0.16
MOST_SIGNALS: Final = 100
PLOT: Final = 600.0
"""About how wide a plot is: words of a folded axis that would touch there are left out."""
CHEVRON: Final = 12.0
"""How far the label of a group that can be opened stands to the right."""


@dataclass(frozen=True, slots=True)
class TimelineSize:
    """The width of all, and that of the column of labels in it."""

    width: float = 1088.0
    labels: float = 252.0


def draw_timeline(
    run: Run,
    rows: Sequence[Row],
    path: Sequence[str],
    scale: Scale,
    *,
    size: TimelineSize = TimelineSize(),
    href: Href | None = None,
    selected: str | None = None,
    prefix: str = "sf",
) -> Markup:
    """Labels and plot in one drawing of a fixed width."""
    high = timeline_height(rows)
    plot = draw_plot(run, rows, path, scale, href=href, selected=selected, prefix=prefix)
    column = draw_labels(run, rows, scale, width=size.labels, href=href, selected=selected)
    return el(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "sf timeline",
            "width": size.width,
            "height": high,
            "role": "group",
            "aria-label": speech(run),
        },
        column,
        el("svg", {"x": size.labels, "width": size.width - size.labels, "height": high}, plot),
        el("path", {"class": "rule", "d": f"M{number(size.labels)} 0V{number(high)}"}),
    )


def timeline_height(rows: Sequence[Row], *, axis: bool = True) -> float:
    """The height of all rows, and of the axis."""
    return (AXIS if axis else 0.0) + sum(map(height_of, rows))


def draw_labels(
    run: Run,
    rows: Sequence[Row],
    scale: Scale,
    *,
    width: float,
    href: Href | None = None,
    selected: str | None = None,
    switch: Callable[[Row], str | None] | None = None,
    opened: str | None = None,
    axis: bool = True,
    by_id: bool = False,
) -> Markup:
    """The column of labels. *switch* gives the address at which a group is open, or, if it is *opened*, closed.

    *by_id*: rows have one name, and are told by the ids of their tasks.
    """
    tops = _tops(rows, axis=axis)
    parts = [el("text", {"class": "ink3", "x": 16, "y": AXIS - 9}, "Elapsed")] if axis else []
    parts += [_shade(rows, tops, selected)]
    for row, top in zip(rows, tops, strict=True):
        flip = switch(row) if switch is not None else None
        shift = 0 if flip is None else CHEVRON
        drawn = draw_label(row, top, width - shift, _beside_name(run, row, scale), by_id=by_id)
        if shift:
            drawn = el("g", {"transform": f"translate({shift} 0)"}, drawn)
        address = href(row.cell.first.id) if href is not None else None
        name = f"{visible(row.cell.first.id)}: {row.state.word}, {took(row.cell.first, run)}"
        name = _named(row) if row.cell.is_group else name
        if address is not None:
            drawn = el("a", {"href": address, "data-task": row.cell.first.id}, el("title", None, name), drawn)
        parts.append(drawn)
        if flip is not None:
            parts.append(_chevron(row, top, flip, is_open=row.cell.first.id == opened))
    return joined(parts)


def _named(row: Row) -> str:
    """A group in words."""
    many = f"{visible(label(row.cell.name))} ×{count(row.counts.total)}"
    return f"{many}: {', '.join(line.replace(' · ', ', ') for line in said(row))}"


def _chevron(row: Row, top: float, href: str, *, is_open: bool) -> Markup:
    sign = "M0 0l4 4 4-4" if is_open else "M2-2l4 4-4 4"
    name = f"{'Close' if is_open else 'Open'} the group {visible(label(row.cell.name))}"
    square = el("rect", {"class": "touch", "x": 0, "y": top, "width": 24, "height": ROW})
    path = el("path", {"class": "icon glyph", "transform": f"translate(8 {number(top + 12)})", "d": sign})
    return el("a", {"href": href, "aria-label": name, "data-open": row.cell.first.id}, square, path)


def draw_plot(
    run: Run,
    rows: Sequence[Row],
    path: Sequence[str],
    scale: Scale,
    *,
    href: Href | None = None,
    selected: str | None = None,
    prefix: str = "sf",
    axis: bool = True,
    by_id: bool = False,
) -> Markup:
    """What happened when. All of x is percent: to zoom, change ``x`` and ``width`` of this inner drawing.

    *by_id*: as for the labels, whose place the names at the bars take on narrow screens.
    """
    high = timeline_height(rows, axis=axis)
    tops = _tops(rows, axis=axis)
    parts = [_shade(rows, tops, selected), _rules(rows, tops), *_folds(scale, high, prefix)]
    parts += _axis(scale, high, with_words=axis)
    if run.decisions and axis:
        parts.append(ticks([(each.scheduled, each.closed or run.end) for each in run.decisions], scale, AXIS - 7, 5))
    parts += _signals(run, scale, high, top=AXIS - 8 if axis else 0)
    parts += _handovers(run, rows, tops, path, scale)
    for row, top in zip(rows, tops, strict=True):
        drawn = _row(run, row, top, scale, prefix, by_id=by_id)
        if href is not None and (address := href(row.cell.first.id)) is not None:
            name = el("title", None, _named(row)) if row.cell.is_group else None
            drawn = el("a", {"href": address, "tabindex": "-1"}, name, drawn)
        else:
            drawn = el("g", {"class": "row"}, drawn)
        parts.append(drawn)
    if run.close is None:
        parts.append(_vertical("now", scale.part(run.end), AXIS if axis else 0, high))
    return el("svg", {"class": "zoom", "x": "0%", "width": "100%", "height": high}, joined(parts))


def _tops(rows: Sequence[Row], *, axis: bool = True) -> list[float]:
    return list(accumulate(map(height_of, rows), initial=AXIS if axis else 0.0))[:-1]


def _shade(rows: Sequence[Row], tops: Sequence[float], selected: str | None) -> Markup:
    """The ground of the row that is selected."""
    for row, top in zip(rows, tops, strict=True):
        if selected is not None and any(task.id == selected for task in row.cell.tasks):
            return el("rect", {"class": "shade", "y": top, "width": "100%", "height": height_of(row)})
    return Markup("")


def _rules(rows: Sequence[Row], tops: Sequence[float]) -> Markup:
    """The lines between the rows, as one path over the whole width."""
    lines = "".join(f"M0 {number(top)}H100" for top in tops)
    if not rows:
        return Markup("")
    high = tops[-1] + height_of(rows[-1])
    box: Attributes = {
        "width": "100%",
        "height": high,
        "viewBox": f"0 0 100 {number(high)}",
        "preserveAspectRatio": "none",
    }
    return el("svg", box, el("path", {"class": "rule", "d": lines, "vector-effect": "non-scaling-stroke"}))


def _axis(scale: Scale, high: float, *, with_words: bool) -> list[Markup]:
    parts = []
    free = 0.0
    folds = [scale.part(since) for since, _ in scale.folds]
    resumed = {until - scale.start for _, until in scale.folds}
    names = "ink3 small halo" if folds else "ink3 small"
    for seconds in scale.marks():
        at = scale.part(scale.start + seconds)
        if seconds:
            parts.append(_vertical("rule", at, 0, high))
        words = elapsed(seconds, 3 if folds else 2)
        end = at + (width_of(words, 11) + 8) / PLOT if folds else at
        is_free = at >= free and (seconds in resumed or not any(at <= fold < end for fold in folds))
        if at < 0.93 and with_words and is_free:
            parts.append(el("text", {"class": names, "x": percent(at), "dx": 5, "y": 14}, words))
            free = end
    return parts


def _folds(scale: Scale, high: float, prefix: str) -> list[Markup]:
    """A zigzag for each stretch that is folded."""
    parts = []
    for since, until in scale.folds:
        left, right = scale.part(since), scale.part(until)
        name = el("title", None, f"{duration(until - since)} in which no task ran, folded")
        where: Attributes = {"x": percent(left), "width": percent(right - left), "height": high}
        line: Attributes = {"x": -ZIGZAG / 2, "width": ZIGZAG, "height": high, "fill": f"url(#{prefix}-fold)"}
        middle = el("svg", {"x": percent((left + right) / 2), "overflow": "visible"}, el("rect", line))
        parts.append(el("g", {"class": "fold"}, name, el("rect", {"class": "folded", **where}), middle))
    return parts


def _vertical(names: str, at: float, top: float, bottom: float) -> Markup:
    x = percent(at)
    return el("line", {"class": names, "x1": x, "x2": x, "y1": top, "y2": bottom})


def _signals(run: Run, scale: Scale, high: float, *, top: float) -> list[Markup]:
    parts = []
    for signal in run.signals[-MOST_SIGNALS:]:
        at = scale.part(signal.at)
        parts.append(_vertical("signal", at, top, high))
        if not top:
            continue
        mark = el("svg", {"x": percent(at), "y": AXIS - 8, "overflow": "visible"}, diamond(0, 0, 4.5))
        parts.append(el("g", None, el("title", None, f"signal {visible(signal.name)}"), mark))
    return parts


def _handovers(run: Run, rows: Sequence[Row], tops: Sequence[float], path: Sequence[str], scale: Scale) -> list[Markup]:
    """From the end of each task of the critical path a dotted line to the next one's row."""
    row_of = {task.id: index for index, row in enumerate(rows) for task in row.cell.tasks}
    tasks = {task.id: task for row in rows for task in row.cell.tasks}
    parts = []
    for a, b in pairwise(id for id in path if id in row_of):
        source, target = row_of[a], row_of[b]
        if source == target:
            continue
        end = tasks[a].end
        at = scale.part(run.end if end is None else end)
        low, high = tops[source] + _line(rows[source], tasks[a]), tops[target] + MIDDLE
        parts.append(_vertical("hand", at, min(low, high), max(low, high)))
    return parts


def _line(row: Row, task: Task) -> float:
    """How far below the top of a row a task ends: at the line of the critical path, or at the task's lane."""
    if not row.cell.is_group:
        return MIDDLE + BAR / 2 + 3
    last = task.attempts[-1]
    for index, lane in enumerate(row.lanes):
        if lane.attempts and any(attempt is last for _, attempt in lane.attempts):
            return LANE_TOP + (index + 0.4) * lane_height(row)
    return LANE_TOP + AREA if row.area is not None else ROW / 2


def _row(run: Run, row: Row, top: float, scale: Scale, prefix: str, *, by_id: bool) -> Markup:
    if not row.cell.is_group:
        return _single(run, row, top, scale, prefix, by_id=by_id)
    if row.area is not None:
        drawn = draw_area(row.area, scale.part(run.end), scale, top)
    else:
        drawn = draw_lanes(row, run, scale, top, prefix)
    begin, end = map(scale.part, row.cell.span(run))
    name = f"{visible(label(row.cell.name))} ×{count(row.counts.total)}"
    where = {**_beside(begin, end, "who ink b small halo"), "y": top + height_of(row) / 2}
    return joined([drawn, el("text", where, name)])


def _single(run: Run, row: Row, top: float, scale: Scale, prefix: str, *, by_id: bool) -> Markup:
    task = row.cell.first
    parts = [el("title", None, f"{visible(task.id)}: {task.state.word}, {took(task, run)}")]
    for attempt in task.attempts:
        parts += _attempt(run, task, attempt, top, scale, prefix)
    begin, end = scale.part(task.begin), scale.part(run.end if task.end is None else task.end)
    if row.is_critical:
        y = top + MIDDLE + BAR / 2 + 3
        x: Attributes = {"x1": percent(begin), "x2": percent(max(end, begin + 0.002)), "y1": y, "y2": y}
        parts.append(el("line", {"class": "crit-line", **x}))
    name = el("tspan", {"class": "who ink b"}, f"{name_of(task, by_id=by_id)} ")
    parts.append(_caption(name, took(task, run), begin, end, top))
    return joined(parts)


def _attempt(run: Run, task: Task, attempt: Attempt, top: float, scale: Scale, prefix: str) -> list[Markup]:
    y = top + MIDDLE
    ended = scale.part(run.end_of(attempt))
    scheduled = scale.part(attempt.scheduled)
    if task.kind is Kind.TIMER:
        return _timer(attempt, scheduled, ended, y)
    began = ended if attempt.started is None else scale.part(attempt.started)
    parts = []
    if began > scheduled:
        parts.append(el("line", {"class": "wait", "x1": percent(scheduled), "x2": percent(began), "y1": y, "y2": y}))
    state = _state(run, attempt)
    if attempt.started is not None or attempt.outcome in (State.FAILED, State.TIMED_OUT):
        parts.append(bar(state, began, ended, y - BAR / 2, BAR, prefix))
    return parts


def _state(run: Run, attempt: Attempt) -> State:
    if attempt.outcome is not None:
        return attempt.outcome
    return State.RUNNING if run.close is None else State.UNFINISHED


def _timer(attempt: Attempt, began: float, ended: float, y: float) -> list[Markup]:
    """A line with an end stop; a timer that was stopped, or still runs, has none."""
    parts = [el("line", {"class": "timer", "x1": percent(began), "x2": percent(ended), "y1": y, "y2": y})]
    if attempt.outcome is State.COMPLETED:
        at = percent(ended)
        parts.append(el("line", {"class": "timer", "x1": at, "x2": at, "y1": y - 5, "y2": y + 5}))
    return parts


def took(task: Task, run: Run) -> str:
    """How long a task took, and in how many attempts."""
    if task.state is State.WAITING and len(task.attempts) == 1:
        return "waiting"
    seconds = duration((run.end if task.end is None else task.end) - task.begin)
    return seconds if len(task.attempts) == 1 else f"{seconds} · {count(len(task.attempts), 'attempt')}"


def _caption(name: Markup, words: str, begin: float, end: float, top: float) -> Markup:
    """The duration, at the side where there is room; on narrow screens with the name, which has no column there."""
    return el("text", {**_beside(begin, end, "ink3 small halo"), "y": top + MIDDLE + 4}, name, words)


def _beside(begin: float, end: float, names: str) -> Attributes:
    """Where text stands that belongs to a bar: after it, before it, or (only if there is no column of labels) at the
    end of one that takes all the room.
    """
    if end <= RIGHT_ROOM:
        return {"class": names, "x": percent(end), "dx": 6}
    if begin >= LEFT_ROOM:
        return {"class": f"{names} end", "x": percent(begin), "dx": -6}
    return {"class": f"who {names} end", "x": percent(end), "dx": -8}


def _beside_name(run: Run, row: Row, scale: Scale) -> str:
    """The duration of a task whose bar leaves no room for it."""
    begin, end = map(scale.part, row.cell.span(run))
    is_full = end > RIGHT_ROOM and begin < LEFT_ROOM
    return took(row.cell.first, run) if is_full and not row.cell.is_group else ""
