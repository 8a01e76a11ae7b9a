"""A layered layout: nodes, edges and sizes become positions. It knows nothing of what the nodes are.

Layers are longest paths; order within a layer by median sweeps; positions by pooling adjacent violators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 8
PATIENCE = 3
PASSES = 6
LONGEST_BENT = 12
"""An edge over more layers gets no places of its own in them: a start joined to 1,000 chained tasks would make
500,000."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands: its upper left corner, and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """The points of an edge, from border to border. *is_far*: it runs straight through, beneath the nodes."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    is_far: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by node, routes in the order of the edges, and the size of it all."""

    boxes: dict[str, Box]
    routes: tuple[Route, ...]
    width: float
    height: float


def layout(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    *,
    downwards: bool = False,
    along: float = 40.0,
    between: float = 18.0,
) -> Layout:
    """Places nodes (by *sizes*: width, height) left to right, or *downwards*.

    *along* is the distance of layers, *between* that of nodes in a layer. Edges must make no circle.
    """
    if downwards:
        turned = layout(
            {id: (height, width) for id, (width, height) in sizes.items()}, edges, along=along, between=between
        )
        return _turned(turned)
    names = list(sizes)
    number = {name: index for index, name in enumerate(names)}
    links = list(dict.fromkeys((number[a], number[b]) for a, b in edges if a in number and b in number and a != b))
    layer = _layers(len(names), links)
    net = _Net(layer, links)
    order = _ordered(net)
    heights = [sizes[name][1] for name in names] + [0.0] * (len(net.layer) - len(names))
    centers = _placed(net, order, heights, between)
    return _drawn(names, sizes, net, order, centers, along)


