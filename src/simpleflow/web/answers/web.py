"""What every address needs, and the kinds of answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simpleflow.web import urls
from simpleflow.web.answers.jobs import Jobs
from simpleflow.web.answers.viewers import Viewers
from simpleflow.web.doors import THEME, TOKEN, TOLD
from simpleflow.web.drawing.markup import Markup
from simpleflow.web.pages.parts import symbols, titled
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.queries.reader import Reader
from swf.protocol.event import HistoryEvent

FRAGMENT: Final = "x-fragment"
"""A request with this header gets a part of a page without its frame."""
ROUTE: Final = "simpleflow.route"
"""The key of the path of the route in the scope, with the names of what stands in it: an id may end as a file does."""


class Missing(Exception):
    """What an address names is not there. *near* are names and addresses beside it."""

    def __init__(self, what: str, *, domain: str | None = None, workflow_id: str | None = None) -> None:
        super().__init__(what)
        self.domain = domain
        self.workflow_id = workflow_id


def of_account(arn: str) -> str:
    """Amazon's service as the ARN of a domain (``arn:aws:swf:REGION:ACCOUNT:/domain/NAME``) names it."""
    _, _, _, region, account, *_ = [*arn.split(":"), *[""] * 5]
    return " · ".join(["Amazon SWF", *filter(None, (account, region))])


class Replays(Protocol):
    """Replays histories with the code that this process may import."""

    def can(self, name: str, version: str, input: Any, /) -> bool:
        """Whether the code of a type (with the decoded input of an execution) may be imported."""
        ...

    def differences(
        self, name: str, version: str, input: Any, events: list[HistoryEvent], run: tuple[str, str, str], /
    ) -> list[str]:
        """What the code does otherwise than the history of a run (domain, workflow id, run id).

        Raises ValueError, which says why that cannot be told.
        """
        ...


@dataclass(frozen=True, slots=True)
class Changing:
    """That the pages may change something. *keeps_values*: values too long for SWF are kept on this machine."""

    keeps_values: bool = True
    replays: Replays | None = None


@dataclass(frozen=True, slots=True)
class Web:
    """What every address needs."""

    reader: Reader
    base: Site
    """What all pages know before the service was asked anything."""
    counts_at_once: bool
    """Whether counting is so cheap that a page waits for it."""
    changing: Changing | None = None
    """None: the pages are read only."""
    jobs: Jobs = field(default_factory=Jobs)
    viewers: Viewers = field(default_factory=Viewers)

    @property
    def site(self) -> Site:
        """What all pages know; of Amazon also whose it is, as soon as a domain has told that."""
        arn = self.reader.arn if self.base.is_amazon else None
        return self.base if arn is None else replace(self.base, endpoint=of_account(arn))

    def frame(self, request: Request, current: str = "", *, takes: Collection[str] | None = None) -> tuple[Site, Where]:
        """What the frame of a page needs. *takes* are the names that its query may have; None: it says that itself."""
        where = self.where(request, current)
        if takes is not None:
            unknown = [name for name in request.query_params if name not in takes]
            where = replace(where, notes=[f"There is no choice {name!r}; it was ignored." for name in unknown])
        return self.site, where

    @property
    def keeps_values(self) -> bool:
        """Whether values too long for SWF are kept on this machine."""
        return self.changing is not None and self.changing.keeps_values

    @property
    def replays(self) -> Replays | None:
        """What replays histories."""
        return None if self.changing is None else self.changing.replays

    def where(self, request: Request, current: str = "", *, asks: bool = True) -> Where:
        """The place of a page. Without *asks* the service is not asked for it."""
        return Where(
            domain=request.path_params.get("domain"),
            domains=self.reader.domain_names(asks=asks),
            current=current,
            search=request.query_params.get("id", ""),
            token=request.scope[TOKEN],
            theme=theme if (theme := request.scope[THEME]) in ("light", "dark") else "",
            told=unquote(request.cookies.get(TOLD, "")),
            port=request.url.port,
        )


def bound(web: Web, path: str, answer: Callable[[Web, Request], Response]) -> Callable[[Request], Response]:
    """The endpoint of a route, that knows the service; it runs in a thread, for calls wait."""

    def endpoint(request: Request) -> Response:
        request.scope[ROUTE] = path
        names: dict[str, Any] = request.scope["path_params"]
        names.update({name: urls.text_of(value) for name, value in names.items() if isinstance(value, str)})
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
    if request.scope.get(ROUTE, "").endswith(".json"):
        return True
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")]
    return "application/json" in accepted and "text/html" not in accepted


def bare(part: Markup, status: int = 200) -> Response:
    """A part of a page alone, with the icons that it has: the page around it may not have them."""
    return html(str(part + symbols(part)), status)


def fragment(web: Web, request: Request, title: str, part: Markup) -> Response:
    """A part of a page: alone for a script, in the frame of a page for everybody else."""
    if FRAGMENT in request.headers:
        return bare(part)
    domain, workflow_id, run_id = (request.path_params[name] for name in ("domain", "workflow_id", "run_id"))
    above = titled(title, urls.execution(domain, workflow_id, run_id), workflow_id)
    return html(page(*web.frame(request, "executions"), title, above, part, scripts=["timeline.js"]))
