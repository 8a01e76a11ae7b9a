"""The drawings of a run in the cards of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing.bars import draw_spent, share, swatch
from simpleflow.web.drawing.graph import draw_graph, graph_size
from simpleflow.web.drawing.labels import speech
from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.drawing.patterns import fill
from simpleflow.web.drawing.timeline import draw_labels, draw_plot, timeline_height
from simpleflow.web.files import Picture, kinds, notes, rows_in_words, states_of, word_of
from simpleflow.web.insight import Row
from simpleflow.web.insight.rows import Timeline, singles
from simpleflow.web.insight.scale import Scale
from simpleflow.web.insight.sentence import without_tasks
from simpleflow.web.pages import parts
from simpleflow.web.runs import Kind, Task
from simpleflow.web.words import count, duration

LABELS: Final = 252
CHUNK: Final = 200
"""Rows of an open group that come at once."""
MOST_ROWS: Final = 400
"""Rows that are drawn at once outside of open groups."""
SCALED: Final = 0.75
"""The graph is made smaller to fit, but not below this part of its size."""

NODE_S: Final = 0.0005
NODE_MB: Final = 0.0012
"""What a node of a large graph costs in time and size, with its edges and in both directions: measured."""

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


def graph_card(
    picture: Picture, href: Link, selected: str | None, all_nodes: str, signals: str, *, is_alone: bool
) -> Markup:
    """The dataflow, from left to right and, for narrow screens, downwards. *signals* is where they are listed."""
    line = el("svg", {"class": "sf", "width": 20, "height": 10, "aria-hidden": "true"},
              el("path", {"class": "crit-line", "d": "M0 6h18"}))  # fmt: skip
    legend = el("span", {"class": "states"}, line, el("span", None, "critical path"))
    hidden = picture.graph.hidden
    whole = hidden + len(picture.graph.nodes)
    cost = f"about {max(1, round(whole * NODE_S))} s, {whole * NODE_MB:.1f} MB"
    more = el("a", {"href": all_nodes}, f"draw all {count(whole)} nodes ({cost})") if hidden else None
    head = parts.head("Dataflow", [*kinds(picture), *notes(picture)], *([more] if more else []), legend, id="h-graph")
    if not picture.graph.nodes:
        empty = el("p", {"class": "empty"}, without_tasks(picture.run))
        return parts.card("graph", head, el("div", {"class": "drawing"}, empty), label="h-graph")
    received = {node.id for node in picture.graph.nodes if node.kind is Kind.SIGNAL}

    def to(id: str) -> str:
        return signals if id in received else href(id)

    def child(task: Task) -> str | None:
        return urls.child(picture.run.domain, task.id, task.run_id) if task.run_id and not is_alone else None

    fits = []
    for is_down in (False, True):
        placed = picture.placed(downwards=is_down)
        least = el("svg", {"width": graph_size(placed)[0] * SCALED, "height": 0, "aria-hidden": "true"})
        drawn = draw_graph(
            picture.graph, picture.run, placed=placed, downwards=is_down, href=to, selected=selected, child=child
        )
        fits.append(el("div", {"class": f"fit {'down' if is_down else 'right'}"}, least, drawn))
    box = {"class": "drawing scrolls", "data-drawing": "graph"}
    return parts.card("graph", head, el("div", box, *fits), label="h-graph")


@dataclass(frozen=True, slots=True)
class Links:
    """Where the parts of a timeline lead: to a task, to a group opened (or, None, closed), to rows from a number on, to
    the same page with the idle time folded or not.
    """

    task: Link
    group: Callable[[str | None], str]
    further: Callable[[int], str]
    fold: Callable[[bool], str]


def timeline_card(
    picture: Picture,
    links: Links,
    *,
    selected: str | None,
    opened: str | None,
    at: int,
    zoom: tuple[str | None, str | None],
    is_folded: bool = False,
    is_alone: bool = False,
) -> Markup:
    """Labels and plot side by side; a group that is *opened* shows its tasks, from row *at* on.

    More than :data:`CHUNK` rows come chunk by chunk, too; *is_alone*: there is no server that could send more, nor one
    that could fold, so that both are in the file.
    """
    run = picture.run
    timeline = picture.timeline(is_folded=is_folded)
    cut = next(
        (number for number, row in enumerate(timeline.rows, 1) if row.cell.is_group and row.cell.first.id == opened), 0
    )
    is_whole = not cut and not is_alone
    words = rows_in_words(picture, timeline, is_whole=is_whole)
    can_fold = bool(picture.folds)
    fold = None
    if can_fold and is_alone:
        fold = el("label", {"class": "folds"}, el("input", {"type": "checkbox", "class": "fold-box"}), "Fold idle")
    elif can_fold:
        word = "Unfold idle" if is_folded else "Fold idle"
        fold = el("a", {"class": "folds", "href": links.fold(not is_folded), "data-fold": "1"}, word)
    head = parts.head("Timeline", words, _states(picture), *([fold] if fold else []), _zoom(), id="h-timeline")
    if not run.tasks:
        empty = el("p", {"class": "empty"}, without_tasks(run))
        return parts.card("timeline", head, el("div", {"class": "drawing"}, empty), label="h-timeline")

    def bands(shown: Timeline, name: str) -> Markup:
        drawn = _bands(picture, shown, links, cut, at, selected=selected, opened=opened, is_whole=is_whole)
        box = {
            "class": name,
            "data-drawing": "timeline",
            "data-from": zoom[0],
            "data-to": zoom[1],
            "data-knots": _knots(shown.scale),
            "role": "group",
            "aria-label": f"{speech(run)}; the same data is in the table",
        }
        return el("div", box, *drawn)

    if can_fold and is_alone:
        both = [bands(picture.whole, "bands even"), bands(picture.folded, "bands short")]
        return parts.card("timeline", head, *both, label="h-timeline")
    return parts.card("timeline", head, bands(timeline, "bands"), label="h-timeline")


def _bands(
    picture: Picture,
    shown: Timeline,
    links: Links,
    cut: int,
    at: int,
    *,
    selected: str | None,
    opened: str | None,
    is_whole: bool,
) -> list[Markup]:
    """The rows up to the group that is open (the row of number *cut*, 0: none is), its tasks, the rows below it."""

    def switch(row: Row) -> str | None:
        return links.group(None if row.cell.first.id == opened else row.cell.first.id) if row.cell.is_group else None

    look = Look(picture, shown.scale, links.task, selected, switch=switch, opened=opened)
    rows = shown.rows[:MOST_ROWS]
    if is_whole and len(shown.rows) > CHUNK:
        return [chunk(look, shown.rows, at, links.further)]
    if not cut:
        return [band(look, rows)]
    inside = singles(shown.rows[cut - 1], picture.run, picture.path)
    drawn = [band(look, shown.rows[:cut]), chunk(replace(look, switch=None, axis=False), inside, at, links.further)]
    return drawn + ([band(replace(look, axis=False), rows[cut:])] if rows[cut:] else [])


def _knots(scale: Scale) -> str:
    """Where parts of an even width are in that of the drawing, both in percent."""
    if not scale.folds:
        return "0:0 100:100"
    return " ".join(f"{even * 100:.8g}:{part * 100:.6g}" for even, part in scale.knots())


def _zoom() -> Markup:
    """Buttons that only a script needs."""
    names = (("in", "+", "Zoom in"), ("out", "−", "Zoom out"), ("all", "0", "0: the whole time"))  # noqa: RUF001  # a minus
    buttons = [
        el("button", {"type": "button", "data-zoom": name, "aria-label": words, "title": words}, word)
        for name, word, words in names
    ]
    return el("div", {"class": "zooms", "hidden": True}, *buttons)


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn. *switch* opens and closes groups among them; None: they are the tasks of an open group."""

    picture: Picture
    scale: Scale
    href: Link
    selected: str | None = None
    switch: Callable[[Row], str | None] | None = None
    opened: str | None = None
    axis: bool = True


