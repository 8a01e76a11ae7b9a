"""Positions of nodes and edges."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from simpleflow.web.layout import LONGEST_BENT, Layout, layout

Edges = list[tuple[str, str]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], Edges]:
    count = draw(st.integers(0, 25))
    sizes = {f"n{i}": (float(draw(st.sampled_from([80, 168, 188]))), 48.0) for i in range(count)}
    pairs = [(f"n{a}", f"n{b}") for a, b in itertools.combinations(range(count), 2)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=40)) if pairs else []
    return sizes, edges


@given(graphs(), st.booleans())
def test_nodes_keep_their_distance_and_edges_go_forward(
    graph: tuple[dict[str, tuple[float, float]], Edges], downwards: bool
) -> None:
    sizes, edges = graph
    placed = layout(sizes, edges, downwards=downwards)
    assert set(placed.boxes) == set(sizes)
    for a, b in itertools.combinations(placed.boxes.values(), 2):
        is_apart = a.x + a.width < b.x or b.x + b.width < a.x or a.y + a.height < b.y or b.y + b.height < a.y
        assert is_apart, (a, b)
    for a, b in edges:
        if downwards:
            assert placed.boxes[a].y + placed.boxes[a].height < placed.boxes[b].y
        else:
            assert placed.boxes[a].x + placed.boxes[a].width < placed.boxes[b].x
    for box in placed.boxes.values():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= placed.width + 0.1
        assert box.y + box.height <= placed.height + 0.1


@given(graphs())
def test_a_layout_is_the_same_every_time(graph: tuple[dict[str, tuple[float, float]], Edges]) -> None:
    assert layout(*graph) == layout(*graph)


def test_downwards_is_sideways_turned() -> None:
    sizes = {"a": (100.0, 40.0), "b": (60.0, 40.0), "c": (60.0, 40.0)}
    placed = layout(sizes, [("a", "b"), ("a", "c")], downwards=True)
    assert placed.boxes["b"].y == placed.boxes["c"].y == placed.boxes["a"].y + 40 + 40
    assert (placed.boxes["a"].width, placed.boxes["a"].height) == (100.0, 40.0)


def test_the_middle_of_a_diamond_stands_in_the_middle() -> None:
    placed = layout(dict.fromkeys("abcd", (100.0, 40.0)), [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], between=18)
    assert placed.boxes["a"].y == placed.boxes["d"].y == (placed.boxes["b"].y + placed.boxes["c"].y) / 2


def test_a_source_stands_right_before_what_follows_it() -> None:
    names = ["a", "b", "c", "signal"]
    placed = layout(dict.fromkeys(names, (100.0, 40.0)), [("a", "b"), ("b", "c"), ("signal", "c")])
    assert placed.boxes["signal"].x == placed.boxes["b"].x


def test_crossings_that_can_be_avoided_are_avoided() -> None:
    names = [f"{side}{i}" for side in "lr" for i in range(6)]
    edges = [(f"l{i}", f"r{5 - i}") for i in range(6)]
    placed = layout(dict.fromkeys(names, (100.0, 40.0)), edges)
    assert crossings(placed) == 0


def crossings(placed: Layout) -> int:
    lines = [(route.points[0][1], route.points[-1][1]) for route in placed.routes]
    return sum(1 for (a, b), (c, d) in itertools.combinations(lines, 2) if (a - c) * (b - d) < 0)


def test_an_edge_over_too_many_layers_takes_no_place_in_them() -> None:
    """A start that is joined to 1,000 chained tasks would need 500,000 dummies."""
    names = [f"n{i}" for i in range(1000)]
    chain = list(itertools.pairwise(names))
    placed = layout(dict.fromkeys(names, (10.0, 10.0)), [*chain, *(("n0", name) for name in names[2:])])
    far = [route for route in placed.routes if route.is_far]
    assert len(far) == 999 - LONGEST_BENT
    assert all(len(route.points) == 2 for route in far)


def test_a_thousand_nodes_are_placed_in_fair_time_and_never_recursively() -> None:
    chance = random.Random(1)
    edges = [(f"n{chance.randrange(max(0, i - 30), i)}", f"n{i}") for i in range(1, 1000) for _ in range(2)]
    placed = layout({f"n{i}": (168.0, 48.0) for i in range(1000)}, edges)
    assert len(placed.boxes) == 1000
