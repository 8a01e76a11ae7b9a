"""The dataflow of a run as nodes and edges, few enough to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from simpleflow.web.insight.cells import Cell, cells_of
from simpleflow.web.insight.counts import Counts, counts_of
from simpleflow.web.runs import Kind, Run, State, Task

NODE_MINIMUM = 4
MOST_NODES = 400


@dataclass(frozen=True, slots=True)
class Node:
    """A cell, or a signal (*signal* is its name, *tasks* is empty then)."""

    id: str
    kind: Kind
    name: str
    state: State
    tasks: tuple[Task, ...]
    counts: Counts
    is_critical: bool
    is_chain: bool = False
    received: int = 0
    """How many signals of this name have come."""
    seconds: float = 0.0
    """From the first scheduling to the last end; what is open ends with the picture."""

    @property
    def is_group(self) -> bool:
        """Whether it stands for several tasks."""
        return len(self.tasks) > 1


@dataclass(frozen=True, slots=True)
class Edge:
    """*target* follows *source*."""

    source: str
    target: str
    is_critical: bool
    is_inferred: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn; *hidden* nodes are left out for being too many."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int = 0

    @property
    def is_inferred(self) -> bool:
        """Whether any edge was concluded from decisions."""
        return any(edge.is_inferred for edge in self.edges)


def graph_of(run: Run, path: Sequence[str], *, minimum: int = NODE_MINIMUM, most: int | None = MOST_NODES) -> Graph:
    """The nodes and edges of a run; beyond *most* nodes only what is critical, failed or running, and its neighbours.

    *most* None: all of them.
    """
    cells = cells_of(run, minimum=minimum)
    critical = set(path)
    nodes = [_node(cell, run, critical) for cell in cells]
    ids = {task.id: nodes[cell.number].id for cell in cells for task in cell.tasks}
    steps = {(ids.get(a, a), ids.get(b, b)) for a, b in pairwise(path)}
    edges = []
    signals: dict[str, Node] = {}
    for cell in cells:
        target = nodes[cell.number].id
        is_inferred = all(task.is_inferred for task in cell.tasks[:1])
        for name in _signal_names(cell, ids):
            node = signals.get(name) or signals.setdefault(name, _signal(name, run, critical, ids))
            edges.append(Edge(node.id, target, (node.id, target) in steps, is_inferred))
        edges.extend(
            Edge(nodes[each].id, target, (nodes[each].id, target) in steps, is_inferred) for each in cell.after
        )
    for name in run.awaited:
        signals.get(name) or signals.setdefault(name, _signal(name, run, critical, ids))
    edges.extend(_handed_over(nodes, edges, steps))
    graph = Graph((*signals.values(), *nodes), tuple(edges))
    return graph if most is None or len(graph.nodes) <= most else _narrowed(graph, most)


def _handed_over(nodes: Sequence[Node], edges: Sequence[Edge], steps: Collection[tuple[str, str]]) -> list[Edge]:
    """Edges for the steps of the critical path that follow none (what woke the decider), but for circles."""
    drawn = {(edge.source, edge.target) for edge in edges}
    missing = [step for step in steps if step not in drawn and step[0] != step[1]]
    if not missing:
        return []
    follows: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        follows[edge.target].append(edge.source)
    place = {id: number for number, id in enumerate(TopologicalSorter(follows).static_order())}
    return [
        Edge(source, target, is_critical=True, is_inferred=True)
        for source, target in sorted(missing)
        if source in follows and target in follows and place[source] < place[target]
    ]


def _node(cell: Cell, run: Run, critical: set[str]) -> Node:
    counts = counts_of(cell.tasks, run)
    is_critical = any(task.id in critical for task in cell.tasks)
    begin, end = cell.span(run)
    return Node(
        id=cell.first.id,
        kind=cell.kind,
        name=cell.name,
        state=counts.state,
        tasks=cell.tasks,
        counts=counts,
        is_critical=is_critical,
        is_chain=cell.is_chain,
        seconds=end - begin,
    )


def _signal_names(cell: Cell, ids: Mapping[str, str]) -> list[str]:
    """The signals that its tasks follow. *ids* are those of tasks: an activity may be called signal-something."""
    alike = dict.fromkeys(task.after for task in cell.tasks)
    found = dict.fromkeys(id for after in alike for id in after if id.startswith("signal-") and id not in ids)
    return [id.removeprefix("signal-") for id in found]


def _signal(name: str, run: Run, critical: set[str], ids: Mapping[str, str]) -> Node:
    received = sum(1 for signal in run.signals if signal.name == name)
    state = State.COMPLETED if received else State.WAITING if run.close is None else State.UNFINISHED
    id = f"signal-{name}"
    while id in ids:
        id += " (signal)"
    return Node(id, Kind.SIGNAL, name, state, (), counts_of((), run), id in critical, received=received)


def _narrowed(graph: Graph, most: int) -> Graph:
    """The critical, the failed, the running, and one step around them; in this order while there is room."""
    kept: dict[str, None] = {}
    for wanted in (
        [node.id for node in graph.nodes if node.is_critical],
        [node.id for node in graph.nodes if node.state.is_failure],
        [node.id for node in graph.nodes if node.state is State.RUNNING],
    ):
        kept.update(dict.fromkeys(wanted[: max(0, most - len(kept))]))
    core = set(kept)
    for edge in graph.edges:
        if len(kept) >= most:
            break
        if edge.source in core or edge.target in core:
            kept[edge.source] = kept[edge.target] = None
    nodes = tuple(node for node in graph.nodes if node.id in kept)
    edges = tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept)
    return Graph(nodes, edges, hidden=len(graph.nodes) - len(nodes))
