"""Which state may follow which, per noun: what a history guarantees. None stands for "not there yet"."""

from __future__ import annotations

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
"""Events that change no state (signals, refusals, cancel requests, markers) are not listed."""

CLOSE_STATES = TRANSITIONS["WorkflowExecution"]["started"]
"""The states of an execution after which nothing may follow."""


def allows(state: str | None, attributes: type[Attributes]) -> bool:
    """Whether a thing in *state* may enter the state that the event stands for."""
    return attributes.STATE in TRANSITIONS[attributes.NOUN].get(state, ())
