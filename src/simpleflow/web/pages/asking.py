"""The forms for one execution that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el
from simpleflow.web.pages import commands, parts
from simpleflow.web.pages.commands import Slot, Words
from simpleflow.web.pages.dialogs import Field, Form
from simpleflow.web.pages.execution import Shown
from simpleflow.web.runs import Kind, Run
from simpleflow.web.words import count

POLICIES: Final = {
    "TERMINATE": "they are terminated",
    "REQUEST_CANCEL": "they are asked to cancel",
    "ABANDON": "they go on",
}
SIGNAL: Final = (
    Field("name", "Name", is_needed=True, about="The workflow waits for it by this name."),
    Field(
        "input",
        "Value",
        "json",
        'JSON; empty for none. A text has its quotes: "yes". What a workflow sends: {"args": [1], "kwargs": {}}.',
    ),
)
ENDING: Final = (
    Field("reason", "Reason", about="For its history."),
    Field("details", "Details"),
    Field("children", "Its children", "select", choices=(("", "as it was started"), *POLICIES.items())),
)


def named(run: Run, command: str, *slots: str | Slot) -> Words:
    """The words of a command on one run."""
    return commands.on_run(run.domain, command, (run.workflow_id, run.run_id), slots)


def signal(shown: Shown, values: Mapping[str, str]) -> Form:
    """What is sent to it."""
    run = shown.run
    waited = dict.fromkeys(run.awaited, "it waits for this one")
    known = waited | {each.name: "it has got this one" for each in run.signals if each.name not in waited}
    values = {"name": run.awaited[0] if len(run.awaited) == 1 else "", **values}
    name = replace(SIGNAL[0], choices=tuple(known.items()))
    words = named(run, "workflow.signal", Slot("name", "--name", "NAME"), Slot("input", "--input"))
    return _form(run, "signal", "Signal", "Send the signal", values, (name, SIGNAL[1]), words)


def cancel(shown: Shown, values: Mapping[str, str]) -> Form:
    """Whether it is to end by itself."""
    run = shown.run
    about = [
        el("p", None, "Its workflow is told, and decides what to do about it: to end, to clean up first, or to go on.")
    ]
    if shown.is_cancel_requested:
        about.append(parts.notice("info", "It was asked already, and has not ended yet."))
    return _form(run, "cancel", "Cancel", "Ask it to cancel", values, (), named(run, "workflow.cancel"), about)


def terminate(shown: Shown, values: Mapping[str, str]) -> Form:
    """Whether it is to end now."""
    run = shown.run
    children = sum(1 for task in run.tasks if task.kind is Kind.CHILD and task.state.is_open)
    text = "It ends at once; nothing of its workflow runs any more, and it cannot be undone."
    about = [el("p", None, text), el("p", None, _children(children))]
    words = named(
        run,
        "workflow.terminate",
        Slot("reason", "--reason"),
        Slot("details", "--details"),
        Slot("children", "--child-policy"),
    )
    fields = ENDING if children else ENDING[:2]
    return _form(run, "terminate", "Terminate", "Terminate it", values, fields, words, about, is_grave=True)


def _children(number: int) -> str:
    if not number:
        return "No child of it is open."
    return f"{count(number, 'child is', 'children are')} open."


def _form(
    run: Run,
    verb: str,
    title: str,
    submit: str,
    values: Mapping[str, str],
    fields: tuple[Field, ...],
    words: Words,
    about: list[Markup] | None = None,
    *,
    is_grave: bool = False,
) -> Form:
    return Form(
        title=f"{title} {run.workflow_id}",
        action=urls.execution(run.domain, run.workflow_id, run.run_id, verb),
        back=urls.execution(run.domain, run.workflow_id, run.run_id),
        submit=submit,
        fields=fields,
        values=values,
        about=about or (),
        words=words,
        is_grave=is_grave,
    )
