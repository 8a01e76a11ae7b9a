"""Starting an execution."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from simpleflow import given
from simpleflow.web import urls
from simpleflow.web.answers import forms
from simpleflow.web.answers.web import Web
from simpleflow.web.pages import starting as page
from simpleflow.web.queries import changes, others
from simpleflow.web.queries.faults import Refused


def start(web: Web, request: Request) -> Response:
    """The form, or what comes of it."""
    domain = request.path_params["domain"]
    values = forms.typed(request)
    try:
        types = others.workflow_types(web.reader.client, domain)
    except Refused as refused:
        if request.method == "GET":
            raise
        form = page.start(domain, [page.type_of(values.get("type", ""))], values, None)
        return forms.asked(web, request, form, *forms.problem_of(web, refused.trouble, {}))
    chosen = next((type for type in types if page.key(type) == values.get("type")), None)
    if chosen is None and values.get("type") and request.method == "GET":
        chosen = next((type for type in types if type[0] == unquote(values["type"])), None)
        values["type"] = page.key(chosen) if chosen else page.key(types[0]) if types else ""
    extra = web.reader.extra_of(domain, chosen or (types[0] if types else ("", "")))
    form = page.start(domain, types, values, None if extra is None else str(extra.get("class")))
    if forms.is_look(request, values):
        return forms.asked(web, request, form)
    problems, input, tags = _checked(values)
    if chosen is None:
        problems["type"] = "This type is not registered."
    if problems or chosen is None:
        return forms.asked(web, request, form, problems)
    workflow_id = values.get("workflow_id", "").strip() or f"{chosen[0]}-{chosen[1]}-{int(web.reader.now())}"
    if extra is not None:
        input = {**input, "__extra": extra}
    try:
        text = changes.fitting(input, keeps_values=web.keeps_values)
        task_list = values.get("task_list", "").strip() or None
        run = changes.start(web.reader.client, domain, workflow_id, chosen, text, task_list=task_list, tags=tags)
    except Refused as refused:
        meant = {
            "WorkflowExecutionAlreadyStartedFault": f"An execution of {workflow_id!r} is open: say another workflow id."
        }
        problems, status = forms.problem_of(web, refused.trouble, meant)
        return forms.asked(web, request, form, problems, status)
    return forms.done(request, urls.execution(*run), f"{workflow_id} was started.")


def _checked(values: dict[str, str]) -> tuple[dict[str, str], dict[str, Any], tuple[str, ...]]:
    """What is wrong by field, the input and the tags."""
    problems = {}
    input: dict[str, Any] = {"args": [], "kwargs": {}}
    tags: tuple[str, ...] = ()
    if values.get("input", "").strip():
        try:
            input = given.input_of(values["input"])
        except given.Unreadable as error:
            problems["input"] = forms.unreadable(error)
    try:
        tags = given.tags_of(values.get("tags", ""))
    except ValueError as error:
        problems["tags"] = f"{error}."
    for field in ("workflow_id", "task_list"):
        if len(values.get(field, "")) > 256:
            problems[field] = "It has 256 characters at most."
    return problems, input, tags
