"""What has changed on the page of an execution since a reader last asked."""

from __future__ import annotations

import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simpleflow.web.answers.runs import folded_of, name_of, shown_of
from simpleflow.web.answers.web import Web, json_of
from simpleflow.web.pages.execution import SECTIONS, reading_of, section
from simpleflow.web.queries.runs import Reading


def sections(web: Web, request: Request) -> Response:
    """Nothing (204), or the sections that are shown, with the number of the last event and the time of the picture.

    There is news without an event, too: the sentence knows when it will be another one although nothing happens. While
    a long history is being read for the first time the answer (202) says how far that is.

    How long it took is told in ``Server-Timing``: who asks again waits in proportion to it. One call of the service
    is enough to know that there is no news.
    """
    began = time.perf_counter()
    name = name_of(request)
    text = request.query_params.get("after", "0")
    after = int(text) if text.isdecimal() and len(text) < 9 else 0
    try:
        folded = folded_of(web, name, patience_s=web.reader.patience.at_once_s, is_only_news=True)
    except Reading as reading:
        answer = json_of({"read": reading.read, "told": reading_of(reading.read, reading.total)})
        answer.status_code = 202
        return answer
    is_open = folded.execution.closed is None
    if "tab" in request.query_params:
        web.viewers.heard(request.query_params["tab"][:40], name[1], is_over=not is_open)
    if folded.last <= after and not (is_open and web.reader.histories.has_changed(name, folded, _seen(request))):
        return _timed(Response(status_code=204), began)
    shown = shown_of(web, request, folded)
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


def _seen(request: Request) -> float:
    """When the picture was drawn that is asked about; not a number if that is not said."""
    try:
        return float(request.query_params.get("seen", "nan"))
    except ValueError:
        return float("nan")


def _timed(answer: Response, began: float) -> Response:
    answer.headers["server-timing"] = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
    return answer
