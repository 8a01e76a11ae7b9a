"""Does a file keep its word? Every history folded again, every view compared with what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from swf.protocol import wire
from swf.server import open_reader
from swf.server.machine.deadlines import next_deadline
from swf.server.service import Service
from swf.server.store.changes import TaskRow
from swf.server.store.histories import Histories, Warm, waiting_tasks

VIEW = (
    "select domain, workflow_id, run_id, type_name, type_version, parent_workflow_id, parent_run_id, tags,"
    " start_at, close_at, close_status, cancel_requested, wake_at from executions where id = ?"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found."""

    executions: int
    events: int
    problems: tuple[str, ...]
    """A line each."""


def check_file(path: Path) -> Report:
    """Checks a file that nobody uses, and changes nothing. Raises FileNotFoundError, FileOwned, DatabaseError."""
    service = open_reader(path)
    try:
        found = tuple(problems(service))
        execute = service.database.connection.execute
        executions = execute("select count(*) from executions").get
        events = execute("select count(*) from events").get
    finally:
        service.close()
    return Report(executions, events, found)


def problems(service: Service) -> Iterator[str]:
    """What is wrong with the file of *service*, a line each; nothing if all is well. Changes nothing."""
    if service.database.damage is not None:
        yield str(service.database.damage)
    connection = service.database.connection
    for (verdict,) in connection.execute("pragma integrity_check"):
        if verdict != "ok":
            yield f"SQLite: {verdict}"
    histories = Histories(connection)
    expected: set[TaskRow] = set()
    for (row,) in list(connection.execute("select id from executions order by id")):
        try:
            warm = histories.get(row)
        except (AssertionError, KeyError, msgspec.ValidationError) as error:
            yield f"execution {row}: its history does not fold: {error}"
            continue
        expected.update(waiting_tasks(warm))
        yield from _of_execution(service, warm)
        histories.drop(row)
    yield from _of_tasks(service, expected)
    for table in ("events", "execution_tags", "heartbeats"):
        for (row,) in connection.execute(
            f"select distinct execution from {table} where execution not in (select id from executions)"  # noqa: S608  # our own names
        ):
            yield f"{table}: rows of execution {row}, which does not exist"


def _of_execution(service: Service, warm: Warm) -> Iterator[str]:
    execution = warm.execution
    label = f"execution {warm.row} ({warm.name.workflow_id} {warm.name.run_id})"
    if execution.opened is None:
        yield f"{label}: no events"
        return
    started = execution.started
    parent = started.parent_workflow_execution
    view = service.database.connection.execute(VIEW, (warm.row,)).get
    derived = (
        warm.domain,
        warm.name.workflow_id,
        warm.name.run_id,
        started.workflow_type.name,
        started.workflow_type.version,
        parent.workflow_id if parent else None,
        parent.run_id if parent else None,
        wire.encode_json(started.tag_list).decode() if started.tag_list else None,
        execution.opened.timestamp,
        execution.closed.timestamp if execution.closed else None,
        str(execution.close_status) if execution.close_status else None,
        int(execution.cancel_requested),
    )
    if view[:-1] != derived:
        yield f"{label}: the list shows {view[:-1]}, the history says {derived}"
    wake_at = view[-1]
    deadline = next_deadline(execution, warm.beats, service.up_since) if execution.is_open else None
    if deadline is not None and (wake_at is None or wake_at > deadline):
        yield f"{label}: wakes at {wake_at}, later than its deadline {deadline}"
    if not execution.is_open and wake_at is not None:
        yield f"{label}: is closed but wakes at {wake_at}"
    yield from _of_tags(service, warm, label)
    for scheduled in warm.beats:
        task = execution.activities.get(scheduled)
        if not execution.is_open or task is None or task.started is None:
            yield f"{label}: a heartbeat of activity {scheduled}, which nobody holds"


def _of_tags(service: Service, warm: Warm, label: str) -> Iterator[str]:
    execution = warm.execution
    assert execution.opened is not None
    stored = set(
        service.database.connection.execute(
            "select tag, start_at, close_at from execution_tags where execution = ?", (warm.row,)
        )
    )
    close_at = execution.closed.timestamp if execution.closed else None
    derived = {
        (tag, execution.opened.timestamp, close_at) for tag in execution.started.tag_list or () if tag is not None
    }
    if stored != derived:
        yield f"{label}: the list shows the tags {sorted(stored, key=str)}, the history says {sorted(derived, key=str)}"


def _of_tasks(service: Service, expected: set[TaskRow]) -> Iterator[str]:
    stored = {
        TaskRow((domain, kind, name), priority, at, execution, event)
        for domain, kind, name, priority, at, execution, event in service.database.connection.execute(
            "select l.domain, l.kind, l.name, t.priority, t.at, t.execution, t.event"
            " from tasks t join task_lists l on l.id = t.list"
        )
    }
    for task in stored - expected:
        yield f"tasks: {task} waits, but its history does not say so"
    for task in expected - stored:
        yield f"tasks: {task} should wait, but is not there"
