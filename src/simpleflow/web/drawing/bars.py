"""Small drawings: where the time went, when a run was, how many began when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined, percent
from simpleflow.web.drawing.patterns import fill
from simpleflow.web.insight import Bar, Part, Spent
from simpleflow.web.runs import State
from simpleflow.web.words import count, duration

STACKED: Final = (
    State.COMPLETED, State.CONTINUED, State.CANCELED, State.RUNNING, State.TERMINATED, State.TIMED_OUT, State.FAILED
)  # fmt: skip


def share(part: Spent, total: int) -> str:
    """A part of the duration in percent, as people read it."""
    whole = round(100 * part.milliseconds / total) if total else 0
    return f"{whole} %" if whole else "< 1 %"


def swatch(part: Part, prefix: str = "sf") -> dict[str, str]:
    """The attributes that fill in the colour of a part."""
    return fill(State.FAILED, prefix) if part is Part.FAILED else {"class": f"f-{part}"}


def draw_spent(spent: Sequence[Spent], *, width: str = "100%", prefix: str = "sf") -> Markup:
    """One bar of all parts."""
    total = sum(each.milliseconds for each in spent)
    parts, left = [], 0
    for each in spent:
        name = el("title", None, f"{each.part.word}: {duration(each.milliseconds / 1000)}, {share(each, total)}")
        where: Attributes = {"x": percent(left / total), "width": percent(each.milliseconds / total), "height": 12}
        parts.append(el("rect", {**where, **swatch(each.part, prefix)}, name))
        left += each.milliseconds
    words = ", ".join(f"{each.part.word} {duration(each.milliseconds / 1000)}" for each in spent)
    return _small("spent", width, 12, words or "no time", joined(parts))


def draw_strip(start: float, end: float, since: float, until: float, state: State, *, prefix: str = "sf") -> Markup:
    """When a run was, within a window of time."""
    span = (until - since) or 1.0
    left = min(0.992, max(0.0, (start - since) / span))
    right = max(left + 0.008, min(1.0, (end - since) / span))
    line = el("line", {"class": "rule", "x1": 0, "x2": "100%", "y1": 8, "y2": 8})
    where: Attributes = {"x": percent(left), "y": 4, "width": percent(right - left), "height": 8, "rx": 2}
    bar = el("rect", {**where, **fill(state, prefix)})
    return _small("strip", "100%", 16, f"{state.word}, {duration(end - start)}", line, bar)


def draw_histogram(bars: Sequence[Bar], *, height: float = 44, prefix: str = "sf") -> Markup:
    """Starts by time, stacked by state."""
    most = max((bar.total for bar in bars), default=0)
    parts = []
    for index, bar in enumerate(bars):
        if not bar.total:
            continue
        y = height
        stack = [el("title", None, ", ".join(_counted(bar)))]
        for state in STACKED:
            part = bar.counts.get(state, 0) / most * (height - 1)
            if part:
                y -= part
                where: Attributes = {"x": percent((index + 0.1) / len(bars)), "y": y, "width": percent(0.8 / len(bars))}
                stack.append(el("rect", {**where, "height": part, **fill(state, prefix)}))
        parts.append(el("g", None, joined(stack)))
    ground = el("line", {"class": "rule", "x1": 0, "x2": "100%", "y1": height - 0.5, "y2": height - 0.5})
    total = sum(bar.total for bar in bars)
    return _small("histogram", "100%", height, f"{count(total, 'execution')} by time of start", *parts, ground)


def _counted(bar: Bar) -> list[str]:
    return [f"{count(bar.counts[state])} {state.word.lower()}" for state in STACKED if bar.counts.get(state)]


def _small(name: str, width: str, height: float, words: str, *parts: Markup) -> Markup:
    return el(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"sf {name}",
            "width": width,
            "height": height,
            "role": "img",
            "aria-label": words,
        },
        joined(parts),
    )
