"""The graph in the languages of others: Mermaid and DOT."""

from __future__ import annotations

from typing import Final

from simpleflow.web.drawing.graph import second_line
from simpleflow.web.drawing.tokens import COLOURS
from simpleflow.web.insight import Graph, Node
from simpleflow.web.runs import Kind, Run, State, label
from simpleflow.web.words import count, one_line

FILLS: Final = {
    State.COMPLETED: "#e9f4f0",
    State.RUNNING: "#eaf1fd",
    State.FAILED: "#fdeee9",
    State.TIMED_OUT: "#fbf3e0",
    State.WAITING: "#ffffff",
}
LONGEST: Final = 80


def mermaid(graph: Graph, run: Run) -> str:
    """A Mermaid flowchart; the critical path is thick."""
    numbers = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        first, second = map(_for_mermaid, _words(node, run))
        left, right = {Kind.SIGNAL: ("([", "])"), Kind.TIMER: ("{{", "}}"), Kind.CHILD: ("[[", "]]")}.get(
            node.kind, ("[", "]")
        )
        lines.append(f'    {numbers[node.id]}{left}"{first}<br/>{second}"{right}:::{node.state}')
    for edge in graph.edges:
        arrow = "==>" if edge.is_critical else "-.->" if edge.is_inferred else "-->"
        lines.append(f"    {numbers[edge.source]} {arrow} {numbers[edge.target]}")
    critical = [numbers[node.id] for node in graph.nodes if node.is_critical]
    for state in sorted({node.state for node in graph.nodes}):
        lines.append(f"    classDef {state} fill:{FILLS.get(state, '#f1f3f6')},stroke:{_stroke(state)},color:#12161c")
    if critical:
        lines.append("    classDef critical stroke:#12161c,stroke-width:3px")
        lines.append(f"    class {','.join(critical)} critical")
    return "\n".join(lines) + "\n"


def dot(graph: Graph, run: Run) -> str:
    """A graph for Graphviz; the critical path is bold."""
    numbers = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = [
        f"digraph {_for_dot(run.workflow_id)} {{",
        "    rankdir=LR;",
        '    node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
        '    edge [color="#5e6877", arrowsize=0.7];',
    ]
    shapes = {Kind.SIGNAL: "ellipse", Kind.TIMER: "hexagon", Kind.CHILD: "box3d"}
    for node in graph.nodes:
        first, second = _words(node, run)
        wanted = [
            f"label={_for_dot(first)[:-1]}\\n{_for_dot(second)[1:]}",
            f'fillcolor="{FILLS.get(node.state, "#f1f3f6")}"',
            f'color="{"#12161c" if node.is_critical else _stroke(node.state)}"',
        ]
        wanted += [f"shape={shapes[node.kind]}"] if node.kind in shapes else []
        wanted += ["penwidth=2"] if node.is_critical else []
        lines.append(f"    {numbers[node.id]} [{', '.join(wanted)}];")
    for edge in graph.edges:
        wanted = ['color="#12161c"', "penwidth=2.4"] if edge.is_critical else []
        wanted += ["style=dashed"] if edge.is_inferred else []
        more = f" [{', '.join(wanted)}]" if wanted else ""
        lines.append(f"    {numbers[edge.source]} -> {numbers[edge.target]}{more};")
    return "\n".join([*lines, "}"]) + "\n"


def _words(node: Node, run: Run) -> tuple[str, str]:
    many = f" ×{count(len(node.tasks))}" if node.is_group else ""
    name = one_line(label(node.name), LONGEST)
    said = second_line(node, run)
    if node.state.is_failure or node.state in (State.CANCELED, State.TERMINATED, State.UNFINISHED):
        said = f"{node.state.word} · {said}"
    return f"{name}{many}", said


def _stroke(state: State) -> str:
    name = {State.CONTINUED: "canceled", State.UNFINISHED: "canceled"}.get(state, str(state))
    return COLOURS[name][0]


def _for_mermaid(text: str) -> str:
    """Letters, digits and some signs as they are, all else as an entity: quotes, brackets and markdown mean nothing."""
    return "".join(each if each.isalnum() or each in " _.,-×·/()" else f"#{ord(each)};" for each in text)


def _for_dot(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
