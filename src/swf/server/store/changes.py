"""What one batch of calls writes: events, and the net difference of every view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import apsw

from swf.server.machine.turn import Beat

ListKey = tuple[int, str, str]
"""A task list: row id of the domain, kind (``activity`` or ``decision``), name."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task that waits to be handed out. Smaller comes first: higher priority, then older."""

    list: ListKey
    priority: int
    at: float
    execution: int
    event: int

    @property
    def order(self) -> tuple[int, float, int, int]:
        """The place in its list."""
        return -self.priority, self.at, self.execution, self.event


@dataclass(slots=True)
class Changes:
    """Rows to write. A task that comes and goes within the batch is never written."""

    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    statements: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    wake_ups: dict[int, float | None] = field(default_factory=dict)
    tasks_in: dict[tuple[int, int], TaskRow] = field(default_factory=dict)
    tasks_out: dict[tuple[int, int], TaskRow] = field(default_factory=dict)
    beats: dict[tuple[int, int], Beat | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.events or self.statements or self.wake_ups or self.tasks_in or self.tasks_out or self.beats)

    def execute(self, statement: str, *bindings: object) -> None:
        """Adds a statement, run in order before everything else."""
        self.statements.append((statement, bindings))

    def add_task(self, task: TaskRow) -> None:
        """The task waits from now on."""
        self.tasks_in[task.execution, task.event] = task

    def remove_task(self, task: TaskRow) -> None:
        """The task does not wait any longer."""
        if self.tasks_in.pop((task.execution, task.event), None) is None:
            self.tasks_out[task.execution, task.event] = task

    def write(self, connection: apsw.Connection, list_id: Callable[[ListKey], int]) -> None:
        """Writes all rows; *list_id* gives a task list its row id, creating it if needed."""
        for statement, bindings in self.statements:
            connection.execute(statement, bindings)
        if self.events:
            connection.executemany("insert into events (execution, id, body) values (?, ?, ?)", self.events)
        if self.tasks_out:
            connection.executemany(
                "delete from tasks where list = ? and priority = ? and at = ? and execution = ? and event = ?",
                [(list_id(t.list), t.priority, t.at, t.execution, t.event) for t in self.tasks_out.values()],
            )
        if self.tasks_in:
            connection.executemany(
                "insert into tasks (list, priority, at, execution, event) values (?, ?, ?, ?, ?)",
                [(list_id(t.list), t.priority, t.at, t.execution, t.event) for t in self.tasks_in.values()],
            )
        if self.wake_ups:
            connection.executemany(
                "update executions set wake_at = ? where id = ?",
                [(at, execution) for execution, at in self.wake_ups.items()],
            )
        for (execution, scheduled), beat in self.beats.items():
            if beat is None:
                connection.execute(
                    "delete from heartbeats where execution = ? and scheduled_event = ?", (execution, scheduled)
                )
            else:
                connection.execute(
                    "insert or replace into heartbeats (execution, scheduled_event, at, details) values (?, ?, ?, ?)",
                    (execution, scheduled, beat.at, beat.details),
                )
