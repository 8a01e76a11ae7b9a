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
    with service.turn:
        yield from list(_problems(service))


def _problems(service: Service) -> Iterator[str]:
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
        yield from _of_execution(service, histories, warm)
        histories.drop(row)
    yield from _of_tasks(service, expected)
    for table in ("execution_tags", "heartbeats", "functions"):
        for (row,) in connection.execute(
            f"select distinct execution from {table} where execution not in (select id from executions)"  # noqa: S608  # our own names
        ):
            yield f"{table}: rows of execution {row}, which does not exist"
    for (row,) in connection.execute(
        "select distinct execution from events"
        " where execution not in (select id from executions union all select execution from forgotten)"
    ):
        yield f"events: rows of execution {row}, which does not exist"
    yield from _of_domains(service)


def _of_execution(service: Service, histories: Histories, warm: Warm) -> Iterator[str]:
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
    if execution.closed is not None:
        retention_s = service.registry.domain_of(warm.domain).retention_s
        forgotten_at = round(execution.closed.timestamp + retention_s, 3)
        if wake_at != forgotten_at:
            yield f"{label}: is closed and forgotten at {wake_at}, but should be at {forgotten_at}"
    yield from _of_tags(service, warm, label)
    yield from _of_functions(service, warm, label)
    if execution.is_open:
        yield from _of_others(service, histories, warm, label)
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


def _of_functions(service: Service, warm: Warm, label: str) -> Iterator[str]:
    stored = {
        scheduled
        for (scheduled,) in service.database.connection.execute(
            "select scheduled_event from functions where execution = ?", (warm.row,)
        )
    }
    running = {id for id, function in warm.execution.lambda_functions.items() if function.started is not None}
    derived = running if warm.execution.is_open else set()
    if stored != derived:
        yield f"{label}: the functions {sorted(stored)} are being called, the history says {sorted(derived)}"


def _of_others(service: Service, histories: Histories, warm: Warm, label: str) -> Iterator[str]:
    """What is sent is delivered in the same transaction, so nothing is ever on its way; families know each other."""
    execution = warm.execution
    for id in execution.external_requests:
        yield f"{label}: event {id} was sent and has no outcome"
    for id, function in execution.lambda_functions.items():
        if function.started is None:
            yield f"{label}: the function that event {id} scheduled was not started"
    for id, child in execution.children.items():
        found = service.database.connection.execute(
            "select parent_run_id from executions where domain = ? and workflow_id = ? and close_at is null",
            (warm.domain, child.id),
        ).get
        if child.started is None or found != warm.name.run_id:
            yield f"{label}: event {id} began a child {child.id!r} that is not there"
    parent, initiated = execution.started.parent_workflow_execution, execution.started.parent_initiated_event_id
    if parent is None:
        return
    row = service.database.connection.execute(
        "select id from executions where domain = ? and run_id = ? and close_at is null", (warm.domain, parent.run_id)
    ).get
    if row is not None and initiated not in histories.get(row).execution.children:
        yield f"{label}: its parent {parent.workflow_id!r} does not know it as event {initiated}"


def _of_domains(service: Service) -> Iterator[str]:
    connection = service.database.connection
    for (domain,) in list(connection.execute("select id from domains")):
        counted = connection.execute(
            "select count(*) from executions where domain = ? and close_at is null", (domain,)
        ).get
        known = service.open_counts.of(domain)
        if known != counted:
            yield f"domain {domain}: {known} executions are said to be open, {counted} are"
    for kind in ("activity", "workflow"):
        for name, version, status, told in connection.execute(
            "select name, version, status, json_extract(detail, '$.typeInfo.status')"  # noqa: S608  # our own names
            f" from {kind}_types where status <> json_extract(detail, '$.typeInfo.status')"
        ):
            yield f"{kind} type {name} {version}: listed as {status}, described as {told}"


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
