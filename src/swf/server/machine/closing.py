"""What a turn ends with: a history that has grown too long is closed, and whoever hangs on a closed one is told."""

from __future__ import annotations

from swf.protocol.causes import Cause
from swf.protocol.events import (
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from swf.protocol.values import ChildPolicy
from swf.server.machine.outbox import ApplyChildPolicy, ChildClosed
from swf.server.machine.turn import Turn


def conclude(turn: Turn) -> None:
    """The last step of every turn."""
    execution = turn.execution
    if not turn.events:
        return
    if execution.is_open and execution.last_event_id > turn.world.quotas.events_per_execution:
        turn.emit(
            WorkflowExecutionTerminated(child_policy=execution.started.child_policy, cause=Cause.EVENT_LIMIT_EXCEEDED)
        )
    if not execution.is_open:
        _apply_child_policy(turn)
        _tell_parent(turn)


def _apply_child_policy(turn: Turn) -> None:
    """Children are bound to a parent that is terminated or times out; if it ends otherwise, they run on."""
    assert turn.execution.closed is not None
    closing = turn.execution.closed.attributes
    if not isinstance(closing, WorkflowExecutionTerminated | WorkflowExecutionTimedOut):
        return
    if closing.child_policy is ChildPolicy.ABANDON:
        return
    for initiated_event_id, child in turn.execution.children.items():
        turn.send(ApplyChildPolicy(child.id, turn.name, initiated_event_id, closing.child_policy))


def _tell_parent(turn: Turn) -> None:
    """A run that has continued as new says nothing: the last one in the chain will."""
    assert turn.execution.closed is not None
    started, closing = turn.execution.started, turn.execution.closed.attributes
    parent = started.parent_workflow_execution
    if parent is None or isinstance(closing, WorkflowExecutionContinuedAsNew):
        return
    assert started.parent_initiated_event_id, "a child knows the event that initiated it"
    turn.send(ChildClosed(parent, started.parent_initiated_event_id, turn.name, started.workflow_type, closing))
