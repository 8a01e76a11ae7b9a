"""The form that starts an execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from simpleflow.web import urls
from simpleflow.web.drawing.markup import el
from simpleflow.web.pages.commands import Slot, Words
from simpleflow.web.pages.dialogs import Field, Form

Type = tuple[str, str]
"""Name and version."""


def key(type: Type) -> str:
    """A type as the value of a choice."""
    return f"{urls.segment(type[0])} {urls.segment(type[1])}"


def type_of(key: str) -> Type:
    """The type of the value of a choice."""
    name, _, version = (urls.text_of(unquote(part)) for part in key.partition(" "))
    return name, version


def start(domain: str, types: Sequence[Type], values: Mapping[str, str], path: str | None) -> Form:
    """What is started. *path* is that of the class of the chosen type, None if it is not known."""
    values = {"type": key(types[0]) if types else "", **values}
    fields = [
        Field(
            "type",
            "Workflow type",
            "select",
            is_needed=True,
            choices=[(key(type), f"{type[0]} v{type[1].removeprefix('v')}") for type in types],
            opens=True,
        ),
        Field("workflow_id", "Workflow id", about="Empty: the name of the type, its version and the time."),
        Field("input", "Input", "json", 'JSON: a list of arguments, or {"args": [], "kwargs": {}}; empty for none.'),
        Field("task_list", "Task list", about="Empty: that of the type."),
        Field("tags", "Tags", about="At most five, parted by commas."),
    ]  # fmt: skip
    words: Words = [
        "--domain",
        domain,
        "workflow.start",
        path or "package.module.ClassName",
        Slot("workflow_id", "--workflow-id"),
        Slot("input", "--input"),
        Slot("task_list", "--task-list"),
        Slot("tags", "--tags"),
    ]
    none = el("p", None, "No workflow type is registered here. A decider registers its own when it starts.")
    return Form(
        title="Start a workflow",
        action=urls.start(domain),
        back=urls.executions(domain),
        submit="Start it" if types else "",
        fields=fields if types else (),
        values=values,
        about=() if types else [none],
        words=words,
    )
