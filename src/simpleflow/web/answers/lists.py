"""Domains and what is in them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simpleflow.web import filters, urls, views
from simpleflow.web.answers.web import Missing, Web, html, json_of, wants_json
from simpleflow.web.assets import assets
from simpleflow.web.pages import listing, others
from simpleflow.web.pages.lists import Listing, counted
from simpleflow.web.queries.faults import Refused


def home(web: Web, request: Request) -> Response:
    """The domains; the only one at once."""
    lines = web.reader.domains()
    usable = [line for line in lines if not line.is_deprecated]
    if wants_json(request):
        return json_of({"domains": [{"name": line.name, "deprecated": line.is_deprecated} for line in lines]})
    if len(usable) == 1 and "all" not in request.query_params:
        return RedirectResponse(urls.executions(usable[0].name), 303)
    return html(others.domains(*web.frame(request, takes=("all",)), lines))


def static(web: Web, request: Request) -> Response:
    """A static file."""
    found = assets()[request.url.path.removeprefix("/static/")]
    is_fixed = request.query_params.get("v") == found.version
    kept = "public, max-age=31536000, immutable" if is_fixed else "no-cache"
    headers = {"cache-control": kept, "etag": f'"{found.version}"'}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.type, headers=headers)


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
            numbers = web.reader.counts_at_once(domain, filter)
        except Refused:
            numbers = {}
    shown = Listing(domain, filter, found, numbers, found.read_at if found.is_old else web.reader.now(), notes)
    if wants_json(request):
        return json_of(views.executions(found, shown.lines, numbers))
    return html(listing.whole(*web.frame(request, "executions"), shown))


def counts(web: Web, request: Request) -> Response:
    """The counts of the tabs, for a script that puts them there."""
    filter, _ = filters.parsed(request.query_params, web.reader.now())
    found = web.reader.counts(request.path_params["domain"], filter)
    return json_of({name: counted(number) for name, number in found.items()})


def find(web: Web, request: Request) -> Response:
    """The execution with an id, whichever it is."""
    domain, id = request.path_params["domain"], request.query_params.get("id", "").strip()
    if not id:
        return RedirectResponse(urls.executions(domain), 303)
    try:
        found = web.reader.runs(domain, id)
    except Refused as refused:
        if refused.trouble.kind != "refused":
            raise
        found = []  # it cannot be a workflow id
    line = found[0] if found else web.reader.by_run_id(domain, id)
    if line is None:
        raise Missing(f"No execution has the workflow id or the run id {id!r}.", domain=domain, workflow_id=id)
    if wants_json(request):
        return json_of(views.line(line))
    return RedirectResponse(urls.execution(domain, line.workflow_id, line.run_id), 303)


def types(web: Web, request: Request) -> Response:
    """The types of a domain."""
    lines, left = web.reader.types(request.path_params["domain"])
    if wants_json(request):
        return json_of({"types": lines, "not_described": left})
    return html(others.types(*web.frame(request, "types", takes=()), lines, left, web.reader.now()))


def task_lists(web: Web, request: Request) -> Response:
    """The task lists of a domain."""
    lines, left = web.reader.task_lists(request.path_params["domain"])
    if wants_json(request):
        return json_of({"task_lists": lines, "not_asked": left})
    return html(others.task_lists(*web.frame(request, "task-lists", takes=()), lines, left))
