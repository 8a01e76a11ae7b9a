"""What one execution wants of others: commands that are carried out after its turn, each in a turn of its own.

They are values. Whoever has the executions delivers them in the same transaction, in order, and hands the answers
back in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.events import (
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
)
from swf.protocol.values import ChildPolicy, WorkflowExecution, WorkflowType


@dataclass(frozen=True, slots=True)
class BeginRun:
    """The next run of a workflow id whose run has just closed begins, before anybody else can take the id."""

    name: WorkflowExecution
    started: WorkflowExecutionStarted


@dataclass(frozen=True, slots=True)
class StartChild:
    """An execution begins whose parent, named in *started*, waits for the news."""

    workflow_id: str
    started: WorkflowExecutionStarted


@dataclass(frozen=True, slots=True)
class Deliver:
    """A signal or cancel request, sender and all, for the run *run_id*, or (None) for whichever is open."""

    workflow_id: str
    run_id: str | None
    event: WorkflowExecutionSignaled | WorkflowExecutionCancelRequested


@dataclass(frozen=True, slots=True)
class ApplyChildPolicy:
    """The parent has ended; its child, or the run by which that has continued, is treated as the policy says."""

    workflow_id: str
    parent: WorkflowExecution
    initiated_event_id: int
    policy: ChildPolicy


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """To a parent: the child runs."""

    to: WorkflowExecution
    initiated_event_id: int
    child: WorkflowExecution


@dataclass(frozen=True, slots=True)
class ChildNotStarted:
    """To a parent: there is no child."""

    to: WorkflowExecution
    initiated_event_id: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class ChildClosed:
    """To a parent: the child has ended, by this event."""

    to: WorkflowExecution
    initiated_event_id: int
    child: WorkflowExecution
    workflow_type: WorkflowType
    closing: Attributes


@dataclass(frozen=True, slots=True)
class Delivered:
    """To a sender: the signal or cancel request has reached *target*, or (None) found nobody."""

    to: WorkflowExecution
    initiated_event_id: int
    target: WorkflowExecution | None


@dataclass(frozen=True, slots=True)
class StartFunction:
    """To the execution itself: the scheduled Lambda function is due to be called."""

    to: WorkflowExecution
    scheduled_event_id: int


Report: TypeAlias = ChildStarted | ChildNotStarted | ChildClosed | Delivered | StartFunction
"""What goes to a run that is known by its ids; one that is closed by then hears nothing."""
Command: TypeAlias = BeginRun | StartChild | Deliver | ApplyChildPolicy | Report
