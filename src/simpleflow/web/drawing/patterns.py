"""Textures and icons: a state is never told by its colour alone."""

from __future__ import annotations

import functools
from typing import Final

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.runs import Kind, State

HATCHED: Final = {State.FAILED: 45, State.TIMED_OUT: 0, State.UNFINISHED: 45}
"""States whose bars have stripes, and their angle."""

PATHS: Final = {
    State.COMPLETED: "M2.5 8.5l3.5 3.5 7-8",
    State.FAILED: "M3.5 3.5l9 9M12.5 3.5l-9 9",
    State.CANCELED: "M3.6 12.4l8.8-8.8",
    State.CONTINUED: "M13 8a5 5 0 0 1-9 3M3 8a5 5 0 0 1 9-3M12.5 2v3.2H9.3M3.5 14v-3.2h3.2",
    State.TIMED_OUT: "M8 4.5V8l2.5 1.5",
}
ZIGZAG: Final = 12
"""The width of a zigzag."""
RINGED: Final = (State.RUNNING, State.TIMED_OUT, State.CANCELED, State.WAITING, State.UNFINISHED)
GLYPHS: Final = {
    Kind.CHILD: "M2 2h7v7h-7zM5 9v3h7v-7h-3",
    Kind.TIMER: "M3 1.5h8M3 12.5h8M4 1.5c0 3.5 3 4 3 5.5s-3 2-3 5.5M10 1.5c0 3.5-3 4-3 5.5s3 2 3 5.5",
    Kind.LAMBDA: "M4 2h1.5l4.5 10h1.5M7 6l-3.5 6",
}


@functools.cache
def definitions(prefix: str = "sf") -> Markup:
    """The textures; once in a document. Drawings refer to them by *prefix*."""
    patterns = []
    for state, angle in HATCHED.items():
        size = 7 if state is not State.TIMED_OUT else 4
        stripe = el("path", {"class": f"stripe-{state}", "d": f"M1.5 0V{size}"})
        ground = el("rect", {"class": f"f-{state}", "width": size, "height": size})
        patterns.append(
            el(
                "pattern",
                {
                    "id": f"{prefix}-{state}",
                    "width": size,
                    "height": size,
                    "patternUnits": "userSpaceOnUse",
                    "patternTransform": f"rotate({angle})" if angle else None,
                },
                ground,
                stripe,
            )
        )
    half = ZIGZAG // 2
    zigzag = el("path", {"class": "zigzag", "d": f"M{half} 0l4 4-8 8 4 4"})
    tile: Attributes = {"x": -half, "width": ZIGZAG, "height": 16, "patternUnits": "userSpaceOnUse"}
    patterns.append(el("pattern", {"id": f"{prefix}-fold", **tile}, zigzag))
    return el("defs", {"class": "sf"}, joined(patterns))


def fill(state: State, prefix: str = "sf") -> dict[str, str]:
    """The attributes that fill a bar in the colour and texture of a state."""
    if state in HATCHED:
        return {"fill": f"url(#{prefix}-{state})"}
    return {"class": f"f-{state}"}


def icon(state: State, x: float, y: float, *, size: float = 14) -> Markup:
    """The icon of a state, its upper left corner at *x*, *y*."""
    scale = size / 16
    parts = []
    if state in RINGED:
        dashes = "2.4 2.4" if state in (State.WAITING, State.UNFINISHED) else None
        parts.append(el("circle", {"cx": 8, "cy": 8, "r": 6, "stroke-dasharray": dashes}))
    if state is State.RUNNING:
        parts.append(el("circle", {"class": f"dot f-{state}", "cx": 8, "cy": 8, "r": 3}))
    if state is State.TERMINATED:
        parts.append(el("rect", {"x": 2, "y": 2, "width": 12, "height": 12, "rx": 2}))
        parts.append(el("rect", {"class": f"dot f-{state}", "x": 5.5, "y": 5.5, "width": 5, "height": 5}))
    if state in PATHS:
        parts.append(el("path", {"d": PATHS[state]}))
    transform = f"translate({x:g} {y:g})" + (f" scale({scale:g})" if scale != 1 else "")
    return el("g", {"class": f"icon s-{state}", "transform": transform}, joined(parts))


def glyph(kind: Kind, x: float, y: float) -> Markup | None:
    """The sign of a kind, None for an activity."""
    if kind not in GLYPHS:
        return None
    return el("path", {"class": "icon glyph", "transform": f"translate({x:g} {y:g}) scale(.85)", "d": GLYPHS[kind]})


def diamond(x: float, y: float, radius: float = 5) -> Markup:
    """The sign of a signal, around *x*, *y*."""
    return el("path", {"class": "diamond", "d": f"M{x:g} {y - radius:g}l{radius:g} {radius:g}-{radius:g} {radius:g}"
                       f"-{radius:g}-{radius:g}z"})  # fmt: skip
