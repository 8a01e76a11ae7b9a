"""What is done to many executions at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from simpleflow.web import filters, urls
from simpleflow.web.answers import actions, forms
from simpleflow.web.answers.actions import NotMeant
from simpleflow.web.answers.jobs import Job
from simpleflow.web.answers.web import Missing, Web, html
from simpleflow.web.pages import bulk as page
from simpleflow.web.queries import changes, lists
from simpleflow.web.queries.faults import Refused

MOST: Final = 10_000
"""Executions of one job."""


def choose(web: Web, request: Request) -> Response:
    """Enter in the list means no action."""
    domain = request.path_params["domain"]
    return html(page.choice(*web.frame(request, "executions"), domain, _runs(request)), 422)


def many(web: Web, request: Request) -> Response:
    """The question, or what comes of it."""
    domain, verb = request.path_params["domain"], request.path_params["action"]
    if verb not in page.VERBS:
        raise Missing(f"There is no action {verb!r} for many executions; there are {', '.join(page.VERBS)}.")
    values = forms.typed(request)
    filter, is_cut = None, False
    notes: list[str] = []
    if values.get("everything"):
        now = web.reader.now()
        filter, notes = filters.parsed({name: values[name] for name in filters.KNOWN if name in values}, now)
        try:
            found = [] if notes else lists.every(web.reader.client, domain, filter, now, MOST)
        except Refused as refused:
            problems, status = forms.problem_of(web, refused.trouble, {})
            return forms.asked(web, request, page.unread(web.site, domain, verb, values, filter), problems, status)
        runs = page.lines_of(found, verb)
        is_cut = len(found) == MOST
    else:
        runs = _runs(request)
    form = page.question(web.site, domain, verb, runs, values, filter=filter, is_cut=is_cut)
    if notes:  # without that condition more would match than was meant
        return forms.asked(web, request, form, {"": f"{' '.join(notes)} Nothing was done."})
    if not runs:
        what = "No execution was chosen." if filter is None else f"Nothing that matches can be {_past(verb)}."
        return forms.asked(web, request, form, {"": what})
    if not values.get("sure"):
        return forms.asked(web, request, form)
    problems = _problems(verb, values, len(runs))
    if problems:
        return forms.asked(web, request, form, problems)
    job = Job(domain, verb, [changes.Named(domain, *run) for run in runs])
    key = web.jobs.begin(job, _act(web, verb, values))
    return forms.done(request, f"/{urls.segment(domain)}/bulk/result/{key}", "")


def result(web: Web, request: Request) -> Response:
    """What came of it."""
    domain, key = request.path_params["domain"], request.path_params["key"]
    job = web.jobs.find(key)
    if job is None or job.domain != domain:
        raise Missing("The results of that are no longer here; the executions themselves tell what became of them.")
    results = [((each.run.workflow_id, each.run.run_id), each.is_done, each.told) for each in list(job.results)]
    return html(page.outcome(*web.frame(request, "executions"), domain, job.verb, results, len(job.runs)))


def _past(verb: str) -> str:
    return {"signal": "signaled", "cancel": "canceled", "terminate": "terminated", "rerun": "run again"}[verb]


def _runs(request: Request) -> list[page.Run]:
    """The chosen rows; what is none is left out."""
    found = []
    for text in forms.chosen(request, "run"):
        workflow_id, space, run_id = text.partition(" ")
        if space and workflow_id and run_id:
            found.append((urls.text_of(unquote(workflow_id)), urls.text_of(unquote(run_id))))
    return list(dict.fromkeys(found))


def _problems(verb: str, values: dict[str, str], number: int) -> dict[str, str]:
    problems = {}
    if verb == "signal":
        try:
            actions.check_signal(values)
        except NotMeant as error:
            problems.update(error.problems)
    if number >= page.TYPED and values.get("count", "").strip().replace(",", "") != str(number):
        problems["count"] = f"These are {number} executions now: type that number if you mean all of them."
    return problems


def _act(web: Web, verb: str, values: dict[str, str]) -> Callable[[changes.Named], str]:
    """What is done to each; it tells what it did."""

    def rerun(run: changes.Named) -> str:
        new, reused = changes.rerun(web.reader.client, run, run.workflow_id, keeps_values=web.keeps_values)
        return f"run {new.run_id} began; {reused} results are reused"

    def act(run: changes.Named) -> str:
        match verb:
            case "signal":
                return actions.send_signal(web, run, values)
            case "cancel":
                return actions.ask_to_cancel(web, run, values)
            case "terminate":
                return actions.end(web, run, values)
        return rerun(run)

    return act
