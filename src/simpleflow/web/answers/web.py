"""What every address needs, and the kinds of answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simpleflow.web.doors import THEME, TOKEN
from simpleflow.web.drawing.markup import Markup
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.queries.reader import Reader

FRAGMENT: Final = "x-fragment"
"""A request with this header gets a part of a page without its frame."""


class Missing(Exception):
    """What an address names is not there. *near* are names and addresses beside it."""

    def __init__(self, what: str, *, domain: str | None = None, workflow_id: str | None = None) -> None:
        super().__init__(what)
        self.domain = domain
        self.workflow_id = workflow_id


@dataclass(frozen=True, slots=True)
class Web:
    """What every address needs."""

    reader: Reader
    site: Site
    counts_at_once: bool
    """Whether counting is so cheap that a page waits for it."""

    def where(self, request: Request, current: str = "", *, asks: bool = True) -> Where:
        """The place of a page. Without *asks* the service is not asked for it."""
        return Where(
            domain=request.path_params.get("domain"),
            domains=self.reader.domain_names(asks=asks),
            current=current,
            search=request.query_params.get("id", ""),
            token=request.scope[TOKEN],
            theme=theme if (theme := request.scope[THEME]) in ("light", "dark") else "",
        )


def bound(web: Web, answer: Callable[[Web, Request], Response]) -> Callable[[Request], Response]:
    """An endpoint that knows the service; it runs in a thread, for calls wait."""

    def endpoint(request: Request) -> Response:
        return answer(web, request)

    return endpoint


def html(text: str, status: int = 200) -> Response:
    """A page."""
    return HTMLResponse(text, status)


def json_of(value: Any) -> Response:
    """A value for programs."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def attached(body: str | bytes, type: str, name: str) -> Response:
    """A file to be kept."""
    safe = "".join(each if (each.isalnum() and each.isascii()) or each in "-_." else "_" for each in name)
    return Response(body, media_type=type, headers={"content-disposition": f'attachment; filename="{safe}"'})


def wants_json(request: Request) -> bool:
    """Whether a program asks."""
    if request.url.path.endswith(".json"):
        return True
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")]
    return "application/json" in accepted and "text/html" not in accepted


def fragment(web: Web, request: Request, title: str, part: Markup) -> Response:
    """A part of a page: alone for a script, in the frame of a page for everybody else."""
    if FRAGMENT in request.headers:
        return html(str(part))
    return html(page(web.site, web.where(request, "executions"), title, part, scripts=["timeline.js"]))
