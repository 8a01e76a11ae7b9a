"""Drawings as files of their own: an SVG with its colours inside, and one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from simpleflow.web.drawing.bars import draw_spent, share, swatch
from simpleflow.web.drawing.graph import draw_graph, graph_layout, graph_size
from simpleflow.web.drawing.labels import speech
from simpleflow.web.drawing.markup import Attributes, Markup, document, el, joined, number, style
from simpleflow.web.drawing.patterns import definitions, fill, icon
from simpleflow.web.drawing.text import width
from simpleflow.web.drawing.timeline import TimelineSize, draw_labels, draw_plot, draw_timeline, timeline_height
from simpleflow.web.drawing.tokens import Theme, stylesheet
from simpleflow.web.insight import Graph, Row, Sentence, Spent, critical_path, graph_of, sentence, spent
from simpleflow.web.insight.rows import Timeline, timeline_of
from simpleflow.web.insight.scale import Stretch, idle
from simpleflow.web.insight.sentence import Mood, without_tasks
from simpleflow.web.layout import Layout
from simpleflow.web.runs import Run, State
from simpleflow.web.words import count, duration, visible

MOST_ROWS = 1000
HEAD = 44.0
PAD = 16.0


@dataclass(frozen=True)
class Picture:
    """A run with what is concluded from it, each once."""

    run: Run
    most_nodes: int | None = 400

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The critical path."""
        return critical_path(self.run)

    @cached_property
    def spent(self) -> tuple[Spent, ...]:
        """Where the time went."""
        return spent(self.run, self.path)

    @cached_property
    def graph(self) -> Graph:
        """The dataflow."""
        return graph_of(self.run, self.path, most=self.most_nodes)

    @cached_property
    def across(self) -> Layout:
        """Where the nodes of the graph stand, from left to right."""
        return graph_layout(self.graph)

    @cached_property
    def down(self) -> Layout:
        """The same downwards."""
        return graph_layout(self.graph, downwards=True)

    def placed(self, *, downwards: bool) -> Layout:
        """One of the two."""
        return self.down if downwards else self.across

    @cached_property
    def whole(self) -> Timeline:
        """The timeline with all of its time."""
        return timeline_of(self.run, self.path)

    @cached_property
    def folds(self) -> tuple[Stretch, ...]:
        """The time that can be folded."""
        return idle(self.run)

    @cached_property
    def folded(self) -> Timeline:
        """The timeline without the time in which no task ran."""
        return timeline_of(self.run, self.path, folds=self.folds)

    def timeline(self, *, is_folded: bool) -> Timeline:
        """One of the two."""
        return self.folded if is_folded else self.whole

    @property
    def rows(self) -> list[Row]:
        """The rows of the timeline."""
        return self.whole.rows

    @cached_property
    def sentence(self) -> Sentence:
        """The sentence."""
        return sentence(self.run)


def graph_svg(picture: Picture, *, theme: Theme = "auto", downwards: bool = False) -> str:
    """The dataflow graph, ready for a document."""
    run = picture.run
    placed = picture.placed(downwards=downwards)
    drawn = draw_graph(picture.graph, run, placed=placed, downwards=downwards)
    wide, high = graph_size(placed)
    title = ["Dataflow", " · ".join([*kinds(picture), *notes(picture)])]
    full = max(wide + 2 * PAD, width("".join(title), 13) + 190)
    return _card(drawn, title, full, high, (full - wide) / 2, theme, [_critical_legend(full)])


def timeline_svg(
    picture: Picture, *, theme: Theme = "auto", size: TimelineSize | None = None, is_folded: bool = False
) -> str:
    """The timeline, ready for a document."""
    size = size or TimelineSize()
    timeline = picture.timeline(is_folded=is_folded)
    shown = timeline.rows[:MOST_ROWS]
    drawn = draw_timeline(picture.run, shown, picture.path, timeline.scale, size=size)
    title = ["Timeline", " · ".join(rows_in_words(picture, timeline))]
    return _card(drawn, title, size.width, timeline_height(shown), 0, theme, _legend(picture, size.width), pad=0)


