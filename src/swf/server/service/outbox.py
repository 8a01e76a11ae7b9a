"""Delivers what executions have sent to each other: after the sender's turn, in the same transaction."""

from __future__ import annotations

from typing import Final

from swf.protocol.causes import Cause
from swf.protocol.values import WorkflowExecution
from swf.server.machine.control import apply_child_policy, receive, start
from swf.server.machine.outbox import (
    ApplyChildPolicy,
    BeginRun,
    ChildNotStarted,
    ChildStarted,
    Command,
    Deliver,
    Delivered,
    Report,
    StartChild,
)
from swf.server.machine.reports import hear
from swf.server.service.round import Round, round_ms
from swf.server.store.errors import DamagedHistory

ON_THE_WAY_S: Final = 0.001
"""What is sent arrives later than it was sent, be it by one step of the clock."""


def deliver(round: Round) -> None:
    """Empties the outbox, and what comes into it meanwhile. Every command finds its domain by its sender's.

    An execution whose history is damaged hears nothing, as if it had closed: others must be able to go on.
    """
    while round.outbox:
        domain, sent_at, command = round.outbox.popleft()
        _deliver(round, domain, sent_at, command)


def _deliver(round: Round, domain: int, sent_at: float, command: Command) -> None:
    arrives_at = round_ms(sent_at + ON_THE_WAY_S)
    match command:
        case BeginRun():
            _begin_run(round, domain, command, sent_at)
        case StartChild():
            _start_child(round, domain, command, arrives_at)
        case Deliver():
            _hand_over(round, domain, command, arrives_at)
        case ApplyChildPolicy():
            _apply_child_policy(round, domain, command, arrives_at)
        case _:
            _report(round, domain, command, arrives_at)


def _begin_run(round: Round, domain: int, command: BeginRun, at: float) -> None:
    """In the moment in which the old run has closed: the workflow id is never free in between."""
    warm = round.begin(domain, command.name, command.started, at)
    turn = round.turn(warm, at)
    start(turn, command.started)
    round.settle(warm, turn)


def _start_child(round: Round, domain: int, command: StartChild, at: float) -> None:
    """The parent hears of the child's start, or why there is none, in a turn of its own."""
    parent, initiated = command.started.parent_workflow_execution, command.started.parent_initiated_event_id
    assert parent is not None
    assert initiated is not None
    if _is_open(round, domain, command.workflow_id):
        round.send(domain, at, ChildNotStarted(parent, initiated, Cause.WORKFLOW_ALREADY_RUNNING))
        return
    name = WorkflowExecution(workflow_id=command.workflow_id, run_id=round.service.new_run_id())
    warm = round.begin(domain, name, command.started, at)
    turn = round.turn(warm, at)
    start(turn, command.started)
    round.settle(warm, turn)
    round.send(domain, at, ChildStarted(parent, initiated, name))


def _hand_over(round: Round, domain: int, command: Deliver, at: float) -> None:
    """To the run that is named if it is open, or else to the open run; the sender hears what came of it."""
    sender, initiated = command.event.external_workflow_execution, command.event.external_initiated_event_id
    assert sender is not None
    assert initiated is not None
    try:
        if command.run_id:
            name = WorkflowExecution(workflow_id=command.workflow_id, run_id=command.run_id)
            target = round.find_open_run(domain, name)
        else:
            target = round.find_open(domain, command.workflow_id)
    except DamagedHistory:
        target = None
    if target is not None:
        with round.blaming(target.row):
            turn = round.turn(target, at)
            receive(turn, command.event)
            round.settle(target, turn)
            at = turn.now
    round.send(domain, at, Delivered(sender, initiated, target.name if target else None))


def _apply_child_policy(round: Round, domain: int, command: ApplyChildPolicy, at: float) -> None:
    """To the child, or to the run by which it has continued; one that has closed meanwhile is left alone."""
    try:
        child = round.find_open(domain, command.workflow_id)
    except DamagedHistory:
        return
    if child is None:
        return
    started = child.execution.started
    if (
        started.parent_workflow_execution != command.parent
        or started.parent_initiated_event_id != command.initiated_event_id
    ):
        return
    with round.blaming(child.row):
        turn = round.turn(child, at)
        apply_child_policy(turn, command.policy)
        round.settle(child, turn)


def _report(round: Round, domain: int, report: Report, at: float) -> None:
    """A run that has closed meanwhile hears nothing."""
    try:
        warm = round.find_open_run(domain, report.to)
    except DamagedHistory:
        return
    if warm is None:
        return
    with round.blaming(warm.row):
        turn = round.turn(warm, at)
        hear(turn, report)
        round.settle(warm, turn)


def _is_open(round: Round, domain: int, workflow_id: str) -> bool:
    """One whose history is damaged keeps its workflow id."""
    try:
        return round.find_open(domain, workflow_id) is not None
    except DamagedHistory:
        return True
