"""Does a file keep its word? Every history folded again, every view compared with what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec

from swf.protocol import wire
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.server import open_reader
from swf.server.machine.deadlines import next_deadline
from swf.server.service import Service
from swf.server.store.changes import TaskRow
from swf.server.store.errors import DamagedHistory
from swf.server.store.histories import Histories, Warm, waiting_tasks

VIEW = (
    "select domain, workflow_id, run_id, type_name, type_version, parent_workflow_id, parent_run_id, tags,"
    " start_at, close_at, close_status, cancel_requested from executions where id = ?"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found."""

    executions: int
    events: int
    problems: tuple[str, ...]
    """A line each."""

    @property
    def summary(self) -> str:
        """How much was looked at and found: ``1 execution, 2 events, 0 problems``."""
        found = {"execution": self.executions, "event": self.events, "problem": len(self.problems)}
        return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in found.items())


def check_file(path: Path) -> Report:
    """Checks a file that nobody uses, and changes nothing. Raises FileNotFoundError, FileOwned, DatabaseError."""
    service = open_reader(path)
    try:
        found = tuple(problems(service))
        executions, events = _count(service, "executions"), _count(service, "events")
    finally:
        service.close()
    return Report(executions, events, found)


def _count(service: Service, table: str) -> int:
    """How many rows there are; 0 if they cannot be counted, which is a problem that was found before."""
    try:
        counted: int = service.database.connection.execute(f"select count(*) from {table}").get  # noqa: S608  # our own names
    except apsw.Error:
        return 0
    return counted


def problems(service: Service) -> Iterator[str]:
    """What is wrong with the file of *service*, a line each; nothing if all is well. Changes nothing."""
    if service.database.damage is not None:
        yield str(service.database.damage)
    with service.turn:
        yield from list(_problems(service))


def _problems(service: Service) -> Iterator[str]:
    histories = Histories(service.database.connection, on_damage=lambda row, error: None)
    expected: set[TaskRow] = set()
    yield from _readable("the file", _of_pages(service))
    yield from _readable("executions", _of_executions(service, histories, expected))
    yield from _readable("tasks", _of_tasks(service, expected))
    for table in ("execution_tags", "heartbeats", "functions"):
        yield from _readable(table, _of_nobody(service, table))
    yield from _readable("events", _of_events(service))
    yield from _readable("domains", _of_domains(service))
    for table in ("workflow_types", "activity_types", "domain_tags", "task_lists"):
        yield from _readable(table, _of_no_domain(service, table))
    yield from _readable("workflow types", _of_types(service, "workflow", WorkflowTypeDetail))
    yield from _readable("activity types", _of_types(service, "activity", ActivityTypeDetail))


def _readable(what: str, found: Iterator[str]) -> Iterator[str]:
    """What is *found*, up to where the file cannot be understood: that is a finding too, and the last of these."""
    try:
        yield from found
    except Exception as error:  # noqa: BLE001  # damage can break anything
        yield f"{what}: cannot be read: {type(error).__name__}: {error}"


def _of_pages(service: Service) -> Iterator[str]:
    for (verdict,) in service.database.connection.execute("pragma integrity_check"):
        if verdict != "ok":
            yield f"SQLite: {verdict}"


def _of_executions(service: Service, histories: Histories, expected: set[TaskRow]) -> Iterator[str]:
    """Adds the tasks that should wait to *expected*."""
    for row, domain, has_domain in list(
        service.database.connection.execute(
            "select id, domain, domain in (select id from domains) from executions order by id"
        )
    ):
        if not has_domain:
            yield f"execution {row}: its domain {domain} does not exist"
        try:
            warm = histories.get(row)
            expected.update(waiting_tasks(warm))
        except Exception as error:  # noqa: BLE001  # as above
            yield f"execution {row}: its history does not fold: {error}"
            continue
        label = f"execution {row} ({warm.name.workflow_id} {warm.name.run_id})"
        for found in (
            _of_list(service, warm),
            _of_wakes(service, warm) if has_domain else iter(()),
            _of_tags(service, warm),
            _of_functions(service, warm),
            _of_others(service, histories, warm),
            _of_beats(warm),
        ):
            yield from _readable(label, (f"{label}: {problem}" for problem in found))
        histories.drop(row)


def _of_nobody(service: Service, table: str) -> Iterator[str]:
    for (row,) in service.database.connection.execute(
        f"select distinct execution from {table} where execution not in (select id from executions)"  # noqa: S608  # our own names
    ):
        yield f"{table}: rows of execution {row}, which does not exist"