def report_html(picture: Picture, *, is_folded: bool = False) -> str:
    """One page with the sentence, where the time went, the graph and the timeline. No script, nothing from outside."""
    run = picture.run
    css = stylesheet("page", with_page=True)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = el(
        "head",
        None,
        el("meta", {"charset": "utf-8"}),
        el("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        el("meta", {"name": "viewport", "content": "width=device-width"}),
        el("title", None, f"{visible(run.workflow_id)}: {run.state.word}"),
        style(css),
    )
    hidden = el("svg", {"class": "sf", "width": 0, "height": 0, "aria-hidden": "true"}, definitions())
    body = el(
        "body",
        None,
        hidden,
        el(
            "main",
            None,
            el("h1", None, run.workflow_id),
            _facts(run),
            said(picture.sentence),
            _where(picture),
            _dataflow(picture),
            _timeline(picture, picture.timeline(is_folded=is_folded)),
            el(
                "footer", None, f"{visible(run.workflow_id)} · run {visible(run.run_id)} · {count(run.events, 'event')}"
            ),
        ),
    )
    return document(el("html", {"lang": "en"}, head, body))


def said(it: Sentence) -> Markup:
    """The sentence as a section."""
    is_alone = it.mood is Mood.BAD
    value = el("code", {"class": "alone" if is_alone else None}, it.value) if it.value else None
    state = State.TIMED_OUT if it.mood is Mood.WARNING else State(it.mood)
    sign = el("svg", {"class": "sf", "width": 24, "height": 16}, icon(state, 0, 1))
    first = el("p", None, sign, el("strong", None, it.lead), it.text, " " if value else None, value)
    note = el("p", {"class": "note"}, it.note) if it.note else None
    return el("section", {"class": f"say say-{it.mood}"}, first, note)


def _facts(run: Run) -> Markup:
    facts = [
        ("Type", f"{run.type} v{run.version}"),
        ("State", run.state.word),
        ("Duration" if run.close is not None else "Running for", duration(run.end - run.start)),
        ("Task list", run.task_list),
        ("Tags", ", ".join(run.tags)),
    ]
    words = [Markup(f"{el('strong', None, name)} {el('span', None, value)}") for name, value in facts if value]
    return el("p", {"class": "facts"}, Markup(" · ".join(words)))


def _where(picture: Picture) -> Markup:
    total = sum(each.milliseconds for each in picture.spent)
    items = [
        el(
            "li",
            None,
            el(
                "svg",
                {"class": "sf", "width": 14, "height": 10},
                el("rect", {"width": 10, "height": 10, **swatch(each.part)}),
            ),
            f"{each.part.word} ",
            el("strong", None, duration(each.milliseconds / 1000)),
            el("span", {"class": "of"}, f" {share(each, total)}"),
        )
        for each in picture.spent
    ]
    head = _head("Where the time went", [f"along the critical path, {count(len(picture.path), 'task')}"])
    bar = el("div", {"class": "plain"}, draw_spent(picture.spent))
    return el("section", None, head, bar, el("ul", {"class": "legend"}, joined(items)))


def _head(title: str, words: Sequence[str], *more: Markup) -> Markup:
    return el("div", {"class": "head"}, el("h2", None, title), el("span", None, " · ".join(words)), *more)


def _dataflow(picture: Picture) -> Markup:
    """The graph twice: from left to right, and for narrow screens downwards."""
    fits = [
        el("div", {"class": f"fit {'down' if is_down else 'right'}"}, *_fitting(picture, downwards=is_down))
        for is_down in (False, True)
    ]
    line = el("svg", {"class": "sf", "width": 20, "height": 10}, el("path", {"class": "crit-line", "d": "M0 6h18"}))
    legend = el("span", {"class": "states"}, line, el("span", None, "critical path"))
    head = _head("Dataflow", [*kinds(picture), *notes(picture)], legend)
    return el("section", None, head, el("div", {"class": "drawing"}, *fits))


def _fitting(picture: Picture, *, downwards: bool) -> list[Markup]:
    """The graph, scaled down to fit, but not below three quarters of its size: what has no height keeps the width."""
    placed = picture.placed(downwards=downwards)
    least = el("svg", {"width": graph_size(placed)[0] * 0.75, "height": 0})
    return [least, draw_graph(picture.graph, picture.run, placed=placed, downwards=downwards)]


def _timeline(picture: Picture, timeline: Timeline) -> Markup:
    """Labels and plot side by side; the plot is as wide as there is room."""
    run, shown, scale = picture.run, timeline.rows[:MOST_ROWS], timeline.scale
    size: Attributes = {"height": timeline_height(shown), "role": "group"}
    labels = el("svg", {"class": "sf labels", "width": 252, **size}, draw_labels(run, shown, scale, width=252))
    plot = el(
        "svg",
        {"class": "sf plot", "width": "100%", **size, "aria-label": speech(run)},
        draw_plot(run, shown, picture.path, scale),
    )
    head = _head("Timeline", rows_in_words(picture, timeline), _states_legend(picture))
    return el("section", None, head, el("div", {"class": "drawing rows"}, labels, plot))


def kinds(picture: Picture) -> list[str]:
    """How many tasks of each kind there are, in words."""
    run = picture.run
    if not run.tasks and not picture.graph.nodes:
        return [without_tasks(run)]
    nouns = (("activity", "activities"), ("child", "children"), ("timer", "timers"), ("lambda", "functions"))
    words = []
    for kind, plural in nouns:
        number = sum(1 for task in run.tasks if task.kind == kind)
        words += [count(number, "function" if kind == "lambda" else kind, plural)] if number else []
    return [*words, *([count(len(run.signals), "signal")] if run.signals else []), count(run.events, "event")]


def notes(picture: Picture) -> list[str]:
    """What has to be said about the graph."""
    notes = []
    if picture.graph.is_inferred:
        notes.append("dashed edges are inferred from decisions")
    if picture.graph.hidden:
        notes.append(f"{count(picture.graph.hidden, 'node')} not drawn")
    return notes


def rows_in_words(picture: Picture, timeline: Timeline, *, is_whole: bool = False) -> list[str]:
    """The head of a timeline in words. *is_whole*: it has all rows, however many they are."""
    run, rows, folds = picture.run, timeline.rows, timeline.scale.folds
    words = [duration(run.end - run.start), f"{count(len(run.tasks), 'task')} in {count(len(rows), 'row')}"]
    if len(rows) > MOST_ROWS and not is_whole:
        words.append(f"the first {count(MOST_ROWS)} rows")
    if folds:
        words.append(f"{count(len(folds), 'idle stretch', 'idle stretches')} folded, {duration(timeline.idle_s)}")
    return words


def states_of(picture: Picture) -> list[State]:
    """The states that bars can have here."""
    run = picture.run
    found = {attempt.outcome for task in run.tasks for attempt in task.attempts}
    open_ = State.RUNNING if run.close is None else State.UNFINISHED
    order = (State.COMPLETED, *State)
    return [state for state in dict.fromkeys(order) if state in found or (None in found and state is open_)]


def word_of(state: State) -> str:
    """The word of a state in a legend."""
    return "done" if state is State.COMPLETED else state.word.lower()


def _states_legend(picture: Picture) -> Markup:
    parts = [
        Markup(
            el(
                "svg",
                {"class": "sf", "width": 20, "height": 10},
                el("rect", {"width": 16, "height": 10, "rx": 2, **fill(state)}),
            )
            + el("span", None, f"{word_of(state)} ")
        )
        for state in states_of(picture)
    ]
    return el("span", {"class": "states"}, joined(parts))


def _legend(picture: Picture, full: float) -> list[Markup]:
    """Swatches with words, from the right."""
    parts = []
    right = full - PAD
    for state in reversed(states_of(picture)):
        word = word_of(state)
        right -= width(word, 11.5)
        parts.append(el("text", {"class": "ink3 small", "x": right, "y": 27}, word))
        right -= 21
        parts.append(el("rect", {"x": right, "y": 18, "width": 16, "height": 10, "rx": 2, **fill(state)}))
        right -= 14
    return parts


def _critical_legend(full: float) -> Markup:
    right = full - PAD - width("critical path", 11)
    line = el("line", {"class": "crit-line", "x1": right - 24, "x2": right - 6, "y1": 23, "y2": 23})
    return joined([line, el("text", {"class": "ink3 small", "x": right, "y": 27}, "critical path")])


def _card(
    drawn: Markup,
    title: Sequence[str],
    wide: float,
    high: float,
    left: float,
    theme: Theme,
    more: Sequence[Markup],
    pad: float = PAD,
) -> str:
    """A card with a title and a drawing in it, as a document."""
    full = HEAD + pad + high + pad
    name = el("tspan", {"class": "ink h"}, title[0])
    words = el("text", {"x": PAD, "y": 27}, name, el("tspan", {"class": "ink3", "dx": 12}, title[1]))
    inner = el("g", {"transform": f"translate({number(left)} {number(HEAD + pad)})"}, drawn)
    return (
        str(
            el(
                "svg",
                {
                    "xmlns": "http://www.w3.org/2000/svg",
                    "class": "sf",
                    "width": wide + 2,
                    "height": full + 2,
                    "viewBox": f"-1 -1 {number(wide + 2)} {number(full + 2)}",
                },
                style(stylesheet(theme)),
                definitions(),
                el("rect", {"class": "card", "width": wide, "height": full, "rx": 8}),
                words,
                joined(more),
                el("line", {"class": "rule", "x1": 0, "x2": wide, "y1": HEAD, "y2": HEAD}),
                inner,
            )
        )
        + "\n"
    )


__all__ = ["MOST_ROWS", "Picture", "graph_svg", "report_html", "said", "timeline_svg"]
