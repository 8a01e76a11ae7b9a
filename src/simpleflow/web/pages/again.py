"""The forms to run something once more, with what would run again; and whether today's code still fits a history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing.graph import draw_graph, graph_layout, graph_size
from simpleflow.web.drawing.markup import Attributes, Markup, el
from simpleflow.web.files import Picture
from simpleflow.web.insight import Graph
from simpleflow.web.pages import asking, commands, parts
from simpleflow.web.pages.commands import Slot
from simpleflow.web.pages.dialogs import Field, Form
from simpleflow.web.pages.execution import Shown
from simpleflow.web.pages.shell import Site
from simpleflow.web.runs import Kind, Task
from simpleflow.web.words import count, listed

EVERYTHING: Final = "."
"""The regular expression of the command line that nothing is reused by."""
SHOWN: Final = 5
ABOUT: Final = (
    "A new execution begins with the same input, task list, timeouts and tags. A task whose result is reused is not "
    "run again, as long as it is given the same arguments."
)
CHECK: Final = (
    "The history is replayed with the code of its workflow as it is today: does it decide the same? Only the "
    "workflow's own code runs, and nothing is sent."
)


def rerun(shown: Shown, values: Mapping[str, str], reused: Collection[str] | None) -> Form:
    """What is to run again. *reused* are the ids of the tasks whose results are there; None if that is not known."""
    run = shown.run
    values = {"reuse": "completed", "workflow_id": run.workflow_id, **values}
    tasks = [task for task in run.tasks if task.kind in (Kind.ACTIVITY, Kind.CHILD)]
    fields = [
        Field(
            "reuse",
            "What runs again",
            "radio",
            choices=(
                ("completed", "What did not complete: the results that are there are reused"),
                ("before", "A task and all that was scheduled after it"),
                ("nothing", "Everything"),
            ),
            opens=True,
        )
    ]
    if values["reuse"] == "before":
        fields.append(
            Field(
                "from",
                "From the task",
                is_needed=True,
                choices=tuple((task.id, task.state.word) for task in tasks[:1000]),
                opens=True,
            )
        )
    fields.append(
        Field(
            "workflow_id", "Workflow id", is_needed=True, about="The same one, as long as no execution of it is open."
        )
    )
    words = asking.named(
        run,
        "workflow.rerun",
        Slot("reuse", choices={"nothing": ("--force-activities", EVERYTHING)}),
        *([Slot("from", "--from", "TASK")] if values["reuse"] == "before" else []),
        *([Slot("workflow_id", "--workflow-id")] if values["workflow_id"] != run.workflow_id else []),
    )
    return Form(
        title=f"Rerun {run.workflow_id}",
        action=urls.execution(run.domain, run.workflow_id, run.run_id, "rerun"),
        back=shown.base,
        submit="Rerun it",
        fields=fields,
        values=values,
        about=[el("p", None, ABOUT)],
        more=[_preview(shown.picture, tasks, reused)] if tasks and reused is not None else [],
        words=words,
    )  # fmt: skip


def _preview(picture: Picture, tasks: Sequence[Task], reused: Collection[str]) -> Markup:
    """The graph, with what is reused pale and what runs again blue."""
    kept = [task for task in tasks if task.id in reused]
    again = [task for task in tasks if task.id not in reused]
    told = f"{count(len(kept), 'result is', 'results are')} reused; " if kept else "No result is reused; "
    told += f"{count(len(again), 'task runs', 'tasks run')} again" if again else "no task runs again"
    if again:
        told += f": {listed([task.id for task in again], SHOWN)}"
    graph = picture.graph
    marks = marks_of(graph, reused)
    drawn = []
    for is_down in (False, True):
        placed = graph_layout(graph, downwards=is_down)
        least = el("svg", {"width": graph_size(placed)[0] * 0.6, "height": 0, "aria-hidden": "true"})
        drawing = draw_graph(graph, picture.run, placed=placed, downwards=is_down, marks=marks)
        drawn.append(el("div", {"class": f"fit {'down' if is_down else 'right'}"}, least, drawing))
    keys = [("reused", "reused"), ("again", "runs again")]
    legend = []
    for name, word in keys:
        square = el("rect", {"class": "node crit", "x": 1, "y": 1, "width": 14, "height": 8, "rx": 2})
        box: Attributes = {"class": "sf", "width": 16, "height": 10, "aria-hidden": "true"}
        legend += [el("svg", box, el("g", {"class": f"is-{name}"}, square)), el("span", None, word)]
    head = el(
        "p",
        {"class": "told-again"},
        el("strong", {"role": "status"}, f"{told}."),
        el("span", {"class": "states"}, *legend),
    )
    return el(
        "div", {"class": "preview", "data-section": "preview"}, head, el("div", {"class": "drawing scrolls"}, *drawn)
    )


def marks_of(graph: Graph, reused: Collection[str]) -> dict[str, str]:
    """``is-reused`` or ``is-again`` for nodes of tasks; if only some of a node run again, ``is-partly`` as well."""
    marks = {}
    for node in graph.nodes:
        if node.kind not in (Kind.ACTIVITY, Kind.CHILD):
            continue
        number = sum(1 for task in node.tasks if task.id in reused)
        marks[node.id] = "is-reused" if number == len(node.tasks) else "is-again is-partly" if number else "is-again"
    return marks


def replay(site: Site, shown: Shown, *, can: bool, path: str | None, differences: Sequence[str] | None) -> Form:
    """Whether the code of today does what the history says. *path* is that of the class, None if it is not known.

    *can*: this process may import it. *differences* are what came of it, None: it was not tried.
    """
    run = shown.run
    ids = (path or "package.module.ClassName", run.workflow_id, run.run_id)
    about = [el("p", None, CHECK)]
    if not can:
        name = path.rpartition(".")[0].partition(".")[0] if path else "MODULE"
        told = "The process of these pages may not import that code. Run the command where it is, or start the pages"
        about.append(el("p", None, f"{told} with --import {name}."))
    if differences is not None:
        about.append(_outcome(differences, run.events))
    return Form(
        title=f"Replay check of {run.workflow_id}",
        action=urls.execution(run.domain, run.workflow_id, run.run_id, "replay"),
        back=shown.base,
        submit="Replay it" if can else "",
        about=about,
        same=commands.lines([commands.line(site, commands.on_run(run.domain, "workflow.replay", ids), {})]),
    )


def _outcome(differences: Sequence[str], events: int) -> Markup:
    if not differences:
        return parts.notice("done", el("p", None, f"No difference in {count(events, 'event')}."), live=True)
    items = [el("li", None, each) for each in differences]
    head = el("p", None, el("strong", None, count(len(differences), "difference")), ":")
    return parts.notice("bad", head, el("ul", {"class": "differences"}, *items), live=True)
