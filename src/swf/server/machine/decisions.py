"""Commands of deciders: take the decision task, answer it."""

from __future__ import annotations

from collections.abc import Sequence

from swf.lifecycle import DecisionTask
from swf.protocol.base import DecisionAttributes
from swf.protocol.decisions import (
    ContinueAsNewWorkflowExecution,
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
    StartChildWorkflowExecution,
)
from swf.protocol.events import DecisionTaskCompleted, DecisionTaskStarted
from swf.protocol.faults import UnknownOperationException
from swf.protocol.operations import RespondDecisionTaskCompleted
from swf.server.machine.decide import decide
from swf.server.machine.turn import Turn

NOT_YET: tuple[type[DecisionAttributes], ...] = (
    ContinueAsNewWorkflowExecution,
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
    StartChildWorkflowExecution,
)
"""Decisions that reach other executions; this service does not know them yet."""


def take_decision(turn: Turn, identity: str | None) -> DecisionTask:
    """Hands the waiting decision task to a decider."""
    task = turn.execution.deliverable_decision
    assert task is not None, "no decision task can be handed out"
    turn.emit(DecisionTaskStarted(scheduled_event_id=task.opened.id, identity=identity))
    return task


def refuse_unknown(decisions: Sequence[DecisionAttributes]) -> None:
    """Raises UnknownOperationException for the first decision that this service cannot carry out."""
    for attributes in decisions:
        if isinstance(attributes, NOT_YET):
            raise UnknownOperationException(
                f"The embedded service does not know the decision {type(attributes).__name__} yet; "
                "nothing of this answer was applied."
            )


def answer_decision(turn: Turn, task: DecisionTask, request: RespondDecisionTaskCompleted) -> None:
    """Closes the decision task and applies its decisions in order.

    What a decision asks of the decider (a refusal, an activity canceled at once) is one decision task at
    the end, so that a refusal does not make the closing decision of the same answer fail.
    """
    assert task.started is not None
    decisions = [decision.attributes for decision in request.decisions or ()]
    refuse_unknown(decisions)
    completed = turn.emit(
        DecisionTaskCompleted(
            scheduled_event_id=task.opened.id,
            started_event_id=task.started.id,
            execution_context=request.execution_context,
            task_list=request.task_list,
            task_list_schedule_to_start_timeout=request.task_list_schedule_to_start_timeout,
        )
    )
    wake = False
    for attributes in decisions:
        wake = decide(turn, attributes, completed.id) or wake
    if wake:
        turn.wake_decider()
