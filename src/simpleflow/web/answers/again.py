"""Running an execution once more, and checking code against its history."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simpleflow import format
from simpleflow.replay.reuse import NoSuchTask, local_id, results_of
from simpleflow.storage import StorageError
from simpleflow.web import urls
from simpleflow.web.answers import forms
from simpleflow.web.answers.runs import shown_of
from simpleflow.web.answers.web import Web
from simpleflow.web.pages import again as page
from simpleflow.web.pages.execution import Shown
from simpleflow.web.queries import changes
from simpleflow.web.queries.faults import Refused
from simpleflow.workflows import class_path


def rerun(web: Web, request: Request) -> Response:
    """An execution is started again with results of this one."""
    shown = shown_of(web, request)
    values = forms.typed(request)
    if values.get("from") and "reuse" not in values:
        values["reuse"] = "before"
    problems = _problems(shown, values)
    form = page.rerun(shown, values, None if problems else _reused(web, shown, values))
    if forms.is_look(request, values):
        return forms.asked(web, request, form)
    if not problems and not form.values["workflow_id"].strip():
        problems["workflow_id"] = "An execution has an id."
    if problems:
        return forms.asked(web, request, form, problems)
    run = changes.Named(shown.run.domain, shown.run.workflow_id, shown.run.run_id)
    new_id = form.values["workflow_id"].strip()
    before, force = _choice(form.values)
    try:
        new, reused = changes.rerun(
            web.reader.client, run, new_id, before=before, force=force, keeps_values=web.keeps_values
        )
    except Refused as refused:
        meant = {
            "WorkflowExecutionAlreadyStartedFault": f"An execution of {new_id!r} is open: wait for its end, "
            "terminate it, or say another workflow id.",
            "gone": "It is no longer there.",
        }
        problems, status = forms.problem_of(web, refused.trouble, meant)
        return forms.asked(web, request, form, problems, status)
    told = f"{reused} results of {run.workflow_id} are reused." if reused else "Nothing is reused."
    return forms.done(request, urls.execution(*new), f"{new.workflow_id} was started again. {told}")


def _choice(values: Any) -> tuple[str | None, str | None]:
    """The task before which results are reused, and the regular expression of those that are not."""
    before = values.get("from", "").strip() if values["reuse"] == "before" else None
    return before, page.EVERYTHING if values["reuse"] == "nothing" else None


def _problems(shown: Shown, values: dict[str, str]) -> dict[str, str]:
    problems = {}
    if values.get("reuse", "completed") not in ("completed", "before", "nothing"):
        values["reuse"] = "completed"
    if values.get("reuse") == "before":
        before = values.get("from", "").strip()
        if not before:
            problems["from"] = "Say from which task on."
        elif all(task.id != before for task in shown.run.tasks):
            problems["from"] = f"There is no task {before!r} in this execution."
    if len(values.get("workflow_id", "")) > 256:
        problems["workflow_id"] = "An id has 256 characters at most."
    return problems


def _reused(web: Web, shown: Shown, values: dict[str, str]) -> set[str] | None:
    """The ids of the tasks whose results a rerun gets; None if that cannot be told."""
    run = shown.run
    _, folded = web.reader.picture(run.domain, run.workflow_id, run.run_id)
    names = run.workflow_id, run.run_id
    before, force = _choice({"reuse": "completed", **values})
    if force is not None:
        return set()

    def decode(text: str | None) -> Any:
        return format.decode(web.reader.histories.resolve(text))

    try:
        entries = results_of(folded.execution, *names, decode=decode, before=before)
    except (NoSuchTask, StorageError, ValueError, TypeError):
        return None
    kept = {(kind, id) for kind, id, *_ in entries}
    return {task.id for task in run.tasks if (str(task.kind), local_id(task.id, *names)) in kept}


def replay(web: Web, request: Request) -> Response:
    """Whether the code of today does what the history says."""
    shown = shown_of(web, request)
    run = shown.run
    started = shown.history[0].attributes
    input = format.decode(web.reader.histories.resolve(getattr(started, "input", None)))
    path = class_path(input) or (run.type if "." in run.type else None)
    can = web.replays is not None and web.replays.can(run.type, run.version, input)
    differences: list[str] | None = None
    problems: dict[str, str] = {}
    if request.method == "POST" and can:
        assert web.replays is not None
        name = run.domain, run.workflow_id, run.run_id
        try:
            differences = web.replays.differences(run.type, run.version, input, list(shown.history), name)
        except ValueError as error:
            problems = {"": str(error)}
    form = page.replay(web.site, shown, can=can, path=path, differences=differences)
    return forms.asked(web, request, form, problems)
