"""Recorded histories, replayed: does the code of today do what it did then?"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from simpleflow import format
from simpleflow.handle import Handle
from simpleflow.replay import Finding, RunOptions, past
from simpleflow.storage import ValueStore
from simpleflow.workflow import Workflow, dotted_path
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted

Source = str | Path | Iterable[HistoryEvent | dict[str, Any]]
"""The path of a JSON file, or events: ours, or as boto3 and the AWS command line give them."""


def replay_history(
    workflow: type[Workflow],
    history: Source | Handle[Any],
    *,
    workflow_id: str = "",
    run_id: str = "",
    domain: str = "",
) -> list[Finding]:
    """Where the code of *workflow* does something else than a recorded history; none if it can go on with it.

    Each finding says which event it is about. Nothing is run but the workflow's own code, and no hook is called that
    does not steer it. The ids, which are not in a history, are needed where the code starts children or uses
    ``self.random``, the domain where it asks for it, as steps do; a handle knows them. Raises ValueError if it is the
    history of another workflow, or none.
    """
    if isinstance(history, Handle):
        return _findings(workflow, history.events(), history.replay_options())
    store = ValueStore()
    options = RunOptions(
        workflow_id=workflow_id,
        run_id=run_id,
        domain=domain,
        keeps_values=True,
        is_service_here=True,
        decode=lambda text: format.decode(store.resolve(text)),
        pointer_of=store.pointer_of,
    )
    return _findings(workflow, read_history(history), options)


def _findings(workflow: type[Workflow], events: list[HistoryEvent], options: RunOptions) -> list[Finding]:
    if not events or not isinstance(events[0].attributes, WorkflowExecutionStarted):
        raise ValueError("this is no history: it does not begin with WorkflowExecutionStarted")
    missing = next((number for number, event in enumerate(events, 1) if event.id != number), None)
    if missing is not None:
        raise ValueError(f"this is no whole history: event {missing} is missing; all pages are needed, in order")
    recorded = events[0].attributes.workflow_type.name
    if recorded not in (workflow.name, dotted_path(workflow)):
        raise ValueError(f"this is a history of the workflow {recorded!r}, not of {workflow.name!r}")
    found = past.differences(workflow, options, events, strict=False)
    # What a decider only tells, it tells of the decisions that it makes itself: strictly, the first one anywhere.
    return found or past.differences(workflow, options, events, strict=True)


def read_history(history: Source) -> list[HistoryEvent]:
    """The events of a history.

    A file holds what ``aws swf get-workflow-execution-history`` prints, or the list in it. Raises ValueError if it is
    something else.
    """
    if isinstance(history, str | Path):
        try:
            content = json.loads(Path(history).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{history} is no JSON: {error}") from error
        events = content.get("events") if isinstance(content, dict) else content
        if not isinstance(events, list):
            raise ValueError(f"{history} holds no history: neither a list of events, nor an object with 'events'")
    else:
        events = list(history)
    ours = [event for event in events if isinstance(event, HistoryEvent)]
    if len(ours) == len(events):
        return ours
    return _decoded(events)


def _decoded(events: Sequence[Any]) -> list[HistoryEvent]:
    try:
        plain = [{**event, "eventTimestamp": _seconds(event["eventTimestamp"])} for event in events]
        return wire.decode_events(msgspec.json.encode(plain))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"these are no events of SWF: {type(error).__name__}: {error}") from error


def _seconds(timestamp: Any) -> float:
    """Seconds since 1970: boto3 gives datetimes, the AWS command line prints ISO texts, the API sends numbers."""
    if isinstance(timestamp, str):
        timestamp = datetime.datetime.fromisoformat(timestamp)
    return float(timestamp.timestamp() if isinstance(timestamp, datetime.datetime) else timestamp)
