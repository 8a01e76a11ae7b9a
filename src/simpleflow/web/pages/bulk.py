"""What is done to many executions: the question, and the table of what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el
from simpleflow.web.filters import Filter
from simpleflow.web.listed import Line
from simpleflow.web.pages import asking, commands, dialogs, parts
from simpleflow.web.pages.commands import Slot
from simpleflow.web.pages.dialogs import Field, Form
from simpleflow.web.pages.shell import Site, Where
from simpleflow.web.runs import State
from simpleflow.web.words import count

VERBS: Final = {"signal": "Signal", "cancel": "Cancel", "terminate": "Terminate", "rerun": "Rerun"}
DONE: Final = {
    "signal": "got the signal",
    "cancel": "were asked to cancel",
    "terminate": "were terminated",
    "rerun": "were started again",
}
TYPED: Final = 10
"""So many executions and more: their number has to be typed."""
NAMED: Final = 10
"""Executions that are named one by one in a question."""
COMMANDS: Final = 20

Run = tuple[str, str]
"""Workflow id and run id."""


def question(
    site: Site,
    domain: str,
    verb: str,
    runs: Sequence[Run],
    values: Mapping[str, str],
    *,
    filter: Filter | None,
    is_cut: bool = False,
) -> Form:
    """Whether it is to be done to all of *runs*. *filter*: they are those that match it, then as now.

    *is_cut*: more match than are done in one go.
    """
    number = len(runs)
    fields: list[Field] = []
    if verb == "signal":
        fields += asking.SIGNAL
    elif verb == "terminate":
        fields += asking.ENDING
    if number >= TYPED:
        fields.append(
            Field("count", f"Type {number} to go on", is_needed=True, about=f"These are {count(number, 'execution')}.")
        )
    hidden = [("run", f"{urls.segment(workflow_id)} {urls.segment(run_id)}") for workflow_id, run_id in runs]
    if filter is not None:
        hidden = [("everything", "1"), *filter.conditions.items()]
    which = el("p", None, f"{count(number, 'execution')}{' that match now' if filter is not None else ''}:")
    names = [el("li", {"class": "mono"}, workflow_id) for workflow_id, _ in runs[:NAMED]]
    if number > NAMED:
        names.append(el("li", {"class": "quiet"}, f"and {count(number - NAMED)} more"))
    about = [which, el("ul", {"class": "names"}, *names)]
    if is_cut:
        about.append(el("p", None, "More match; these are among the newest. Do it again for the others."))
    if verb == "rerun":
        about.append(el("p", None, "Each that is closed begins again, and reuses the results that are there."))
    back = urls.executions(domain, **(filter.query() if filter is not None else {}))
    return Form(
        title=f"{VERBS[verb]} {count(number, 'execution')}",
        action=f"/{urls.segment(domain)}/bulk/{verb}",
        back=back,
        submit=f"{VERBS[verb]} {count(number)}" if number else "",
        fields=fields,
        values=values,
        about=about,
        hidden=[("sure", "1"), *hidden],
        same=_same(site, domain, verb, runs, values, filter),
        is_grave=verb == "terminate",
    )


def unread(site: Site, domain: str, verb: str, values: Mapping[str, str], filter: Filter) -> Form:
    """The same when those that match could not be read: it can be asked again, and nothing that was typed is lost."""
    form = question(site, domain, verb, (), values, filter=filter)
    hidden = [each for each in form.hidden if each[0] != "sure"]
    return replace(form, title=f"{VERBS[verb]} all that match", submit="Try again", about=(), hidden=hidden)


def _same(
    site: Site, domain: str, verb: str, runs: Sequence[Run], values: Mapping[str, str], filter: Filter | None
) -> Markup | None:
    """One command with conditions if there is one, else one for each execution."""
    if not runs:
        return None
    slots = {
        "signal": [Slot("name", "--name", "NAME"), Slot("input", "--input")],
        "terminate": [Slot("reason", "--reason"), Slot("details", "--details"), Slot("children", "--child-policy")],
    }.get(verb, [])
    options = None if filter is None or verb == "rerun" else conditions(filter)
    if options is not None:
        return commands.shown(site, ["--domain", domain, f"workflow.{verb}", *options, "--yes", *slots], values)
    told = [
        commands.line(site, commands.on_run(domain, f"workflow.{verb}", run, slots), values) for run in runs[:COMMANDS]
    ]
    if len(runs) > COMMANDS:
        told.append(f"# and so on for the other {count(len(runs) - COMMANDS)}")
    return commands.lines(told)


def conditions(filter: Filter) -> list[str] | None:
    """The options of the command line for a filter of open executions; None if it has none for all of it."""
    given = filter.conditions
    if (
        filter.state != "open"
        or set(given) - {"state", "type", "version", "tag"}
        or ("version" in given and "type" not in given)
    ):
        return None
    names = {"type": "--type", "version": "--type-version", "tag": "--tag"}
    options = [word for name, option in names.items() if name in given for word in (option, given[name])]
    return options or ["--all"]


def choice(site: Site, where: Where, domain: str, runs: Sequence[Run]) -> str:
    """What can be done, for who has pressed Enter in the list."""
    back = el("a", {"class": "btn", "href": urls.executions(domain)}, "Back")
    text = (
        "Choose rows and then one of the buttons above the table."
        if not runs
        else "Choose one of the buttons above the table."
    )
    return dialogs.told(site, where, "Nothing was done", el("p", None, text), el("p", {"class": "actions"}, back))


def outcome(
    site: Site,
    where: Where,
    domain: str,
    verb: str,
    results: Sequence[tuple[Run, bool, str]],
    total: int,
) -> str:
    """What came of it, as far as it is."""
    good = sum(1 for _, is_done, _ in results if is_done)
    bad = len(results) - good
    told = f"{count(good)} of {count(total)} {DONE[verb]}"
    told += f"; {count(bad)} could not be" if bad else ""
    is_over = len(results) == total
    progress = f"{count(len(results))} of {count(total)} are through. This page shows more by itself."
    words = parts.notice("done" if is_over and not bad else "warning", f"{told}.", live=True)
    rows = []
    for (workflow_id, run_id), is_done, text in sorted(results, key=lambda each: each[1]):
        link = el("a", {"class": "mono", "href": urls.execution(domain, workflow_id, run_id)}, workflow_id)
        state = parts.with_state(State.COMPLETED if is_done else State.FAILED, "Done" if is_done else "Not done")
        rows.append(
            el("tr", None, el("td", {"data-head": "Result"}, state), el("td", {"data-head": "Workflow id"}, link),
               el("td", {"data-head": "What"}, text))
        )  # fmt: skip
    heads = [el("th", {"scope": "col"}, word) for word in ("Result", "Workflow id", "What")]
    table = el(
        "table", {"class": "plain-table results"}, el("thead", None, el("tr", None, *heads)), el("tbody", None, *rows)
    )
    back = el("a", {"class": "btn", "href": urls.executions(domain)}, "All executions")
    return dialogs.told(
        site,
        where,
        f"{VERBS[verb]} {count(total, 'execution')}",
        words,
        el("p", None, progress) if not is_over else Markup(""),
        el("div", {"class": "table"}, table),
        el("p", {"class": "actions"}, back),
        refresh_s=0 if is_over else 2,
    )


def lines_of(lines: Sequence[Line], verb: str) -> list[Run]:
    """Those of a list to which it can be done; run again are those that failed."""
    if verb == "rerun":
        return [(line.workflow_id, line.run_id) for line in lines if line.state.is_failure]
    return [(line.workflow_id, line.run_id) for line in lines if line.close is None]
