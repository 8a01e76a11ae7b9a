"""One execution and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simpleflow.web import files, urls, views
from simpleflow.web.answers.web import FRAGMENT, Missing, Web, attached, fragment, html, json_of, wants_json
from simpleflow.web.choices import chosen
from simpleflow.web.files import Picture
from simpleflow.web.insight.rows import Row, singles
from simpleflow.web.pages import drawings as drawn
from simpleflow.web.pages import events, execution, inspector, others
from simpleflow.web.pages.entries import entries_of
from simpleflow.web.pages.execution import Chosen, Shown
from simpleflow.web.pages.parts import seconds_of
from simpleflow.web.queries.faults import Refused
from simpleflow.web.queries.runs import Folded, Name, Reading
from swf.lifecycle import Execution
from swf.protocol import wire
from swf.protocol.event import HistoryEvent

INVALID: Final = "ValidationException: "
WAIT: Final = "wait"
"""In an address: the page comes when it is whole."""


def newest(web: Web, request: Request) -> Response:
    """The newest run of an id, and what of it was chosen."""
    domain, workflow_id = request.path_params["domain"], request.path_params["workflow_id"]
    found = web.reader.runs(domain, workflow_id)
    if not found:
        raise Missing(f"There is no execution {workflow_id!r} here.", domain=domain, workflow_id=workflow_id)
    address = urls.execution(domain, workflow_id, found[0].run_id)
    return RedirectResponse(urls.with_query(address, dict(request.query_params)), 303)


def name_of(request: Request) -> Name:
    """The run of the address."""
    return request.path_params["domain"], request.path_params["workflow_id"], request.path_params["run_id"]


def folded_of(web: Web, name: Name, *, is_form: bool = False, **about: Any) -> Folded:
    """The history of a run, as :meth:`Reader.folded` reads it. Raises Missing, Refused, Reading.

    For a form that was sent it may be as it was read before: what was typed comes back with what the service says.
    """
    try:
        return web.reader.folded(name, **about)
    except Refused as refused:
        if is_form and (old := web.reader.histories.known(name)) is not None:
            return old
        if refused.trouble.kind == "gone" or refused.trouble.message.startswith(INVALID):  # no such name can be
            domain, workflow_id, run_id = name
            what = f"There is no run {run_id!r} of {workflow_id!r} here."
            raise Missing(what, domain=domain, workflow_id=workflow_id) from refused
        raise


def shown_of(web: Web, request: Request, folded: Folded | None = None) -> Shown:
    """What the page of the address tells; *folded* None: it is read. Raises Missing, Refused, Reading."""
    name = name_of(request)
    choice, notes = chosen(request.query_params)
    folded = folded or folded_of(web, name, is_form=request.method == "POST")
    most_nodes = None if choice.all_nodes else 400
    picture, folded = web.reader.picture(*name, most_nodes=most_nodes, folded=folded)
    return _shown(picture, folded.execution, folded.history[: picture.run.events], choice, notes)


def _shown(
    picture: Picture, execution: Execution, history: Sequence[HistoryEvent], choice: Chosen, notes: Sequence[str]
) -> Shown:
    started = execution.started
    parent = started.parent_workflow_execution
    timeouts = {
        "execution": started.execution_start_to_close_timeout,
        "decision": started.task_start_to_close_timeout,
    }
    return Shown(
        picture,
        history,
        choice,
        parent=None if parent is None else (parent.workflow_id, parent.run_id),
        timeouts={name: seconds_of(text) for name, text in timeouts.items() if text},
        is_cancel_requested=execution.cancel_requested,
        notes=notes,
    )


def _with_runs(web: Web, shown: Shown) -> Shown:
    """The same with the other runs of its id."""
    try:
        lines = web.reader.runs(shown.run.domain, shown.run.workflow_id)[:20]
    except Refused:
        return shown  # the run itself could be read
    return replace(shown, runs=[(line.run_id, line.start, line.state) for line in lines])


def one(web: Web, request: Request) -> Response:
    """The page of an execution. A script puts the parts into it that take long; who has none waits for all of it."""
    if wants_json(request):
        return json_of(views.summary(shown_of(web, request).picture))
    has_waited = WAIT in request.query_params
    try:
        patience_s = web.reader.patience.whole_s if has_waited else web.reader.patience.at_once_s
        folded = folded_of(web, name_of(request), patience_s=patience_s)
    except Reading:
        return _being_read(web, request)
    except Refused as refused:
        if refused.trouble.kind != "throttled":
            raise
        return _being_read(web, request)
    if has_waited:
        return RedirectResponse(_address(request), 303)
    shown = _with_runs(web, shown_of(web, request, folded))
    return html(execution.whole(*web.frame(request, "executions"), shown))


def _being_read(web: Web, request: Request) -> Response:
    """The page of a long history of which the first and the newest events are known. Raises Reading, Refused."""
    found = web.reader.sketch(name_of(request))
    choice, notes = chosen(request.query_params)
    shown = _shown(found.picture, found.execution, (), choice, notes)
    site, where = web.frame(request, "executions")
    return html(execution.being_read(site, where, shown, found, _address(request, wait=1)))


def _address(request: Request, **more: int) -> str:
    """Where the page is, without a query of ours, and with *more*."""
    query = {name: value for name, value in request.query_params.items() if name != WAIT}
    return urls.with_query(urls.execution(*name_of(request)), {**query, **more})


def task(web: Web, request: Request) -> Response:
    """The inspector of a task."""
    shown = shown_of(web, request)
    wanted = request.path_params["task_id"]
    found = next((each for each in shown.run.tasks if each.id == wanted), None)
    if found is None:
        raise Missing(f"There is no task {wanted!r} in this execution.")
    if wants_json(request):
        return json_of(views.task(found))
    part = inspector.card(web.site, shown.picture, found, shown.link, shown.history)
    return fragment(web, request, found.id, part)


def rows(web: Web, request: Request) -> Response:
    """Rows of an open group of the timeline; without a group, of the timeline itself."""
    shown = shown_of(web, request)
    group = request.query_params.get("group", shown.chosen.open)
    timeline = shown.picture.timeline(is_folded=shown.chosen.is_folded)
    found = next((row for row in timeline.rows if row.cell.is_group and row.cell.first.id == group), None)
    if group and found is None:
        raise Missing(f"There is no group {group!r} in this timeline.")
    if wants_json(request):
        tasks = shown.run.tasks if found is None else found.cell.tasks
        return json_of(views.part("tasks", [views.task(each) for each in tasks], shown.chosen.at, drawn.CHUNK))
    choice = replace(shown.chosen, open=group or None, at=0)
    within = replace(shown, chosen=choice, is_here=FRAGMENT in request.headers)
    inside = timeline.rows if found is None else singles(found, shown.run, shown.picture.path)

    fold = "idle" if shown.chosen.is_folded else None

    def further(at: int) -> str:
        return urls.with_query(f"{shown.base}/rows", {"group": group, "at": at, "fold": fold})

    def switch(row: Row) -> str | None:
        return within.link(open=row.cell.first.id, at=None) if row.cell.is_group else None

    look = drawn.Look(
        shown.picture,
        timeline.scale,
        within.to_task,
        choice.task,
        switch=switch if found is None else None,
        axis=False,
    )
    part = drawn.chunk(look, inside, shown.chosen.at, further)
    return fragment(web, request, f"Timeline of {shown.run.workflow_id}", part)


def more_events(web: Web, request: Request) -> Response:
    """More rows of the table of events."""
    shown = shown_of(web, request)
    text = request.query_params.get("before", "0")
    before = int(text) if text.isdecimal() and len(text) < 9 else 0
    if wants_json(request):
        return _events_as_json(shown, before)
    part = events.chunk(shown.run, shown.history, shown.chosen, shown.link, before)
    return fragment(web, request, f"Events of {shown.run.workflow_id}", part)


def _events_as_json(shown: Shown, before: int) -> Response:
    """The rows of the view, the newest first: whole events, or what came of them."""
    choice = shown.chosen
    if choice.view == "full":
        told = views.part("events", shown.history[::-1], before, events.CHUNK)
        told["events"] = [msgspec.Raw(wire.encode(event)) for event in told["events"]]
    else:
        found = entries_of(shown.run, only=choice.only, kind=choice.kind, text=choice.text)
        told = views.part("events", [views.entry(each) for each in found], before, events.CHUNK)
    return json_of(told)


def tree(web: Web, request: Request) -> Response:
    """The children of an execution."""
    domain, workflow_id, run_id = (request.path_params[name] for name in ("domain", "workflow_id", "run_id"))
    branches = web.reader.children(domain, workflow_id, run_id)
    if wants_json(request):
        return json_of({"children": [views.branch(each) for each in branches]})
    if FRAGMENT in request.headers:
        return html(str(others.tree_list(domain, branches, web.reader.now())))
    return html(
        others.tree(*web.frame(request, "executions", takes=()), workflow_id, run_id, branches, web.reader.now())
    )


def value(web: Web, request: Request) -> Response:
    """A value of an event, whole, to be kept."""
    shown = shown_of(web, request)
    number, field = request.path_params["event"], request.path_params["field"]
    event = next((each for each in shown.history if str(each.id) == number), None)
    text = None if event is None else events.attribute(event, field)
    if text is None:
        raise Missing(f"Event {number} of this execution has no {field!r}.")
    resolved = web.reader.histories.resolve(text)
    return attached(resolved or "", "text/plain; charset=utf-8", f"{shown.run.workflow_id}-{number}-{field}.txt")


def history(web: Web, request: Request) -> Response:
    """The history as a file that can be replayed."""
    shown = shown_of(web, request)
    run = shown.run
    ids = msgspec.json.encode({"workflowId": run.workflow_id, "runId": run.run_id}).decode()
    domain = msgspec.json.encode(run.domain).decode()
    body = ",\n".join(wire.encode(event).decode() for event in shown.history)
    text = f'{{"domain": {domain}, "execution": {ids}, "events": [\n{body}\n]}}\n'
    return attached(text, "application/json", f"{run.workflow_id}.json")


def graph_svg(web: Web, request: Request) -> Response:
    """The dataflow for a document."""
    picture = shown_of(web, request).picture
    return attached(files.graph_svg(picture), "image/svg+xml", f"{picture.run.workflow_id}-graph.svg")


def timeline_svg(web: Web, request: Request) -> Response:
    """The timeline for a document."""
    shown = shown_of(web, request)
    drawn_one = files.timeline_svg(shown.picture, is_folded=shown.chosen.is_folded)
    return attached(drawn_one, "image/svg+xml", f"{shown.run.workflow_id}-timeline.svg")


def summary(web: Web, request: Request) -> Response:
    """The run in short."""
    return json_of(views.summary(shown_of(web, request).picture))


def tasks(web: Web, request: Request) -> Response:
    """All tasks."""
    return json_of(views.tasks(shown_of(web, request).run))


def graph(web: Web, request: Request) -> Response:
    """The dataflow."""
    return json_of(views.graph(shown_of(web, request).picture))
