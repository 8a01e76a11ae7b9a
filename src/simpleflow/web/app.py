"""The pages as an ASGI application: addresses, and what is answered there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from simpleflow.web import filters, urls, views
from simpleflow.web.assets import assets
from simpleflow.web.choices import chosen
from simpleflow.web.doors import THEME, TOKEN, Application, Doors
from simpleflow.web.pages import events, execution, listing, others, troubles
from simpleflow.web.pages import drawings as drawn
from simpleflow.web.pages import inspector
from simpleflow.web.pages.execution import Shown
from simpleflow.web.pages.shell import Site, Where
from simpleflow.web.queries.faults import Refused
from simpleflow.web.queries.reader import Reader
from simpleflow.web.runs import State
from swf.client import Client

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

    def where(self, request: Request, current: str = "") -> Where:
        """The place of a page."""
        return Where(
            domain=request.path_params.get("domain"),
            domains=self.reader.domain_names(),
            current=current,
            search=request.query_params.get("id", ""),
            token=request.scope[TOKEN],
            theme=theme if (theme := request.scope[THEME]) in ("light", "dark") else "",
        )


def application(
    client: Client,
    *,
    endpoint: str,
    now: Callable[[], float],
    is_amazon: bool = False,
    options: str = "",
    hosts: Collection[str] = (),
    actions: frozenset[str] = frozenset(),
    version: str = "",
    more: Sequence[Callable[[Web], Sequence[Route]]] = (),
) -> Application:
    """The pages over the service of *client*, which *endpoint* names in words.

    *options* are those by which the command line finds the same service; *hosts* are more names of this host.
    *actions* may be done; *more* makes their routes.
    """
    addresses = {name: asset.address for name, asset in assets().items()}
    site = Site(endpoint, is_amazon, options, actions, addresses, version)
    web = Web(Reader(client, now), site, counts_at_once=not is_amazon)

    def refusal(status: int, title: str, what: str, what_to_do: str) -> bytes:
        return troubles.refused(site, title, what, what_to_do).encode()

    inner = Starlette(
        routes=[*(route for make in more for route in make(web)), *_routes(web)],
        exception_handlers={
            HTTPException: _not_here(web),
            Missing: _missing(web),
            Refused: _refused(web),
        },
    )
    inner.router.redirect_slashes = False
    return Doors(inner, hosts=hosts, refusal=refusal)


def _routes(web: Web) -> list[Route]:
    run = "/{domain}/e/{workflow_id}/{run_id}"
    table: list[tuple[str, Callable[[Web, Request], Response]]] = [
        ("/", home),
        *((f"/static/{name}", static) for name in assets()),
        ("/{domain}", to_domain),
        ("/{domain}/", executions),
        ("/{domain}/executions.json", executions),
        ("/{domain}/counts", counts),
        ("/{domain}/find", find),
        ("/{domain}/types", types),
        ("/{domain}/task-lists", task_lists),
        ("/{domain}/e/{workflow_id}", newest),
        (run, one),
        (f"{run}/task/{{task_id}}", task),
        (f"{run}/rows", rows),
        (f"{run}/events", more_events),
        (f"{run}/tree", tree),
        (f"{run}/value/{{event:int}}/{{field}}", value),
        (f"{run}/history.json", history),
        (f"{run}/graph.svg", graph_svg),
        (f"{run}/timeline.svg", timeline_svg),
        (f"{run}/summary.json", summary),
        (f"{run}/tasks.json", tasks),
        (f"{run}/graph.json", graph),
    ]
    return [Route(path, endpoint=bound(web, answer), methods=["GET"]) for path, answer in table]


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
    safe = "".join(each if each.isalnum() and each.isascii() or each in "-_." else "_" for each in name)
    return Response(body, media_type=type, headers={"content-disposition": f'attachment; filename="{safe}"'})


def wants_json(request: Request) -> bool:
    """Whether a program asks."""
    if request.url.path.endswith(".json"):
        return True
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")]
    return "application/json" in accepted and "text/html" not in accepted


# Everything that is wrong


def _not_here(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            text = troubles.refused(
                web.site, "Not this way", f"{request.method} means nothing here.", "Open the address in a browser."
            )
            return HTMLResponse(text, 405, headers=error.headers)
        return html(troubles.not_found(web.site, Where(), "There is no page at this address."), error.status_code)

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
        return html(troubles.not_found(web.site, web.where(request), str(error), retention=retention, near=near), 404)

    return handle


def _refused(web: Web) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        trouble = error.trouble
        status = troubles.STATUS[trouble.kind]
        if wants_json(request):
            told = {"error": trouble.message, "kind": trouble.kind, "operation": trouble.operation}
            return Response(msgspec.json.encode(told), status, media_type="application/json")
        again = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        return html(troubles.of_trouble(web.site, web.where(request), trouble, again), status)

    return handle


# Lists


def home(web: Web, request: Request) -> Response:
    """The domains; the only one at once."""
    lines = web.reader.domains()
    usable = [line for line in lines if not line.is_deprecated]
    if wants_json(request):
        return json_of({"domains": [{"name": line.name, "deprecated": line.is_deprecated} for line in lines]})
    if len(usable) == 1 and "all" not in request.query_params:
        return RedirectResponse(urls.executions(usable[0].name), 303)
    return html(others.domains(web.site, web.where(request), lines))


def static(web: Web, request: Request) -> Response:
    """A static file."""
    found = assets()[request.url.path.removeprefix("/static/")]
    is_fixed = request.query_params.get("v") == found.version
    kept = "public, max-age=31536000, immutable" if is_fixed else "no-cache"
    return Response(found.body, media_type=found.type, headers={"cache-control": kept})


def to_domain(web: Web, request: Request) -> Response:
    """The executions have a slash at their end."""
    return RedirectResponse(urls.executions(request.path_params["domain"]), 303)


def executions(web: Web, request: Request) -> Response:
    """The executions of a domain."""
    domain = request.path_params["domain"]
    filter, notes = filters.parsed(request.query_params, web.reader.now())
    try:
        found = web.reader.executions(domain, filter)
    except Refused as refused:
        if refused.trouble.kind == "gone":
            raise Missing(refused.trouble.message.partition(": ")[2], domain=None) from refused
        raise
    numbers = None
    if web.counts_at_once and not found.is_old:
        try:
            numbers = web.reader.counts(domain, filter)
        except Refused:
            numbers = {}
    shown = listing.Listing(domain, filter, found, numbers, found.read_at if found.is_old else web.reader.now(), notes)
    if wants_json(request):
        return json_of(views.executions(found, shown.lines, numbers))
    return html(listing.whole(web.site, web.where(request, "executions"), shown))


def counts(web: Web, request: Request) -> Response:
    """The counts of the tabs, for a script that puts them there."""
    filter, _ = filters.parsed(request.query_params, web.reader.now())
    found = web.reader.counts(request.path_params["domain"], filter)
    return json_of({name: listing.counted(number) for name, number in found.items()})


def find(web: Web, request: Request) -> Response:
    """The execution with an id, whichever it is."""
    domain, id = request.path_params["domain"], request.query_params.get("id", "").strip()
    if not id:
        return RedirectResponse(urls.executions(domain), 303)
    found = web.reader.runs(domain, id) if len(id) <= 256 else []
    line = found[0] if found else web.reader.by_run_id(domain, id)
    if line is None:
        raise Missing(f"No execution has the workflow id or the run id {id!r}.", domain=domain, workflow_id=id)
    return RedirectResponse(urls.execution(domain, line.workflow_id, line.run_id), 303)


def types(web: Web, request: Request) -> Response:
    """The types of a domain."""
    lines, left = web.reader.types(request.path_params["domain"])
    if wants_json(request):
        return json_of({"types": lines, "not_described": left})
    return html(others.types(web.site, web.where(request, "types"), lines, left, web.reader.now()))


def task_lists(web: Web, request: Request) -> Response:
    """The task lists of a domain."""
    lines, left = web.reader.task_lists(request.path_params["domain"])
    if wants_json(request):
        return json_of({"task_lists": lines, "not_asked": left})
    return html(others.task_lists(web.site, web.where(request, "task-lists"), lines, left))


# One execution


def newest(web: Web, request: Request) -> Response:
    """The newest run of an id."""
    domain, workflow_id = request.path_params["domain"], request.path_params["workflow_id"]
    found = web.reader.runs(domain, workflow_id)
    if not found:
        raise Missing(f"There is no execution {workflow_id!r} here.", domain=domain, workflow_id=workflow_id)
    return RedirectResponse(urls.execution(domain, workflow_id, found[0].run_id), 303)


def shown_of(web: Web, request: Request) -> Shown:
    """What the page of the address tells. Raises Missing, Refused."""
    domain, workflow_id, run_id = (request.path_params[name] for name in ("domain", "workflow_id", "run_id"))
    choice, notes = chosen(request.query_params)
    try:
        picture, folded = web.reader.picture(
            domain, workflow_id, run_id, most_nodes=None if choice.all_nodes else 400
        )
    except Refused as refused:
        if refused.trouble.kind in ("gone", "refused"):
            what = f"There is no run {run_id!r} of {workflow_id!r} here."
            raise Missing(what, domain=domain, workflow_id=workflow_id) from refused
        raise
    started = folded.execution.started
    parent = started.parent_workflow_execution
    timeouts = {
        "execution": started.execution_start_to_close_timeout,
        "decision": started.task_start_to_close_timeout,
    }
    return Shown(
        picture,
        folded.history,
        choice,
        runs=_runs(web, domain, workflow_id),
        parent=None if parent is None else (parent.workflow_id, parent.run_id),
        timeouts={name: _timeout(text) for name, text in timeouts.items() if text},
        is_cancel_requested=folded.execution.cancel_requested,
        notes=notes,
    )


def _timeout(text: str) -> str:
    from simpleflow.web.pages.parts import seconds_of

    return seconds_of(text)


def _runs(web: Web, domain: str, workflow_id: str) -> list[tuple[str, float, State]]:
    try:
        return [(line.run_id, line.start, line.state) for line in web.reader.runs(domain, workflow_id)[:20]]
    except Refused:
        return []  # the run itself could be read


def one(web: Web, request: Request) -> Response:
    """The page of an execution."""
    shown = shown_of(web, request)
    if wants_json(request):
        return json_of(views.summary(shown.picture))
    return html(execution.whole(web.site, web.where(request, "executions"), shown))


def fragment(web: Web, request: Request, title: str, part: Any) -> Response:
    """A part of a page: alone for a script, in the frame of a page for everybody else."""
    if FRAGMENT in request.headers:
        return html(str(part))
    from simpleflow.web.pages.shell import page

    return html(page(web.site, web.where(request, "executions"), title, part, scripts=["timeline.js"]))


def task(web: Web, request: Request) -> Response:
    """The inspector of a task."""
    shown = shown_of(web, request)
    wanted = unquote(request.path_params["task_id"]) if "%" in request.path_params["task_id"] else None
    ids = {each.id: each for each in shown.run.tasks}
    found = ids.get(request.path_params["task_id"]) or ids.get(wanted or "")
    if found is None:
        raise Missing(f"There is no task {request.path_params['task_id']!r} in this execution.")
    if wants_json(request):
        return json_of(views.task(found))
    part = inspector.card(web.site, shown.picture, found, shown.link, shown.history)
    return fragment(web, request, found.id, part)


def rows(web: Web, request: Request) -> Response:
    """Rows of an open group of the timeline."""
    shown = shown_of(web, request)
    group = request.query_params.get("group") or shown.chosen.open
    found = next((row for row in shown.picture.rows if row.cell.is_group and row.cell.first.id == group), None)
    if found is None:
        raise Missing(f"There is no group {group!r} in this timeline.")
    inside = drawn.singles(found, shown.run, shown.picture.path)

    def further(at: int) -> str:
        return urls.with_query(f"{shown.base}/rows", {"group": group, "at": at})

    part = drawn.chunk(shown.picture, inside, shown.chosen.at, shown.to_task, selected=None, further=further)
    return fragment(web, request, f"Timeline of {shown.run.workflow_id}", part)


def more_events(web: Web, request: Request) -> Response:
    """More rows of the table of events."""
    shown = shown_of(web, request)
    text = request.query_params.get("before", "0")
    before = int(text) if text.isdecimal() and len(text) < 9 else 0
    part = events.chunk(shown.run, shown.history, shown.chosen, shown.link, before)
    return fragment(web, request, f"Events of {shown.run.workflow_id}", part)


def tree(web: Web, request: Request) -> Response:
    """The children of an execution."""
    domain, workflow_id, run_id = (request.path_params[name] for name in ("domain", "workflow_id", "run_id"))
    branches = web.reader.children(domain, workflow_id, run_id)
    if FRAGMENT in request.headers:
        return html(str(others.tree_list(domain, branches, web.reader.now())))
    return html(others.tree(web.site, web.where(request, "executions"), workflow_id, run_id, branches, web.reader.now()))


def value(web: Web, request: Request) -> Response:
    """A value of an event, whole, to be kept."""
    shown = shown_of(web, request)
    number, field = request.path_params["event"], request.path_params["field"]
    event = next((each for each in shown.history if each.id == number), None)
    text = None if event is None else events.attribute(event, field)
    if text is None:
        raise Missing(f"Event {number} of this execution has no {field!r}.")
    resolved = web.reader.histories.resolve(text)
    return attached(resolved or "", "text/plain; charset=utf-8", f"{shown.run.workflow_id}-{number}-{field}.txt")


def history(web: Web, request: Request) -> Response:
    """The history as a file that can be replayed."""
    from swf.protocol import wire

    shown = shown_of(web, request)
    run = shown.run
    ids = msgspec.json.encode({"workflowId": run.workflow_id, "runId": run.run_id}).decode()
    domain = msgspec.json.encode(run.domain).decode()
    body = ",\n".join(wire.encode(event).decode() for event in shown.history)
    text = f'{{"domain": {domain}, "execution": {ids}, "events": [\n{body}\n]}}\n'
    return attached(text, "application/json", f"{run.workflow_id}.json")


def graph_svg(web: Web, request: Request) -> Response:
    """The dataflow for a document."""
    from simpleflow.web.files import graph_svg as made

    return Response(made(shown_of(web, request).picture), media_type="image/svg+xml")


def timeline_svg(web: Web, request: Request) -> Response:
    """The timeline for a document."""
    from simpleflow.web.files import timeline_svg as made

    return Response(made(shown_of(web, request).picture), media_type="image/svg+xml")


def summary(web: Web, request: Request) -> Response:
    """The run in short."""
    return json_of(views.summary(shown_of(web, request).picture))


def tasks(web: Web, request: Request) -> Response:
    """All tasks."""
    return json_of(views.tasks(shown_of(web, request).run))


def graph(web: Web, request: Request) -> Response:
    """The dataflow."""
    return json_of(views.graph(shown_of(web, request).picture))


