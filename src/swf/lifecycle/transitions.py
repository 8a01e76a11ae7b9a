"""Which state may follow which, per noun: what a history guarantees. None stands for "not there yet"."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from swf.protocol.base import Attributes

TRANSITIONS: Mapping[str, Mapping[str | None, frozenset[str]]] = {
    "WorkflowExecution": {
        None: frozenset({"started"}),
        "started": frozenset({"completed", "failed", "canceled", "continued_as_new", "timed_out", "terminated"}),
    },
    "DecisionTask": {
        None: frozenset({"scheduled"}),
        "scheduled": frozenset({"started", "timed_out"}),
        "started": frozenset({"completed", "timed_out"}),
    },
    "ActivityTask": {
        None: frozenset({"scheduled"}),
        "scheduled": frozenset({"started", "canceled", "timed_out"}),
        "started": frozenset({"completed", "failed", "canceled", "timed_out"}),
    },
    "Marker": {
        None: frozenset({"recorded"}),
    },
    "Timer": {
        None: frozenset({"started"}),
        "started": frozenset({"fired", "canceled"}),
    },
    "ChildWorkflowExecution": {
        None: frozenset({"start_initiated"}),
        "start_initiated": frozenset({"started", "start_failed"}),
        "started": frozenset({"completed", "failed", "canceled", "timed_out", "terminated"}),
    },
    "ExternalWorkflowExecution": {
        None: frozenset({"signal_execution_initiated", "request_cancel_execution_initiated"}),
        "signal_execution_initiated": frozenset({"execution_signaled", "signal_execution_failed"}),
        "request_cancel_execution_initiated": frozenset(
            {"execution_cancel_requested", "request_cancel_execution_failed"}
        ),
    },
    "LambdaFunction": {
        None: frozenset({"scheduled"}),
        "scheduled": frozenset({"started", "start_failed"}),
        "started": frozenset({"completed", "failed", "timed_out"}),
    },
}
"""Events that change no state (signals, refusals, cancel requests) are in :data:`NOTES` and :data:`REFUSED`."""

CLOSE_STATES = TRANSITIONS["WorkflowExecution"]["started"]
"""The states of an execution after which nothing may follow."""


def allows(state: str | None, attributes: type[Attributes]) -> bool:
    """Whether a thing in *state* may enter the state that the event stands for."""
    return attributes.STATE in TRANSITIONS[attributes.NOUN].get(state, ())


OPENED_BY: Mapping[str, str] = {
    "DecisionTask": "scheduled_event_id",
    "ActivityTask": "scheduled_event_id",
    "Timer": "started_event_id",
    "ChildWorkflowExecution": "initiated_event_id",
    "ExternalWorkflowExecution": "initiated_event_id",
    "LambdaFunction": "scheduled_event_id",
}
"""Per noun, the member by which later events name the event that opened their thing."""

NAMED_BY: Mapping[str, str] = {
    "ActivityTask": "activity_id",
    "Timer": "timer_id",
    "ChildWorkflowExecution": "workflow_id",
    "LambdaFunction": "id",
}
"""Per noun, the member that holds the id which a decider gave to the thing."""

REFUSED: Mapping[str, frozenset[str]] = {
    "ActivityTask": frozenset({"schedule_failed"}),
    "Marker": frozenset({"record_failed"}),
    "Timer": frozenset({"start_failed"}),
    "ChildWorkflowExecution": frozenset({"start_failed"}),
    "ExternalWorkflowExecution": frozenset({"signal_execution_failed", "request_cancel_execution_failed"}),
    "LambdaFunction": frozenset({"schedule_failed"}),
}
"""Per noun, the states of things that a decision wanted and that never began."""

AGAIN: Mapping[str, frozenset[str]] = {
    "DecisionTask": frozenset({"timed_out"}),
    "ActivityTask": frozenset({"schedule_failed", "request_cancel_failed", "failed", "canceled", "timed_out"}),
    "Timer": frozenset({"start_failed", "cancel_failed", "canceled"}),
    "ChildWorkflowExecution": frozenset({"start_failed", "failed", "canceled", "timed_out", "terminated"}),
    "LambdaFunction": frozenset({"schedule_failed", "start_failed", "failed", "timed_out"}),
}
"""Per noun, the states after which the same thing may be tried again: a new task, timer or run under the same id."""

SHARED_IDS = frozenset({"ChildWorkflowExecution", "LambdaFunction"})
"""The nouns of which several can be open under one id: of two children the second is refused later, functions never."""

_OPEN = frozenset({"started"})
_WANTED = frozenset({"scheduled", "started"})
_ANY_ACTIVITY = frozenset({None, "scheduled", "started", "completed", *AGAIN["ActivityTask"]})
_ANY_TIMER = frozenset({None, "started", "fired", *AGAIN["Timer"]})

NOTES: Mapping[str, Mapping[str, frozenset[str | None]]] = {
    "WorkflowExecution": {
        "signaled": _OPEN,
        "cancel_requested": _OPEN,
        "complete_failed": _OPEN,
        "fail_failed": _OPEN,
        "cancel_failed": _OPEN,
        "continue_as_new_failed": _OPEN,
    },
    "ActivityTask": {
        "cancel_requested": _WANTED,
        "request_cancel_failed": _ANY_ACTIVITY,
        "schedule_failed": _WANTED,
    },
    "Timer": {
        "cancel_failed": _ANY_TIMER,
        "start_failed": _OPEN,
    },
    "ChildWorkflowExecution": {
        "start_failed": frozenset({"start_initiated", "started"}),
    },
    "LambdaFunction": {
        "schedule_failed": _WANTED,
    },
}
"""Per noun, events that leave a thing in its state, and the states in which they can happen.

A refusal among them (``schedule_failed`` of an activity that is open) concerns a second one under an id that is taken;
None among the states: nothing ever had the id that the event names.
"""


@functools.cache
def follows(noun: str, state: str | None) -> frozenset[str]:
    """The states in which a thing can be next, another attempt included; None: before its first event."""
    following = TRANSITIONS.get(noun, {}).get(state, frozenset())
    if state is None or state in AGAIN.get(noun, ()):
        following = following | TRANSITIONS.get(noun, {}).get(None, frozenset()) | REFUSED.get(noun, frozenset())
    return following