def band(look: Look, rows: Sequence[Row]) -> Markup:
    """Some rows: the column of labels and the plot."""
    high = timeline_height(rows, axis=look.axis)
    size: Attributes = {"height": high}
    by_id = look.switch is None
    run, href, selected, axis = look.picture.run, look.href, look.selected, look.axis
    labels = draw_labels(
        run,
        rows,
        look.scale,
        width=LABELS,
        href=href,
        selected=selected,
        switch=look.switch,
        opened=look.opened,
        axis=axis,
        by_id=by_id,
    )
    plot = draw_plot(run, rows, look.picture.path, look.scale, href=href, selected=selected, axis=axis, by_id=by_id)
    return el(
        "div",
        {"class": "band"},
        el("svg", {"class": "sf labels", "width": LABELS, **size}, labels),
        el("svg", {"class": "sf plot", "width": "100%", **size}, plot),
    )


def chunk(look: Look, rows: Sequence[Row], at: int, further: Callable[[int], str]) -> Markup:
    """At most :data:`CHUNK` rows, and links to those around them."""
    shown = rows[at : at + CHUNK]
    links = []
    if at > 0:
        links.append(el("a", {"href": further(max(0, at - CHUNK))}, f"{count(min(CHUNK, at))} before"))
    if at + CHUNK < len(rows):
        left = min(CHUNK, len(rows) - at - CHUNK)
        links.append(el("a", {"href": further(at + CHUNK), "data-more": at + CHUNK}, f"{count(left)} more"))
    words = f"rows {count(at + 1)} to {count(at + len(shown))} of {count(len(rows))}"
    told = el("p", {"class": "chunk-words"}, words, *(joined([Markup(" · "), link]) for link in links))
    name = "chunk" if look.switch is None else "chunk whole"
    return el("div", {"class": name, "data-at": at}, band(look, shown), told)


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