def _of_events(service: Service) -> Iterator[str]:
    for (row,) in service.database.connection.execute(
        "select distinct execution from events"
        " where execution not in (select id from executions union all select execution from forgotten)"
    ):
        yield f"events: rows of execution {row}, which does not exist"


def _of_list(service: Service, warm: Warm) -> Iterator[str]:
    execution = warm.execution
    assert execution.opened is not None
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
    if view != derived:
        yield f"the list shows {view}, the history says {derived}"


def _of_wakes(service: Service, warm: Warm) -> Iterator[str]:
    execution, wake_at = warm.execution, warm.wake_at
    deadline = next_deadline(execution, warm.beats, service.up_since) if execution.is_open else None
    if deadline is not None and (wake_at is None or wake_at > deadline):
        yield f"wakes at {wake_at}, later than its deadline {deadline}"
    if execution.closed is not None:
        retention_s = service.registry.domain_of(warm.domain).retention_s
        forgotten_at = round(execution.closed.timestamp + retention_s, 3)
        if wake_at != forgotten_at:
            yield f"is closed and forgotten at {wake_at}, but should be at {forgotten_at}"


def _of_beats(warm: Warm) -> Iterator[str]:
    execution = warm.execution
    for scheduled in warm.beats:
        task = execution.activities.get(scheduled)
        if not execution.is_open or task is None or task.started is None:
            yield f"a heartbeat of activity {scheduled}, which nobody holds"


def _of_tags(service: Service, warm: Warm) -> Iterator[str]:
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
        yield f"the list shows the tags {sorted(stored, key=str)}, the history says {sorted(derived, key=str)}"


def _of_functions(service: Service, warm: Warm) -> Iterator[str]:
    stored = {
        scheduled
        for (scheduled,) in service.database.connection.execute(
            "select scheduled_event from functions where execution = ?", (warm.row,)
        )
    }
    running = {id for id, function in warm.execution.lambda_functions.items() if function.started is not None}
    derived = running if warm.execution.is_open else set()
    if stored != derived:
        yield f"the functions {sorted(stored)} are being called, the history says {sorted(derived)}"


def _of_others(service: Service, histories: Histories, warm: Warm) -> Iterator[str]:
    """What is sent is delivered in the same transaction, so nothing is ever on its way; families know each other."""
    execution = warm.execution
    if not execution.is_open:
        return
    for id in execution.external_requests:
        yield f"event {id} was sent and has no outcome"
    for id, function in execution.lambda_functions.items():
        if function.started is None:
            yield f"the function that event {id} scheduled was not started"
    for id, child in execution.children.items():
        found = service.database.connection.execute(
            "select parent_run_id from executions where domain = ? and workflow_id = ? and close_at is null",
            (warm.domain, child.id),
        ).get
        if child.started is None or found != warm.name.run_id:
            yield f"event {id} began a child {child.id!r} that is not there"
    parent, initiated = execution.started.parent_workflow_execution, execution.started.parent_initiated_event_id
    if parent is None:
        return
    row = service.database.connection.execute(
        "select id from executions where domain = ? and run_id = ? and close_at is null", (warm.domain, parent.run_id)
    ).get
    if row is None:
        return
    try:
        children = histories.get(row).execution.children
    except DamagedHistory:
        return  # which is told where it is looked at
    if initiated not in children:
        yield f"its parent {parent.workflow_id!r} does not know it as event {initiated}"


def _of_domains(service: Service) -> Iterator[str]:
    connection = service.database.connection
    for (domain,) in list(connection.execute("select id from domains")):
        counted = connection.execute(
            "select count(*) from executions where domain = ? and close_at is null", (domain,)
        ).get
        known = service.open_counts.of(domain)
        if known != counted:
            yield f"domain {domain}: {known} executions are said to be open, {counted} are"


def _of_no_domain(service: Service, table: str) -> Iterator[str]:
    for (domain,) in service.database.connection.execute(
        f"select distinct domain from {table} where domain not in (select id from domains)"  # noqa: S608  # our own names
    ):
        yield f"{table}: rows of domain {domain}, which does not exist"


def _of_types(
    service: Service, kind: str, detail: type[ActivityTypeDetail] | type[WorkflowTypeDetail]
) -> Iterator[str]:
    for name, version, status, body in service.database.connection.execute(
        f"select name, version, status, detail from {kind}_types"  # noqa: S608  # our own names
    ):
        try:
            told = msgspec.json.decode(body, type=detail).type_info.status
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield f"{kind} type {name} {version}: its description cannot be read: {error}"
            continue
        if told != status:
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
