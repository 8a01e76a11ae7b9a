"""Histories read again: to answer a query, or to find where the code and a recorded history differ."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from simpleflow import format
from simpleflow.exceptions import NonDeterminismError, QueryError
from simpleflow.futures import running
from simpleflow.queries import queries_of
from simpleflow.replay.options import WAKE_UP_TIMER, Finding, RunOptions
from simpleflow.replay.run import Run
from simpleflow.workflow import Workflow
from swf.protocol.base import Attributes, DecisionAttributes
from swf.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
)
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    CancelWorkflowExecutionFailed,
    CompleteWorkflowExecutionFailed,
    ContinueAsNewWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    TimerStarted,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
)

CLOSING: dict[type[Attributes], type[DecisionAttributes]] = {
    WorkflowExecutionCompleted: CompleteWorkflowExecution,
    WorkflowExecutionFailed: FailWorkflowExecution,
    WorkflowExecutionCanceled: CancelWorkflowExecution,
    WorkflowExecutionContinuedAsNew: ContinueAsNewWorkflowExecution,
}
"""The events by which a decider closes an execution, and the decisions that make them."""
REFUSED = (
    CompleteWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    CancelWorkflowExecutionFailed,
    ContinueAsNewWorkflowExecutionFailed,
)
_ADDRESS = re.compile(r"\b0x[0-9a-f]+")
WORDS: dict[type[DecisionAttributes], str] = {
    CompleteWorkflowExecution: "completes",
    FailWorkflowExecution: "fails",
    CancelWorkflowExecution: "is canceled",
    ContinueAsNewWorkflowExecution: "continues as new",
}


def answer(
    workflow_class: type[Workflow],
    options: RunOptions,
    events: Sequence[HistoryEvent],
    query: str,
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> tuple[Any, list[Finding]]:
    """What a query says, asked after the last decision of a history that was answered; and what was noticed.

    Raises QueryError if there is no such query or it does more than to look, NonDeterminismError if the code does
    something else than the history, and whatever the query itself raises.
    """
    known = queries_of(workflow_class)
    if query not in known:
        there = f"its queries are {', '.join(known)}" if known else "it has none; mark a method with @workflow.query"
        raise QueryError(f"the workflow {workflow_class.__name__} has no query {query!r}: {there}")
    run = Run(workflow_class, options)
    try:
        rest = run.replay(events)
        for difference in _ending(run, events, rest):
            raise NonDeterminismError(
                f"{difference.message}. The code has changed since; ask with the code that decides this execution."
            )
        run.is_asked = True
        token = running.set(run.engine)
        try:
            return getattr(run.workflow, query)(*args, **kwargs), run.differences.take()
        except QueryError:
            raise
        except Exception as error:
            if run.position:
                raise
            raise QueryError(f"the query {query!r} fails, for run has not begun yet; ask again later") from error
        finally:
            running.reset(token)
    finally:
        run.kill()


def differences(
    workflow_class: type[Workflow], options: RunOptions, events: Sequence[HistoryEvent], *, strict: bool
) -> list[Finding]:
    """Where the code does something else than the history says, in order; none if it does the same.

    *strict*: as :attr:`RunOptions.strict`. After a difference that is an error nothing else is looked for.
    """
    run = Run(workflow_class, dataclasses.replace(options, strict=strict))
    try:
        rest = run.replay(events)
        ending = _ending(run, events, rest)
        run.compare(rest)
        return [*_differing(run), *ending]
    except NonDeterminismError as error:
        return [*_differing(run), Finding(str(error), is_difference=True)]
    finally:
        run.kill()


def _differing(run: Run) -> list[Finding]:
    return [finding for finding in run.differences.take() if finding.is_difference]


def _ending(run: Run, events: Sequence[HistoryEvent], rest: Sequence[HistoryEvent]) -> list[Finding]:
    """How the end of the code differs from that of the history, if it does."""
    wanted = run.closing if run.may_close and not run.outbox.keeps_open else None
    last = events[-1]
    recorded = CLOSING.get(type(last.attributes))
    if recorded is None:
        was_cut = any(
            isinstance(event.attributes, REFUSED)
            or (isinstance(event.attributes, TimerStarted) and event.attributes.timer_id == WAKE_UP_TIMER)
            for event in rest
        )
        if wanted is None or was_cut or not rest:
            return []
        return [
            Finding(f"the workflow now {WORDS[type(wanted)]}{_why(wanted)}, but the history tells of no such end", True)
        ]
    said = f"event {last.id} tells that the workflow {WORDS[recorded]}"
    if wanted is None:
        return [Finding(f"{said}, but now it waits{f' at {run.blocked_on}' if run.blocked_on else ''}", True)]
    if type(wanted) is not recorded:
        return [Finding(f"{said}, but now it {WORDS[type(wanted)]}{_why(wanted)}", True)]
    before, now = _outcome(last.attributes), _outcome(wanted)
    if before == now or format.decode(before) == format.decode(now) or _without_addresses(before, now):
        return []
    return [Finding(f"{said} with {_short(before)}, but now with {_short(now)}{_place(wanted)}", True)]


def _outcome(attributes: Any) -> str | None:
    """What is compared of an end: details of failures hold line numbers, which may change."""
    for name in ("result", "reason", "input"):
        found = getattr(attributes, name, None)
        if found is not None:
            return str(found)
    return None


def _without_addresses(before: str | None, now: str | None) -> bool:
    """Whether two texts differ in nothing but places in memory: ``<object at 0x7f..>`` is another in each process."""
    return _ADDRESS.sub("", before or "") == _ADDRESS.sub("", now or "")


def _why(wanted: DecisionAttributes) -> str:
    return f": {wanted.reason}{_place(wanted)}" if isinstance(wanted, FailWorkflowExecution) else ""


def _place(wanted: DecisionAttributes) -> str:
    """The innermost line of the traceback in the details of a failure, if there is one."""
    details = wanted.details if isinstance(wanted, FailWorkflowExecution) else None
    lines = [line.strip() for line in (details or "").splitlines() if line.strip().startswith("File ")]
    return f" ({lines[-1]})" if lines else ""


def _short(text: str | None) -> str:
    return format.shortened(repr(text), 200)
