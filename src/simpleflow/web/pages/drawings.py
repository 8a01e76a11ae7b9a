"""The drawings of a run in the cards of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from simpleflow.web.drawing.bars import draw_spent, share, swatch
from simpleflow.web.drawing.graph import draw_graph, graph_layout, graph_size
from simpleflow.web.drawing.labels import speech
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.drawing.patterns import fill
from simpleflow.web.drawing.timeline import draw_labels, draw_plot, timeline_height
from simpleflow.web.files import Picture, kinds, notes, rows_in_words, states_of, word_of
from simpleflow.web.insight import Row
from simpleflow.web.insight.rows import singles
from simpleflow.web.insight.sentence import without_tasks
from simpleflow.web.pages import parts
from simpleflow.web.runs import Kind
from simpleflow.web.words import count, duration

LABELS: Final = 252
CHUNK: Final = 200
"""Rows of an open group that come at once."""
MOST_ROWS: Final = 400
"""Rows that are drawn at once outside of open groups."""
SCALED: Final = 0.75
"""The graph is made smaller to fit, but not below this part of its size."""

Link = Callable[[str], str]


def spent_card(picture: Picture) -> Markup:
    """Where the time went: a bar and what its parts mean."""
    total = sum(each.milliseconds for each in picture.spent)
    items = []
    for each in picture.spent:
        square: Attributes = {"width": 10, "height": 10, "rx": 2, **swatch(each.part)}
        drawn = el("svg", {"class": "sf", "width": 10, "height": 10, "aria-hidden": "true"}, el("rect", square))
        seconds = el("strong", None, duration(each.milliseconds / 1000))
        items.append(
            el("li", None, drawn, f"{each.part.word} ", seconds, el("span", {"class": "of"}, f" {share(each, total)}"))
        )
    head = parts.head(
        "Where the time went", [f"along the critical path, {count(len(picture.path), 'task')}"], id="h-where"
    )
    bar = el("div", {"class": "spent-bar"}, draw_spent(picture.spent))
    return parts.card("where", head, bar, el("ul", {"class": "legend"}, joined(items)), label="h-where")


def graph_card(picture: Picture, href: Link, selected: str | None, all_nodes: str) -> Markup:
    """The dataflow, from left to right and, for narrow screens, downwards."""
    line = el("svg", {"class": "sf", "width": 20, "height": 10, "aria-hidden": "true"},
              el("path", {"class": "crit-line", "d": "M0 6h18"}))  # fmt: skip
    legend = el("span", {"class": "states"}, line, el("span", None, "critical path"))
    hidden = picture.graph.hidden
    more = (
        el("a", {"href": all_nodes}, f"draw all {count(hidden + len(picture.graph.nodes))} nodes") if hidden else None
    )
    head = parts.head("Dataflow", [*kinds(picture), *notes(picture)], *([more] if more else []), legend, id="h-graph")
    if not picture.graph.nodes:
        empty = el("p", {"class": "empty"}, without_tasks(picture.run))
        return parts.card("graph", head, el("div", {"class": "drawing"}, empty), label="h-graph")
    fits = []
    for is_down in (False, True):
        placed = graph_layout(picture.graph, downwards=is_down)
        least = el("svg", {"width": graph_size(placed)[0] * SCALED, "height": 0, "aria-hidden": "true"})
        drawn = draw_graph(picture.graph, picture.run, placed=placed, downwards=is_down, href=href, selected=selected)
        fits.append(el("div", {"class": f"fit {'down' if is_down else 'right'}"}, least, drawn))
    box = {"class": "drawing scrolls", "data-drawing": "graph"}
    return parts.card("graph", head, el("div", box, *fits), label="h-graph")


def timeline_card(
    picture: Picture,
    href: Link,
    *,
    selected: str | None,
    opened: str | None,
    at: int,
    toggle: Callable[[str | None], str],
    further: Callable[[int], str],
    zoom: tuple[str | None, str | None],
    is_alone: bool = False,
) -> Markup:
    """Labels and plot side by side; a group that is *opened* shows its tasks, from row *at* on.

    More than :data:`CHUNK` rows come chunk by chunk, too; *is_alone*: there is no server that could send more.
    """
    run = picture.run
    rows = picture.rows[:MOST_ROWS]
    cut = next((number for number, row in enumerate(rows, 1) if row.cell.is_group and row.cell.first.id == opened), 0)
    is_whole = not cut and not is_alone
    words = rows_in_words(picture, is_whole=is_whole)
    head = parts.head("Timeline", words, _states(picture), _zoom(), id="h-timeline")
    if not run.tasks:
        empty = el("p", {"class": "empty"}, without_tasks(run))
        return parts.card("timeline", head, el("div", {"class": "drawing"}, empty), label="h-timeline")

    def switch(row: Row) -> str | None:
        return toggle(None if row.cell.first.id == opened else row.cell.first.id) if row.cell.is_group else None

    if is_whole and len(picture.rows) > CHUNK:
        drawn = [chunk(picture, picture.rows, at, href, selected=selected, further=further, switch=switch)]
    else:
        drawn = [band(picture, rows[:cut] if cut else rows, href, selected=selected, switch=switch, opened=opened)]
    if cut:
        inside = singles(rows[cut - 1], run, picture.path)
        drawn.append(chunk(picture, inside, at, href, selected=selected, further=further))
        if rows[cut:]:
            drawn.append(band(picture, rows[cut:], href, selected=selected, switch=switch, opened=opened, axis=False))
    box = {
        "class": "bands",
        "data-drawing": "timeline",
        "data-from": zoom[0],
        "data-to": zoom[1],
        "data-span": run.end - run.start,
        "role": "group",
        "aria-label": f"{speech(run)}; the same data is in the table",
    }
    return parts.card("timeline", head, el("div", box, *drawn), label="h-timeline")


def _zoom() -> Markup:
    """Buttons that only a script needs."""
    names = (("in", "+", "Zoom in"), ("out", "−", "Zoom out"), ("all", "0", "0: the whole time"))  # noqa: RUF001  # a minus
    buttons = [
        el("button", {"type": "button", "data-zoom": name, "aria-label": words, "title": words}, word)
        for name, word, words in names
    ]
    return el("div", {"class": "zooms", "hidden": True}, *buttons)


def band(
    picture: Picture,
    rows: Sequence[Row],
    href: Link,
    *,
    selected: str | None,
    switch: Callable[[Row], str | None] | None = None,
    opened: str | None = None,
    axis: bool = True,
    by_id: bool = False,
) -> Markup:
    """Some rows: the column of labels and the plot."""
    high = timeline_height(rows, axis=axis)
    size: Attributes = {"height": high}
    labels = draw_labels(
        picture.run,
        rows,
        width=LABELS,
        href=href,
        selected=selected,
        switch=switch,
        opened=opened,
        axis=axis,
        by_id=by_id,
    )
    plot = draw_plot(picture.run, rows, picture.path, href=href, selected=selected, axis=axis)
    return el(
        "div",
        {"class": "band"},
        el("svg", {"class": "sf labels", "width": LABELS, **size}, labels),
        el("svg", {"class": "sf plot", "width": "100%", **size}, plot),
    )


def chunk(
    picture: Picture,
    rows: Sequence[Row],
    at: int,
    href: Link,
    *,
    selected: str | None,
    further: Callable[[int], str],
    switch: Callable[[Row], str | None] | None = None,
    axis: bool | None = None,
) -> Markup:
    """At most :data:`CHUNK` rows, and links to those around them.

    *switch* opens groups among the rows; None: these are the tasks of an open group. *axis* None: where *switch* is.
    """
    shown = rows[at : at + CHUNK]
    is_whole = switch is not None
    links = []
    if at > 0:
        links.append(el("a", {"href": further(max(0, at - CHUNK))}, f"{count(min(CHUNK, at))} before"))
    if at + CHUNK < len(rows):
        left = min(CHUNK, len(rows) - at - CHUNK)
        links.append(el("a", {"href": further(at + CHUNK), "data-more": at + CHUNK}, f"{count(left)} more"))
    words = f"rows {count(at + 1)} to {count(at + len(shown))} of {count(len(rows))}"
    told = el("p", {"class": "chunk-words"}, words, *(joined([Markup(" · "), link]) for link in links))
    drawn = band(
        picture,
        shown,
        href,
        selected=selected,
        switch=switch,
        axis=is_whole if axis is None else axis,
        by_id=not is_whole,
    )
    return el("div", {"class": "chunk whole" if is_whole else "chunk"}, drawn, told)


def _states(picture: Picture) -> Markup:
    shown = []
    for state in states_of(picture):
        square: Attributes = {"width": 16, "height": 10, "rx": 2, **fill(state)}
        drawn = el("svg", {"class": "sf", "width": 16, "height": 10, "aria-hidden": "true"}, el("rect", square))
        shown.append(joined([drawn, el("span", None, word_of(state))]))
    lines = [("wait", "waiting")]
    lines += [("timer", "timer")] if any(task.kind is Kind.TIMER for task in picture.run.tasks) else []
    for name, word in lines:
        line: Attributes = {"class": name, "x1": 0, "x2": 16, "y1": 6, "y2": 6}
        drawn = el("svg", {"class": "sf", "width": 16, "height": 10, "aria-hidden": "true"}, el("line", line))
        shown.append(joined([drawn, el("span", None, word)]))
    return el("span", {"class": "states"}, joined(shown))
