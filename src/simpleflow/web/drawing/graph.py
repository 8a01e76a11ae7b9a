"""The dataflow graph as SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined, number
from simpleflow.web.drawing.patterns import diamond, fill, glyph, icon
from simpleflow.web.drawing.text import fitted, width
from simpleflow.web.insight import Graph, Node
from simpleflow.web.layout import Box, Layout, Route, layout
from simpleflow.web.runs import Kind, Run, State, Task, label
from simpleflow.web.words import count, duration, visible

NODE: Final = (168.0, 48.0)
GROUP: Final = (188.0, 48.0)
SIGNAL_HEIGHT: Final = 30.0
MARGIN: Final = 10.0
GOOD: Final = State.COMPLETED
BAR: Final = 4.0
Href = Callable[[str], str | None]


def graph_layout(graph: Graph, *, downwards: bool = False) -> Layout:
    """Where the nodes stand."""
    sizes = {node.id: _size(node) for node in graph.nodes}
    edges = [(edge.source, edge.target) for edge in graph.edges]
    return layout(sizes, edges, downwards=downwards, between=12 if downwards else 18)


def graph_size(placed: Layout) -> tuple[float, float]:
    """Width and height of the drawing."""
    return placed.width + 2 * MARGIN + 8, placed.height + 2 * MARGIN


def draw_graph(
    graph: Graph,
    run: Run,
    *,
    placed: Layout | None = None,
    downwards: bool = False,
    href: Href | None = None,
    selected: str | None = None,
    prefix: str = "sf",
    child: Callable[[Task], str | None] | None = None,
    marks: Mapping[str, str] | None = None,
) -> Markup:
    """The graph; *href* gives the address of a task, None for no link. *selected* is the id of a task.

    *child* gives the address of the execution that a task started: its sign leads there.

    *marks* are classes for nodes by their ids, with which a page says something about them.

    An empty graph is an empty drawing.
    """
    placed = placed or graph_layout(graph, downwards=downwards)
    wide, high = graph_size(placed)
    inner = [*_edges(graph, placed, downwards=downwards)]
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    following: dict[str, list[str]] = {}
    for edge in graph.edges:
        following.setdefault(edge.source, []).append(str(numbers[edge.target]))
    for node in graph.nodes:
        is_selected = selected is not None and (node.id == selected or any(task.id == selected for task in node.tasks))
        drawn = _node(node, placed.boxes[node.id], run, prefix, is_selected=is_selected)
        target = href(node.id) if href is not None else None
        name = el("title", None, described(node, run))
        if target is not None:
            after = " ".join(following.get(node.id, ())) or None  # for arrows, which go along edges
            inner.append(el("a", {"href": target, "data-node": node.id, "data-to": after}, name, drawn))
            inner += _to_child(node, placed.boxes[node.id], child)
        else:
            mark = None if marks is None else marks.get(node.id)
            inner.append(el("g", {"data-node": node.id, "class": mark}, name, drawn))
    return el(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "sf graph",
            "width": wide,
            "height": high,
            "viewBox": f"0 0 {number(wide)} {number(high)}",
            "role": "group",
            "aria-label": f"Dataflow of {count(len(run.tasks), 'task')} in {count(len(graph.nodes), 'node')}",
        },
        el("g", {"transform": f"translate({number(MARGIN)} {number(MARGIN)})"}, joined(inner)),
    )


def _to_child(node: Node, box: Box, child: Callable[[Task], str | None] | None) -> list[Markup]:
    """A place to press over the sign of a child workflow."""
    address = child(node.tasks[0]) if child is not None and node.kind is Kind.CHILD and not node.is_group else None
    if address is None:
        return []
    square: Attributes = {"class": "touch", "x": box.x + box.width - 32, "y": box.y, "width": 32, "height": 28}
    return [el("a", {"href": address}, el("title", None, "Open the child execution"), el("rect", square))]


def described(node: Node, run: Run) -> str:
    """The node in words."""
    name = f"{visible(node.name)} ×{count(len(node.tasks))}" if node.is_group else visible(node.id)
    return f"{name}: {node.state.word}, {second_line(node, run)}"


def second_line(node: Node, run: Run) -> str:
    """What a node says below its name: how long it took, or how far it is."""
    if node.kind is Kind.SIGNAL:
        if not node.received:
            return "waiting" if run.close is None else "never came"
        return "received" if node.received == 1 else f"received ×{count(node.received)}"
    words = []
    kinds = {Kind.CHILD: "child workflow", Kind.TIMER: "timer", Kind.LAMBDA: "function"}
    if not node.is_group:
        task = node.tasks[0]
        words.append(kinds.get(node.kind, ""))
        words.append(_how_long(node))
        words.append(f"{len(task.attempts)} attempts" if len(task.attempts) > 1 else "")
    else:
        ended = sum(number for state, number in node.counts.states.items() if not state.is_open)
        if ended < node.counts.total:
            words.append(f"{count(node.counts.done)} of {count(node.counts.total)}")
        else:
            words.append("in sequence" if node.is_chain else "")
            words.append(_how_long(node))
        words.extend(_otherwise(node) if ended == node.counts.total else ())
        words.append(f"{count(node.counts.retried)} retried" if node.counts.retried else "")
    return " · ".join(word for word in words if word)


def _otherwise(node: Node) -> list[str]:
    """What did not complete."""
    states = node.counts.states
    return [f"{count(states[state])} {state.word.lower()}" for state in State if state in states and state is not GOOD]


def _how_long(node: Node) -> str:
    return "waiting" if node.state is State.WAITING else duration(node.seconds)


def _size(node: Node) -> tuple[float, float]:
    if node.kind is Kind.SIGNAL:
        return min(NODE[0], max(76.0, width(label(node.name), 11) + 42)), SIGNAL_HEIGHT
    return GROUP if node.is_group else NODE


def _node(node: Node, box: Box, run: Run, prefix: str, *, is_selected: bool) -> Markup:
    if node.kind is Kind.SIGNAL:
        return _signal(node, box)
    parts = []
    if node.is_group:
        for step in (6, 3):
            parts.append(_frame(box, "behind", shift=step))
    more = (" crit" if node.is_critical else "") + (" is-selected" if is_selected else "")
    parts.append(_frame(box, f"node is-{node.state}{more}"))
    x, y = box.x, box.y
    many = f"×{count(len(node.tasks))}" if node.is_group else ""
    sign = glyph(node.kind, x + box.width - 22, y + 9)
    room = box.width - 30 - (width(many, 12) + 14 if many else 8) - (16 if sign else 0)
    parts.append(icon(node.state, x + 9, y + 11, size=13))
    parts.append(_text("ink b", x + 28, y + 21, fitted(visible(label(node.name)), 12.3, room)))
    if many:
        shift = 26 if sign else 10
        parts.append(_text("ink b end", x + box.width - shift, y + 21, many))
    if sign is not None:
        parts.append(sign)
    parts.append(_text("ink3 small", x + 28, y + 37, fitted(second_line(node, run), 11, box.width - 34)))
    if node.is_group:
        parts.extend(_progress(node, box, prefix))
    return joined(parts)


def _frame(box: Box, names: str, *, shift: float = 0) -> Markup:
    return el(
        "rect",
        {"class": names, "x": box.x + shift, "y": box.y - shift, "width": box.width, "height": box.height, "rx": 6},
    )


def _text(names: str, x: float, y: float, text: str) -> Markup:
    return el("text", {"class": names, "x": x, "y": y}, text)


def _signal(node: Node, box: Box) -> Markup:
    middle = box.y + box.height / 2
    names = f"node is-signal{' is-waiting' if node.state is State.WAITING else ''}{' crit' if node.is_critical else ''}"
    frame: Attributes = {
        "class": names,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "rx": box.height / 2,
    }
    name = fitted(visible(label(node.name)), 11, box.width - 36)
    return joined([el("rect", frame), diamond(box.x + 15, middle), _text("ink2 small", box.x + 26, middle + 4, name)])


def _progress(node: Node, box: Box, prefix: str) -> list[Markup]:
    """The bar of states along the lower border of a group."""
    parts = []
    left, total = 0.0, node.counts.total
    inside = box.width - 2 * 5
    for state in (State.COMPLETED, State.FAILED, State.TIMED_OUT, State.RUNNING, State.CANCELED, State.TERMINATED,
                  State.WAITING, State.UNFINISHED):  # fmt: skip
        share = node.counts.states.get(state, 0) / total
        if share:
            wide = max(1.0, share * inside)
            where: Attributes = {
                "x": box.x + 5 + left,
                "y": box.y + box.height - BAR - 1,
                "width": min(wide, inside - left),
            }
            parts.append(el("rect", {**where, "height": BAR, **fill(state, prefix)}))
            left = min(inside, left + wide)
    return parts


def _edges(graph: Graph, placed: Layout, *, downwards: bool) -> list[Markup]:
    """Far ones first, beneath all; critical ones last."""
    drawn: list[tuple[int, Markup]] = []
    tips: dict[bool, list[str]] = {False: [], True: []}
    routes = {(route.source, route.target): route for route in placed.routes}
    for edge in graph.edges:
        route = routes[edge.source, edge.target]
        names = ["edge"]
        names += ["crit"] if edge.is_critical else []
        names += ["dashed"] if edge.is_inferred else []
        names += ["far"] if route.is_far else []
        path, tip = _curve(route, downwards=downwards)
        tips[edge.is_critical].append(tip)
        rank = 0 if route.is_far else 2 if edge.is_critical else 1
        drawn.append((rank, el("path", {"class": " ".join(names), "d": path})))
    drawn.sort(key=lambda each: each[0])
    heads = [
        el("path", {"class": "tip crit" if is_critical else "tip", "d": "".join(paths)})
        for is_critical, paths in tips.items()
        if paths
    ]
    return [*(markup for _, markup in drawn), *heads]


def _curve(route: Route, *, downwards: bool) -> tuple[str, str]:
    """The line through the points of a route, and the tip at its end."""
    points = list(route.points)
    x, y = points[-1]
    back = 5.0
    points[-1] = (x, y - back) if downwards else (x - back, y)
    pieces = [f"M{_at(points[0])}"]
    for index, (a, b) in enumerate(pairwise(points)):
        if index % 2 and not route.is_far:  # through a layer: straight
            pieces.append(f"L{_at(b)}")
            continue
        bend = abs(b[1] - a[1] if downwards else b[0] - a[0]) / 2
        first, second = (
            ((a[0], a[1] + bend), (b[0], b[1] - bend)) if downwards else ((a[0] + bend, a[1]), (b[0] - bend, b[1]))
        )
        pieces.append(f"C{_at(first)} {_at(second)} {_at(b)}")
    if downwards:
        tip = f"M{_at((x - 3.5, y - 6.5))}L{_at((x, y))}L{_at((x + 3.5, y - 6.5))}z"
    else:
        tip = f"M{_at((x - 6.5, y - 3.5))}L{_at((x, y))}L{_at((x - 6.5, y + 3.5))}z"
    return "".join(pieces), tip


def _at(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"