def _layers(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """The longest path from a source; sources stand right before the first that follows them."""
    after: dict[int, list[int]] = defaultdict(list)
    missing = [0] * count
    for a, b in links:
        after[a].append(b)
        missing[b] += 1
    sources = [node for node in range(count) if not missing[node]]
    layer = [0] * count
    ready, seen = list(sources), 0
    for node in ready:
        seen += 1
        for each in after[node]:
            layer[each] = max(layer[each], layer[node] + 1)
            missing[each] -= 1
            if not missing[each]:
                ready.append(each)
    assert seen == count, "the edges make a circle"
    for node in sources:
        if after[node]:
            layer[node] = min(layer[each] for each in after[node]) - 1
    return layer


class _Net:
    """Nodes and dummies (those beyond the nodes) with edges from one layer to the next."""

    def __init__(self, layer: list[int], links: Sequence[tuple[int, int]]) -> None:
        self.count = len(layer)
        self.layer = layer
        self.up: dict[int, list[int]] = defaultdict(list)
        self.down: dict[int, list[int]] = defaultdict(list)
        self.chains: dict[tuple[int, int], list[int]] = {}
        """By edge, its dummies; edges that are too long are not here."""
        self.links = links
        for a, b in links:
            span = layer[b] - layer[a]
            if span > LONGEST_BENT:
                continue
            chain = []
            for step in range(1, span):
                chain.append(len(self.layer))
                self.layer.append(layer[a] + step)
            self.chains[a, b] = chain
            for u, v in pairwise([a, *chain, b]):
                self.down[u].append(v)
                self.up[v].append(u)

    def is_dummy(self, node: int) -> bool:
        return node >= self.count


def _ordered(net: _Net) -> list[list[int]]:
    """The nodes of each layer in an order with few crossings."""
    layers: list[list[int]] = [[] for _ in range(max(net.layer, default=-1) + 1)]
    for node in _walk(net):
        layers[net.layer[node]].append(node)
    best, fewest, patience = [list(each) for each in layers], _crossings(net, layers), PATIENCE
    for sweep in range(SWEEPS):
        if not fewest or not patience:
            break
        is_forward = sweep % 2 == 0
        near = net.up if is_forward else net.down
        for index in range(1, len(layers)) if is_forward else range(len(layers) - 2, -1, -1):
            other = layers[index - 1 if is_forward else index + 1]
            place = {node: at for at, node in enumerate(other)}
            _sort_by_medians(layers[index], near, place)
        crossings = _crossings(net, layers)
        if crossings < fewest:
            best, fewest, patience = [list(each) for each in layers], crossings, PATIENCE
        else:
            patience -= 1
    return best


def _walk(net: _Net) -> list[int]:
    """All nodes, what follows a node soon after it."""
    seen = [False] * len(net.layer)
    result = []
    for start in range(len(net.layer)):
        stack = [start] if not net.up[start] else []
        while stack:
            node = stack.pop()
            if seen[node]:
                continue
            seen[node] = True
            result.append(node)
            stack.extend(reversed(net.down[node]))
    return result


def _sort_by_medians(layer: list[int], near: Mapping[int, list[int]], place: Mapping[int, int]) -> None:
    """Nodes with neighbours are sorted by the median of their places; the others stay where they are."""
    keys: dict[int, float] = {}
    for node in layer:
        places = sorted(place[each] for each in near[node])
        if places:
            middle = len(places) // 2
            keys[node] = places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2
    movable = iter(sorted(keys, key=lambda node: keys[node]))
    layer[:] = [next(movable) if node in keys else node for node in layer]


def _crossings(net: _Net, layers: Sequence[Sequence[int]]) -> int:
    """How many pairs of edges cross, by a Fenwick tree for each pair of layers."""
    total = 0
    for upper, lower in pairwise(layers):
        place = {node: index for index, node in enumerate(lower)}
        tree = [0] * (len(lower) + 1)
        count = 0
        for node in upper:
            targets = sorted(place[each] for each in net.down[node])
            for target in targets:
                at, before = target + 1, 0
                while at:
                    before += tree[at]
                    at &= at - 1
                total += count - before
            for target in targets:
                at = target + 1
                while at <= len(lower):
                    tree[at] += 1
                    at += at & -at
            count += len(targets)
    return total


def _placed(net: _Net, order: Sequence[Sequence[int]], heights: Sequence[float], gap: float) -> list[float]:
    """The centre of every node across the layers: near to its neighbours, order and distances kept."""
    center = [0.0] * len(net.layer)
    for layer in order:
        center_of = _spread(layer, dict.fromkeys(layer, 0.0), net, heights, gap)
        for node, y in center_of.items():
            center[node] = y
    for turn in range(PASSES):
        is_forward = turn % 2 == 0
        near = net.up if is_forward else net.down
        for layer in order if is_forward else reversed(order):
            want = {}
            for node in layer:
                # At last both sides count, so that a node stands in the middle of what it joins.
                neighbours = near[node] if turn < PASSES - 2 else [*net.up[node], *net.down[node]]
                want[node] = _median([center[each] for each in neighbours]) if neighbours else center[node]
            for node, y in _spread(layer, want, net, heights, gap).items():
                center[node] = y
    return center


def _median(values: list[float]) -> float:
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _spread(
    layer: Sequence[int], want: Mapping[int, float], net: _Net, heights: Sequence[float], gap: float
) -> dict[int, float]:
    """The closest places to *want* that keep order and distance (pool adjacent violators); dummies weigh more."""
    offset = [0.0]
    for a, b in pairwise(layer):
        offset.append(offset[-1] + (heights[a] + heights[b]) / 2 + gap)
    blocks: list[tuple[float, float, int]] = []
    for index, node in enumerate(layer):
        weight = 2.0 if net.is_dummy(node) else 1.0
        blocks.append(((want[node] - offset[index]) * weight, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, weight, size = blocks.pop()
            before = blocks[-1]
            blocks[-1] = before[0] + total, before[1] + weight, before[2] + size
    means = [total / weight for total, weight, size in blocks for _ in range(size)]
    return {node: mean + shift for node, mean, shift in zip(layer, means, offset, strict=True)}


def _drawn(
    names: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    net: _Net,
    order: Sequence[Sequence[int]],
    center: list[float],
    along: float,
) -> Layout:
    lefts, widths, x = [], [], 0.0
    for layer in order:
        width = max((sizes[names[node]][0] for node in layer if not net.is_dummy(node)), default=0.0)
        lefts.append(x)
        widths.append(width)
        x += width + along
    top = min((center[i] - sizes[name][1] / 2 for i, name in enumerate(names)), default=0.0)
    top = min([top, *center[net.count :]])
    boxes = {}
    for index, name in enumerate(names):
        width, height = sizes[name]
        left = lefts[net.layer[index]] + (widths[net.layer[index]] - width) / 2
        boxes[name] = Box(round(left, 1), round(center[index] - height / 2 - top, 1), width, height)
    routes = []
    for a, b in net.links:
        start, end = boxes[names[a]], boxes[names[b]]
        points = [(start.x + start.width, start.y + start.height / 2)]
        for dummy in net.chains.get((a, b), ()):
            left, y = lefts[net.layer[dummy]], round(center[dummy] - top, 1)
            points += [(round(left, 1), y), (round(left + widths[net.layer[dummy]], 1), y)]
        points.append((end.x, end.y + end.height / 2))
        routes.append(Route(names[a], names[b], tuple(points), is_far=(a, b) not in net.chains))
    height = max([0.0, *(box.y + box.height for box in boxes.values()), *(y for r in routes for _, y in r.points)])
    return Layout(boxes, tuple(routes), max(0.0, round(x - along, 1)), round(height, 1))


def _turned(it: Layout) -> Layout:
    boxes = {name: Box(box.y, box.x, box.height, box.width) for name, box in it.boxes.items()}
    routes = tuple(
        Route(route.source, route.target, tuple((y, x) for x, y in route.points), route.is_far) for route in it.routes
    )
    return Layout(boxes, routes, it.height, it.width)
