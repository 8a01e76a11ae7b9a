"""What is done to one execution that is open: signal, cancel, terminate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simpleflow import given
from simpleflow.web import urls
from simpleflow.web.answers import forms
from simpleflow.web.answers.runs import shown_of
from simpleflow.web.answers.web import Web
from simpleflow.web.pages import asking
from simpleflow.web.pages.dialogs import Form
from simpleflow.web.pages.execution import Shown
from simpleflow.web.queries import changes
from simpleflow.web.queries.faults import Refused

Made = Callable[[Shown, dict[str, str]], Form]
Act = Callable[[Web, changes.Named, dict[str, str]], str]
"""Does it, and tells what was done. Raises Refused, NotMeant."""


class NotMeant(Exception):
    """What was typed cannot be what is meant; *problems* by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def signal(web: Web, request: Request) -> Response:
    """A signal is sent."""
    return _answered(web, request, "signal", asking.signal, send_signal)


def cancel(web: Web, request: Request) -> Response:
    """The workflow is asked to cancel."""
    return _answered(web, request, "cancel", asking.cancel, ask_to_cancel)


def terminate(web: Web, request: Request) -> Response:
    """The execution is ended."""
    return _answered(web, request, "terminate", asking.terminate, end)


def _answered(web: Web, request: Request, verb: str, make: Made, act: Act) -> Response:
    """The form, or what comes of it."""
    shown = shown_of(web, request)
    run = shown.run
    values = forms.typed(request)
    form = make(shown, values)
    if request.method == "GET" and run.close is not None:
        return forms.done(request, shown.base, _closed(run.workflow_id, verb, f" ({run.state.word.lower()})"))
    if request.method == "GET":
        return forms.asked(web, request, form)
    name = changes.Named(run.domain, run.workflow_id, run.run_id)
    try:
        told = act(web, name, values)
    except NotMeant as error:
        return forms.asked(web, request, form, error.problems)
    except Refused as refused:
        problems, status = forms.problem_of(web, refused.trouble, {"gone": _closed(run.workflow_id, verb)})
        return forms.asked(web, request, form, problems, status)
    return forms.done(request, urls.execution(*name), told)


def _closed(workflow_id: str, verb: str, how: str = "") -> str:
    return f"{workflow_id} is closed{how}: there is nothing left to {verb}."


def check_signal(values: dict[str, str]) -> Any:
    """The value that is to be sent, None for none. Raises NotMeant."""
    problems = {}
    name, text = values.get("name", "").strip(), values.get("input", "").strip()
    if not name:
        problems["name"] = "A signal has a name; the workflow waits for it by that."
    elif len(name) > 256:
        problems["name"] = f"The name has {len(name)} characters; 256 are possible."
    value = None
    if text:
        try:
            value = given.value_of(text)
        except given.Unreadable as error:
            problems["input"] = forms.unreadable(error)
    if problems:
        raise NotMeant(problems)
    return value


def send_signal(web: Web, name: changes.Named, values: dict[str, str]) -> str:
    """Sends what the form says."""
    value = check_signal(values)
    signal = values["name"].strip()
    text = changes.fitting(value, keeps_values=web.keeps_values) if values.get("input", "").strip() else None
    changes.signal(web.reader.client, name, signal, text)
    return f"The signal {signal!r} was sent to {name.workflow_id}."


def ask_to_cancel(web: Web, name: changes.Named, values: dict[str, str]) -> str:
    """Asks the workflow."""
    changes.cancel(web.reader.client, name)
    return f"{name.workflow_id} was asked to cancel; its workflow decides what to do about it."


def end(web: Web, name: changes.Named, values: dict[str, str]) -> str:
    """Terminates it as the form says."""
    problems = {}
    for field, most in (("reason", 256), ("details", 32_768)):
        if len(values.get(field, "")) > most:
            problems[field] = f"This has {len(values[field]):,} characters; {most:,} are possible."
    if values.get("children", "") not in ("", *asking.POLICIES):
        problems["children"] = "This is none of the choices."
    if problems:
        raise NotMeant(problems)
    changes.terminate(
        web.reader.client,
        name,
        reason=values.get("reason", "").strip() or None,
        details=values.get("details", "").strip() or None,
        children=values.get("children") or None,
    )
    return f"{name.workflow_id} was terminated."
