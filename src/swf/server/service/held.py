"""The tasks of an execution that somebody holds, for an owner that takes over from a dead one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from swf.lifecycle.things import Thing
from swf.protocol.events import ActivityTaskStarted, DecisionTaskStarted
from swf.server.store.histories import Warm
from swf.server.tokens import TaskToken


@dataclass(frozen=True, slots=True)
class StartedTask:
    """A task that somebody holds: what a successor needs to answer it."""

    kind: Literal["activity", "decision"]
    task_token: str
    identity: str | None
    activity_id: str | None
    started_event_id: int
    details: str | None = None
    """Of the last heartbeat of an activity."""


def held_tasks(warm: Warm) -> list[StartedTask]:
    """The tasks that were started and are not answered, the decision task first."""
    execution = warm.execution
    held = [
        StartedTask(
            "activity", _token("activity", warm, task), _identity(task), task.id, task.started.id, _said(warm, task)
        )
        for task in execution.activities.values()
        if task.started is not None
    ]
    running = execution.running_decision
    if running is not None and running.started is not None:
        decision = StartedTask(
            "decision", _token("decision", warm, running), _identity(running), None, running.started.id
        )
        held.insert(0, decision)
    return held


def _said(warm: Warm, task: Thing[Any]) -> str | None:
    beat = warm.beats.get(task.opened.id)
    return beat.details if beat is not None else None


def _token(kind: Literal["activity", "decision"], warm: Warm, task: Thing[Any]) -> str:
    assert task.started is not None
    return TaskToken(kind, warm.row, task.opened.id, task.started.id, task.started.timestamp).encode()


def _identity(task: Thing[Any]) -> str | None:
    assert task.started is not None
    started = task.started.attributes
    assert isinstance(started, ActivityTaskStarted | DecisionTaskStarted)
    return started.identity
