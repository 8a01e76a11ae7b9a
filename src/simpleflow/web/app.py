"""The pages as an ASGI application: addresses, and what is said when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from simpleflow.web import urls
from simpleflow.web.answers import actions as acting
from simpleflow.web.answers import again, bulk, lists, live, runs, starting
from simpleflow.web.answers.jobs import Jobs
from simpleflow.web.answers.viewers import Viewers
from simpleflow.web.answers.web import Changing, Missing, Web, bound, html, wants_json
from simpleflow.web.assets import assets
from simpleflow.web.doors import Application, Doors
from simpleflow.web.pages import troubles
from simpleflow.web.pages.shell import Site, Where
from simpleflow.web.queries.faults import Refused
from simpleflow.web.queries.reader import PATIENCE, Patience, Reader
from simpleflow.web.queries.runs import Commits, Reading
from swf.client import Client

RUN: Final = "/{domain}/e/{workflow_id}/{run_id}"
ACTIONS: Final = frozenset({"signal", "cancel", "terminate", "rerun", "replay", "start", "bulk"})
A_SECOND: Final = 20
"""Calls that change something at Amazon, when there are many."""
Answer = Callable[[Web, Request], Response]


def application(
    client: Client,
    *,
    endpoint: str,
    now: Callable[[], float],
    is_amazon: bool = False,
    options: str = "",
    hosts: Collection[str] = (),
    changing: Changing | None = None,
    version: str = "",
    patience: Patience = PATIENCE,
    commits: Commits | None = None,
    fresh_s: float = 0.0,
    viewers: Viewers | None = None,
) -> Application:
    """The pages over the service of *client*, which *endpoint* names in words.

    *options* are those by which the command line finds the same service; *hosts* are more names of this host.
    *changing* None: nothing can be changed here, and no address takes a form. A history that takes longer than
    *patience* is read on while its page says so. *commits* is another value after every write of the service, None:
    that is not known; then news are at most *fresh_s* seconds old. *viewers* hear who looks at open executions.
    """
    addresses = {name: asset.address for name, asset in assets().items()}
    actions = frozenset() if changing is None else ACTIONS
    site = Site(endpoint, is_amazon, options, actions, addresses, version)
    jobs = Jobs(pause_s=1 / A_SECOND if is_amazon else 0.0)
    reader = Reader(client, now, patience=patience, commits=commits, fresh_s=fresh_s)
    web = Web(reader, site, not is_amazon, changing, jobs, viewers or Viewers())

    def refusal(status: int, title: str, what: str, what_to_do: str) -> bytes:
        return troubles.refused(site, Where(), title, what, what_to_do).encode()

    inner = Starlette(
        routes=[*([] if changing is None else _changes(web)), *_routes(web)],
        exception_handlers={
            Exception: _broken(web),
            HTTPException: _not_here(web),
            Missing: _missing(web),
            Reading: _reading(web),
            Refused: _refused(web),
        },
    )
    inner.router.redirect_slashes = False
    return Doors(inner, hosts=hosts, refusal=refusal)


def _routes(web: Web) -> list[Route]:
    table: list[tuple[str, Answer]] = [
        ("/", lists.home),
        *((f"/static/{name}", lists.static) for name in assets()),
        ("/{domain}", lists.to_domain),
        ("/{domain}/", lists.executions),
        ("/{domain}/executions.json", lists.executions),
        ("/{domain}/counts", lists.counts),
        ("/{domain}/find", lists.find),
        ("/{domain}/types", lists.types),
        ("/{domain}/task-lists", lists.task_lists),
        ("/{domain}/e/{workflow_id}", runs.newest),
        (RUN, runs.one),
        (f"{RUN}/task/{{task_id}}", runs.task),
        (f"{RUN}/rows", runs.rows),
        (f"{RUN}/events", runs.more_events),
        (f"{RUN}/sections", live.sections),
        (f"{RUN}/tree", runs.tree),
        (f"{RUN}/value/{{event}}/{{field}}", runs.value),
        (f"{RUN}/history.json", runs.history),
        (f"{RUN}/graph.svg", runs.graph_svg),
        (f"{RUN}/timeline.svg", runs.timeline_svg),
        (f"{RUN}/summary.json", runs.summary),
        (f"{RUN}/tasks.json", runs.tasks),
        (f"{RUN}/graph.json", runs.graph),
    ]
    return [Route(path, endpoint=bound(web, path, answer), methods=["GET"]) for path, answer in table]


def _changes(web: Web) -> list[Route]:
    """Forms, and where they are sent."""
    both: list[tuple[str, Answer]] = [
        ("/{domain}/start", starting.start),
        (f"{RUN}/signal", acting.signal),
        (f"{RUN}/cancel", acting.cancel),
        (f"{RUN}/terminate", acting.terminate),
        (f"{RUN}/rerun", again.rerun),
        (f"{RUN}/replay", again.replay),
    ]
    sent: list[tuple[str, Answer]] = [("/{domain}/bulk/choose", bulk.choose), ("/{domain}/bulk/{action}", bulk.many)]
    result = "/{domain}/bulk/result/{key}"
    return [
        Route(result, endpoint=bound(web, result, bulk.result), methods=["GET"]),
        *(Route(path, endpoint=bound(web, path, answer), methods=["GET", "POST"]) for path, answer in both),
        *(Route(path, endpoint=bound(web, path, answer), methods=["POST"]) for path, answer in sent),
    ]


def _broken(web: Web) -> Callable[[Request, Exception], Response]:
    """A mistake of ours; the server writes its traceback to the log."""

    def handle(request: Request, error: Exception) -> Response:
        what = type(error).__name__  # what it says may be what nobody is to see
        if wants_json(request):
            return Response(msgspec.json.encode({"error": what}), 500, media_type="application/json")
        return html(troubles.broken(web.site, web.where(request, asks=False), what), 500)

    return handle


def _not_here(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        where = web.where(request, asks=False)
        if error.status_code == 405:
            what = f"{request.method} means nothing here."
            text = troubles.refused(web.site, where, "Not this way", what, "Open the address in a browser.")
            return HTMLResponse(text, 405, headers=error.headers)
        return html(troubles.not_found(web.site, where, "There is no page at this address."), error.status_code)

    return handle


def _missing(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Missing)
        if wants_json(request):
            return Response(msgspec.json.encode({"error": str(error)}), 404, media_type="application/json")
        near: list[tuple[str, str]] = []
        retention = None
        if error.domain is not None and error.workflow_id is not None:
            near = [
                (line.workflow_id, urls.execution(error.domain, line.workflow_id, line.run_id))
                for line in web.reader.near(error.domain, error.workflow_id)
            ]
            retention = web.reader.retention(error.domain)
        return html(troubles.not_found(*web.frame(request), str(error), retention=retention, near=near), 404)

    return handle


def _reading(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Reading)
        if wants_json(request):
            told = {"error": str(error), "read": error.read}
            body = msgspec.json.encode(told)
            return Response(body, 503, media_type="application/json", headers={"retry-after": "2"})
        is_asked = request.method == "GET"
        return html(troubles.reading(*web.frame(request), error.read, comes_again=is_asked), 200 if is_asked else 503)

    return handle


def _refused(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        trouble = error.trouble
        status = troubles.STATUS[trouble.kind]
        if wants_json(request):
            advice = troubles.advice(web.site, trouble)
            told = {"error": trouble.message, "kind": trouble.kind, "operation": trouble.operation, "advice": advice}
            return Response(msgspec.json.encode(told), status, media_type="application/json")
        again = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        where = web.where(request, asks=trouble.kind != "silent")  # to ask it again would be to wait as long again
        return html(troubles.of_trouble(web.site, where, trouble, again if request.method == "GET" else None), status)

    return handle
