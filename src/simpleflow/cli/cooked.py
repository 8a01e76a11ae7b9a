"""A history by what there was in it, as ``workflow.history --output-format cooked`` shows it."""

from __future__ import annotations

from typing import Any

from simpleflow import format
from simpleflow.history import History, moment
from simpleflow.stats import without_extra
from swf.protocol.events import SignalExternalWorkflowExecutionInitiated


def cooked(history: History) -> dict[str, Any]:
    """The entries of all things by kind, then by id or name."""
    sent = _signals_sent(history)
    return {
        "workflow": _workflow(history),
        "activities": history.activities,
        "child_workflows": history.child_workflows,
        "markers": history.markers,
        "timers": history.timers,
        "signals": history.signals,
        "signal_lists": history.signal_lists,
        "external_workflows_signaling": {str(entry["id"]): entry for entry in sent},
        "signaled_workflows": {
            name: [entry for entry in sent if entry["name"] == name] for name in {entry["name"]: None for entry in sent}
        },
    }


def _workflow(history: History) -> dict[str, Any]:
    execution = history.execution
    started, opened, closed = execution.started, execution.opened, execution.closed
    assert opened is not None
    found: dict[str, Any] = {
        "type": "workflow",
        "name": started.workflow_type.name,
        "version": started.workflow_type.version,
        "state": "started" if closed is None else closed.attributes.STATE,
        "started_timestamp": moment(opened),
        "input": without_extra(format.decode(started.input)),
        "tag_list": [tag for tag in started.tag_list or () if tag is not None],
        "task_list": started.task_list.name,
        "child_policy": str(started.child_policy),
        "cancel_requested": execution.cancel_requested,
        "last_event_id": execution.last_event_id,
    }
    if closed is not None:
        found["closed_timestamp"] = moment(closed)
        for name in ("result", "reason", "details"):
            text = getattr(closed.attributes, name, None)
            if text is not None:
                found[name] = format.decode(text)
    return found


def _signals_sent(history: History) -> list[dict[str, Any]]:
    """The signals to other executions, in order."""
    entries = []
    for request in history.execution.external_requests.values():
        wanted = request.opened.attributes
        if not isinstance(wanted, SignalExternalWorkflowExecutionInitiated):
            continue
        entries.append(
            {
                "type": "external_workflow",
                "id": request.opened.id,
                "name": wanted.signal_name,
                "workflow_id": wanted.workflow_id,
                "run_id": wanted.run_id,
                "state": request.state,
                "initiated_event_timestamp": moment(request.opened),
                "input": format.decode(wanted.input),
                "control": format.decode(wanted.control),
            }
        )
    return entries
