"""Forms that are asked for and sent: what was typed is never lost, and what was done is told on the next page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simpleflow.given import Unreadable
from simpleflow.web.answers.web import FRAGMENT, Web, bare, html
from simpleflow.web.doors import FORM, TOLD
from simpleflow.web.listed import Trouble
from simpleflow.web.pages import dialogs, troubles
from simpleflow.web.pages.dialogs import Form

MOST_TOLD: Final = 330
"""Characters of what a cookie tells; browsers drop one of more than 4 KB."""


def typed(request: Request) -> dict[str, str]:
    """The fields that were sent, or for a form that is asked for, those of its address; of many the last one."""
    fields: Mapping[str, list[str]] = request.scope.get(FORM) or {
        name: request.query_params.getlist(name) for name in request.query_params
    }
    return {name: values[-1].replace("\r\n", "\n") for name, values in fields.items()}


def chosen(request: Request, name: str) -> list[str]:
    """All values of a field that was sent."""
    fields: Mapping[str, list[str]] = request.scope.get(FORM, {})
    return fields.get(name, [])


def unreadable(error: Unreadable) -> str:
    """What is wrong with a text that was typed, and how it is written."""
    hint = error.hint[:1].upper() + error.hint[1:]
    return f"{'The object' if error.is_object else 'This'} {error}. {hint}".rstrip()


def is_look(request: Request, values: Mapping[str, str]) -> bool:
    """Whether the form is only looked at: nothing is to be done yet."""
    return request.method == "GET" or bool(values.get("look"))


def asked(
    web: Web, request: Request, form: Form, problems: Mapping[str, str] | None = None, status: int = 0
) -> Response:
    """The form; with *problems* it comes back."""
    form = replace(form, problems=problems or {})
    where = web.where(request, "executions", asks=status != troubles.STATUS["silent"])
    status = status or (422 if problems else 200)
    if FRAGMENT in request.headers:
        return bare(dialogs.part(web.site, where, form), status)
    return html(dialogs.whole(web.site, where, form), status)


def done(request: Request, address: str, told: str) -> Response:
    """On to the page that shows it; *told* stands above it once. A script gets the address, and goes there itself."""
    if FRAGMENT in request.headers:
        answer = Response(status_code=201, headers={"location": address})
    else:
        answer = RedirectResponse(address, 303)
    if told:
        answer.set_cookie(TOLD, quote(told[:MOST_TOLD]), path="/", httponly=True, samesite="strict")
    return answer


def problem_of(web: Web, trouble: Trouble, what_it_means: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """What is wrong with the whole form, and the status, for a call that was not answered as it should be.

    *what_it_means* is by the kind of the trouble, or by the code of the fault.
    """
    code = trouble.message.partition(":")[0]
    meant = what_it_means.get(code) or what_it_means.get(trouble.kind)
    if meant is not None:
        return {"": meant}, 409
    status = troubles.STATUS[trouble.kind] if trouble.kind != "refused" else 409
    advice = "" if trouble.kind == "refused" else f" {troubles.advice(web.site, trouble)}"
    return {"": f"{trouble.message}{advice}"}, status
