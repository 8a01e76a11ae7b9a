"""Does the code of today do what a history says? All differences, in words."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from simpleflow import format
from simpleflow.exceptions import NonDeterminismError
from simpleflow.replay.options import WAKE_UP_TIMER, Decisions, RunOptions
from simpleflow.replay.run import Run
from simpleflow.workflow import Workflow
from swf.protocol import decisions as d
from swf.protocol import events as e
from swf.protocol.base import Attributes, DecisionAttributes
from swf.protocol.event import HistoryEvent
from swf.protocol.events import DecisionTaskCompleted, DecisionTaskStarted

Act = tuple[str, str]
"""What a decision does, and to what: ``("schedule activity", "charge-1")``."""

_ACTS: Final[dict[type[Any], tuple[str, str]]] = {
    d.ScheduleActivityTask: ("schedule activity", "activity_id"),
    d.RequestCancelActivityTask: ("cancel activity", "activity_id"),
    d.StartTimer: ("start timer", "timer_id"),
    d.CancelTimer: ("cancel timer", "timer_id"),
    d.StartChildWorkflowExecution: ("start child", "workflow_id"),
    d.RecordMarker: ("record marker", "marker_name"),
    d.SignalExternalWorkflowExecution: ("send signal", "signal_name"),
    d.RequestCancelExternalWorkflowExecution: ("cancel execution", "workflow_id"),
    d.CompleteWorkflowExecution: ("complete", ""),
    d.FailWorkflowExecution: ("fail", ""),
    d.CancelWorkflowExecution: ("cancel", ""),
    d.ContinueAsNewWorkflowExecution: ("continue as new", ""),
    e.ActivityTaskScheduled: ("schedule activity", "activity_id"),
    e.ScheduleActivityTaskFailed: ("schedule activity", "activity_id"),
    e.ActivityTaskCancelRequested: ("cancel activity", "activity_id"),
    e.RequestCancelActivityTaskFailed: ("cancel activity", "activity_id"),
    e.TimerStarted: ("start timer", "timer_id"),
    e.StartTimerFailed: ("start timer", "timer_id"),
    e.TimerCanceled: ("cancel timer", "timer_id"),
    e.CancelTimerFailed: ("cancel timer", "timer_id"),
    e.StartChildWorkflowExecutionInitiated: ("start child", "workflow_id"),
    e.StartChildWorkflowExecutionFailed: ("start child", "workflow_id"),
    e.MarkerRecorded: ("record marker", "marker_name"),
    e.RecordMarkerFailed: ("record marker", "marker_name"),
    e.SignalExternalWorkflowExecutionInitiated: ("send signal", "signal_name"),
    e.SignalExternalWorkflowExecutionFailed: ("send signal", "signal_name"),
    e.RequestCancelExternalWorkflowExecutionInitiated: ("cancel execution", "workflow_id"),
    e.RequestCancelExternalWorkflowExecutionFailed: ("cancel execution", "workflow_id"),
    e.WorkflowExecutionCompleted: ("complete", ""),
    e.CompleteWorkflowExecutionFailed: ("complete", ""),
    e.WorkflowExecutionFailed: ("fail", ""),
    e.FailWorkflowExecutionFailed: ("fail", ""),
    e.WorkflowExecutionCanceled: ("cancel", ""),
    e.CancelWorkflowExecutionFailed: ("cancel", ""),
    e.WorkflowExecutionContinuedAsNew: ("continue as new", ""),
    e.ContinueAsNewWorkflowExecutionFailed: ("continue as new", ""),
}
_KINDS: Final = {"schedule activity": "activity", "start child": "child", "start timer": "timer"}


def differences(workflow: type[Workflow], events: Sequence[HistoryEvent], options: RunOptions) -> list[str]:
    """What the code does otherwise than the history says, a line each with the line of source if there is one.

    *events* are a whole history, of an open or closed execution. They are replayed up to the last decision task;
    if that was answered, the answer is compared too.
    """
    begun = [event.id for event in events if isinstance(event.attributes, DecisionTaskStarted)]
    if not begun:
        return []
    fed = [event for event in events if event.id <= begun[-1]]
    found = _tolerant(workflow, fed, events, options)
    first = [each for each in _strict(workflow, fed, options) if not any(told.startswith(each) for told in found)]
    return first + found


def _tolerant(
    workflow: type[Workflow], fed: Sequence[HistoryEvent], events: Sequence[HistoryEvent], options: RunOptions
) -> list[str]:
    """All that can be told while what was recorded counts."""
    run = Run(workflow, dataclasses.replace(options, strict=False))
    try:
        decisions = run.advance(fed)
        noted = [finding.message for finding in decisions.findings if finding.is_difference]
        if noted and run.blocked_on:
            noted.append(f"the workflow now waits at {run.blocked_on}")
        return noted + _of_last_answer(run, decisions, events)
    except NonDeterminismError as error:
        return [*(finding.message for finding in run.differences.take() if finding.is_difference), str(error)]
    finally:
        run.kill()


def _strict(workflow: type[Workflow], fed: Sequence[HistoryEvent], options: RunOptions) -> list[str]:
    """What only shows when nothing is tolerated: something submitted before its time."""
    run = Run(workflow, dataclasses.replace(options, strict=True))
    try:
        run.advance(fed)
    except NonDeterminismError as error:
        return [str(error)]
    finally:
        run.kill()
    return []


def _of_last_answer(run: Run, decisions: Decisions, events: Sequence[HistoryEvent]) -> list[str]:
    """The last answer as it is recorded, if it is, against that of today."""
    completed = next(
        (
            event.id
            for event in events
            if isinstance(event.attributes, DecisionTaskCompleted) and event.attributes.started_event_id == run.position
        ),
        None,
    )
    if completed is None:
        return []
    echoes = [e for e in events if getattr(e.attributes, "decision_task_completed_event_id", None) == completed]
    recorded = Counter(filter(None, (_act(event.attributes) for event in echoes)))
    today = Counter(filter(None, map(_act, decisions.decisions)))
    found = [
        f"event {completed} decided to {_words(act)}, which the workflow does not do now" for act in recorded - today
    ]
    found += [
        f"after event {completed} the workflow now decides to {_words(act)}, which it did not{_where(run, act)}"
        f"{_why(decisions.closing) if act[0] == 'fail' else ''}"
        for act in today - recorded
    ]
    return found + _of_result(decisions.closing, echoes, run)


def _act(attributes: Attributes | DecisionAttributes) -> Act | None:
    verb, name = _ACTS.get(type(attributes), ("", ""))
    id = str(getattr(attributes, name)) if name else ""
    return None if not verb or id == WAKE_UP_TIMER else (verb, id)


def _words(act: Act) -> str:
    verb, id = act
    return f"{verb} {id!r}" if id else verb


def _where(run: Run, act: Act) -> str:
    record = run.records.get((_KINDS.get(act[0], ""), act[1]))
    return f" ({record.source})" if record is not None and record.source is not None else ""


def _why(closing: DecisionAttributes | None) -> str:
    """The reason of a failure, and the innermost line of the traceback in its details."""
    if not isinstance(closing, d.FailWorkflowExecution):
        return ""
    lines = [line.strip() for line in (closing.details or "").splitlines() if line.strip().startswith("File ")]
    return f": {closing.reason}" + (f" ({lines[-1]})" if lines else "")


def _of_result(closing: DecisionAttributes | None, echoes: Sequence[HistoryEvent], run: Run) -> list[str]:
    """The result, if both have completed."""
    if not isinstance(closing, d.CompleteWorkflowExecution):
        return []
    for event in echoes:
        if isinstance(event.attributes, e.WorkflowExecutionCompleted):
            recorded = event.attributes.result
            if recorded != closing.result and format.decode(recorded) != format.decode(closing.result):
                return [
                    f"event {event.id} completed with {format.shortened(str(recorded), 200)}, "
                    f"the workflow now gives {format.shortened(str(closing.result), 200)}"
                ]
    return []
