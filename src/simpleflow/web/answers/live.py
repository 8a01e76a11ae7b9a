"""What has changed on the page of an execution since a reader last asked."""

from __future__ import annotations

import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simpleflow.web.answers.runs import shown_of
from simpleflow.web.answers.web import Web, json_of
from simpleflow.web.insight.sentence import DECIDER_S, SILENT_S
from simpleflow.web.pages.execution import SECTIONS, section
from simpleflow.web.queries.faults import caught
from swf.lifecycle import Execution


def sections(web: Web, request: Request) -> Response:
    """Nothing (204), or the sections that are shown, with the number of the last event and the time of the picture.

    There is news without an event, too: when a decider or the workers have been silent for too long since the page
    was drawn.

    How long it took is told in ``Server-Timing``: who asks again waits in proportion to it. One call of the service
    is enough to know that there is no news.
    """
    began = time.perf_counter()
    domain, workflow_id, run_id = (request.path_params[name] for name in ("domain", "workflow_id", "run_id"))
    text = request.query_params.get("after", "0")
    after = int(text) if text.isdecimal() and len(text) < 9 else 0
    folded = caught("GetWorkflowExecutionHistory", lambda: web.reader.histories.read((domain, workflow_id, run_id)))
    if folded.last <= after and not _has_been_silent(folded.execution, request, web.reader.now()):
        return _timed(Response(status_code=204), began)
    shown = shown_of(web, request)
    said = request.query_params.get("names")
    names = SECTIONS if said is None else [name for name in SECTIONS if name in said.split(",")]
    news = {
        "last": shown.run.events,
        "seen": shown.run.now,
        "state": str(shown.run.state),
        "told": f"{shown.run.workflow_id}: {shown.run.state.word}",
        "sections": {name: str(section(name, web.site, shown)) for name in names},
    }
    return _timed(json_of(msgspec.to_builtins(news)), began)


def _has_been_silent(execution: Execution, request: Request, now: float) -> bool:
    """Whether, since the picture of ``seen``, nothing has happened for so long that the sentence may be another."""
    try:
        seen = float(request.query_params.get("seen", "nan"))
    except ValueError:
        return False
    last = execution.last_timestamp
    return execution.closed is None and any(seen <= last + silence < now for silence in (DECIDER_S, SILENT_S))


def _timed(answer: Response, began: float) -> Response:
    answer.headers["server-timing"] = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
    return answer
