"""Commands of deciders: take the decision task, answer it."""

from __future__ import annotations

from swf.lifecycle import DecisionTask
from swf.protocol.events import DecisionTaskCompleted, DecisionTaskStarted
from swf.protocol.operations import RespondDecisionTaskCompleted
from swf.server.machine.decide import decide
from swf.server.machine.turn import Turn


def take_decision(turn: Turn, identity: str | None) -> DecisionTask:
    """Hands the waiting decision task to a decider."""
    task = turn.execution.deliverable_decision
    assert task is not None, "no decision task can be handed out"
    turn.emit(DecisionTaskStarted(scheduled_event_id=task.opened.id, identity=identity))
    return task


def answer_decision(turn: Turn, task: DecisionTask, request: RespondDecisionTaskCompleted) -> None:
    """Closes the decision task and applies its decisions in order.

    What a decision asks of the decider (a refusal, an activity canceled at once) is one decision task at
    the end, so that a refusal does not make the closing decision of the same answer fail.
    """
    assert task.started is not None
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
    for decision in request.decisions or ():
        wake = decide(turn, decision.attributes, completed.id) or wake
    if wake:
        turn.wake_decider()
