"""Executions as rows: what the commands show."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from simpleflow import format
from simpleflow.exceptions import ExecutionNotFound
from simpleflow.history import History
from simpleflow.replay.inputs import comparable
from simpleflow.storage import StorageError, ValueStore
from swf.client import Client
from swf.lifecycle import fold
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    CloseStatusFilter,
    DescribeWorkflowExecution,
    ExecutionTimeFilter,
    GetWorkflowExecutionHistory,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
    TagFilter,
    WorkflowExecutionDetail,
    WorkflowExecutionFilter,
    WorkflowExecutionInfo,
    WorkflowTypeFilter,
)
from swf.protocol.values import CloseStatus, WorkflowExecution
from swf.utils import moment_of

INFO: Final = (
    "domain",
    "workflow_type.name",
    "workflow_type.version",
    "task_list",
    "workflow_id",
    "run_id",
    "tag_list",
    "execution_time",
    "input",
)
TASKS: Final = ("Tasks", "Last State", "Last State Time", "Scheduled Time")
PROFILE: Final = (
    "Task",
    "Last State",
    "Scheduled",
    "Time Scheduled",
    "Start",
    "Time Running",
    "End",
    "Percentage of total time",
)
TASK: Final = ("type", "id", "name", "version", "state", "timestamp", "input", "result", "reason")
LIST: Final = ("Workflow ID", "Workflow Type", "Status")
DETAILS: Final = (
    "Workflow ID",
    "Workflow Type",
    "Workflow Version",
    "Run ID",
    "Status",
    "Child Policy",
    "Close Status",
    "Start Timestamp",
    "Close Timestamp",
    "Cancel Requested",
    "Execution Timeout",
    "Input",
    "Tags",
    "Decision Tasks Timeout",
    "Parent Workflow ID",
    "Parent Run ID",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which executions: open or closed ones, begun from *since* to *until* (seconds since 1970; None: now), and so on.

    *close_status* is for closed ones, *cancel_requested* for those that were asked to cancel. SWF takes one condition
    beside the time; the others are looked at here.
    """

    is_open: bool
    since: float
    until: float | None = None
    workflow_id: str | None = None
    tag: str | None = None
    type_name: str | None = None
    type_version: str | None = None
    close_status: str | None = None
    cancel_requested: bool | None = None

    def filters(self) -> dict[str, Any]:
        """The time, and the one condition that leaves fewest, by their names in a request."""
        found: dict[str, Any] = {
            "start_time_filter": ExecutionTimeFilter(oldest_date=self.since, latest_date=self.until)
        }
        if self.workflow_id is not None:
            found["execution_filter"] = WorkflowExecutionFilter(workflow_id=self.workflow_id)
        elif self.tag is not None:
            found["tag_filter"] = TagFilter(tag=self.tag)
        elif self.type_name is not None:
            found["type_filter"] = WorkflowTypeFilter(name=self.type_name, version=self.type_version)
        elif self.close_status is not None:
            found["close_status_filter"] = CloseStatusFilter(status=CloseStatus(self.close_status))
        return found

    def matches(self, about: WorkflowExecutionInfo) -> bool:
        """Whether an execution is one of them."""
        pairs = (
            (self.workflow_id, about.execution.workflow_id),
            (self.type_name, about.workflow_type.name),
            (self.type_version, about.workflow_type.version),
            (self.close_status, about.close_status),
            (self.cancel_requested, bool(about.cancel_requested)),
        )
        is_tagged = self.tag is None or self.tag in (about.tag_list or ())
        return is_tagged and all(wanted is None or wanted == is_ for wanted, is_ in pairs)


class Reader:
    """Reads executions of one domain."""

    def __init__(self, client: Client, domain: str) -> None:
        self.client = client
        self.domain = domain

    def find(self, workflow_id: str, run_id: str | None = None) -> WorkflowExecutionDetail:
        """The run of both ids; without *run_id* the newest open execution, else the newest closed one."""
        try:
            if run_id is not None:
                return self._describe(WorkflowExecution(workflow_id=workflow_id, run_id=run_id))
            chosen = WorkflowExecutionFilter(workflow_id=workflow_id)
            always = ExecutionTimeFilter(oldest_date=0.0)
            for request in (
                ListOpenWorkflowExecutions(
                    domain=self.domain, start_time_filter=always, execution_filter=chosen, maximum_page_size=1
                ),
                ListClosedWorkflowExecutions(
                    domain=self.domain, start_time_filter=always, execution_filter=chosen, maximum_page_size=1
                ),
            ):
                found = self.client.call(request).execution_infos
                if found:
                    return self._describe(found[0].execution)
        except UnknownResourceFault as fault:
            raise ExecutionNotFound(f"{fault} (looking for {workflow_id!r} in domain {self.domain!r})") from fault
        raise ExecutionNotFound(f"no workflow execution {workflow_id!r} in domain {self.domain!r}.")

    def _describe(self, execution: WorkflowExecution) -> WorkflowExecutionDetail:
        return self.client.call(DescribeWorkflowExecution(domain=self.domain, execution=execution))

    def executions(self, wanted: Wanted, *, page_size: int | None = None) -> Iterator[WorkflowExecutionInfo]:
        """The executions that are wanted, newest first, page by page as they are taken."""
        kind = ListOpenWorkflowExecutions if wanted.is_open else ListClosedWorkflowExecutions
        filters = wanted.filters()
        token: str | None = None
        while True:
            request = kind(domain=self.domain, next_page_token=token, maximum_page_size=page_size, **filters)
            try:
                page = self.client.call(request)
            except UnknownResourceFault as fault:
                raise ExecutionNotFound(f"{fault}.") from fault
            yield from filter(wanted.matches, page.execution_infos)
            token = page.next_page_token
            if token is None:
                return

    def events(self, execution: WorkflowExecution, *, reverse: bool = False) -> Iterator[HistoryEvent]:
        """The events of a run in their order, or the newest first, page by page as they are taken."""
        token: str | None = None
        while True:
            page = self.client.call(
                GetWorkflowExecutionHistory(
                    domain=self.domain, execution=execution, next_page_token=token, reverse_order=reverse or None
                )
            )
            yield from wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return

    def first_event(self, execution: WorkflowExecution) -> WorkflowExecutionStarted:
        """What a run was started with."""
        page = self.client.call(
            GetWorkflowExecutionHistory(domain=self.domain, execution=execution, maximum_page_size=1)
        )
        first = wire.decode_events(page.events)[0].attributes
        assert isinstance(first, WorkflowExecutionStarted)
        return first

    def history(self, detail: WorkflowExecutionDetail) -> History:
        """The whole history, folded."""
        return History(fold(self.events(detail.execution_info.execution)))


def value_of(text: str | None) -> Any:
    """The value of a stored text, without what the engine has added to it; its pointer if it is not here."""
    try:
        value = format.decode(ValueStore().resolve(text))
    except StorageError:
        return text
    return comparable(text, without_extra(value))


def shown(value: Any) -> Any:
    """A decoded value as people want to see it: the value that a pointer stands for, without what the engine added."""
    if isinstance(value, str):
        return value_of(value) if format.is_pointer(value) else value
    return comparable(None, without_extra(value))


def without_extra(value: Any) -> Any:
    """An input without the name of the class that decides it."""
    return {key: each for key, each in value.items() if key != "__extra"} if isinstance(value, dict) else value


def info(reader: Reader, detail: WorkflowExecutionDetail) -> tuple[Any, ...]:
    """The row of one execution. The time is in seconds, until now for an open one."""
    about = detail.execution_info
    end = time.time() if about.close_timestamp is None else about.close_timestamp
    return (
        reader.domain,
        about.workflow_type.name,
        about.workflow_type.version,
        detail.execution_configuration.task_list.name,
        about.execution.workflow_id,
        about.execution.run_id,
        tags_of(about),
        round(end - about.start_timestamp, 3),
        value_of(reader.first_event(about.execution).input),
    )


def tags_of(about: WorkflowExecutionInfo) -> str:
    """The tags, joined."""
    return ",".join(tag for tag in about.tag_list or () if tag is not None)


def tasks(history: History) -> list[tuple[Any, ...]]:
    """A row for each task, the one scheduled first last."""
    return [
        (
            entry["name"],
            entry["state"],
            entry["timestamp"],
            entry.get("first_scheduled_timestamp", entry["timestamp"]),
        )
        for entry in reversed(history.tasks)
    ]


def listed(about: WorkflowExecutionInfo) -> tuple[Any, ...]:
    """The row of one execution in a list."""
    return about.execution.workflow_id, about.workflow_type.name, str(about.execution_status)


def in_detail(reader: Reader, about: WorkflowExecutionInfo, *, is_whole: bool) -> tuple[Any, ...]:
    """The row of one execution in a detailed list; with what only its description and history tell if *is_whole*."""
    configuration, started = None, None
    if is_whole:
        configuration = reader.find(about.execution.workflow_id, about.execution.run_id).execution_configuration
        started = reader.first_event(about.execution)
    return (
        about.execution.workflow_id,
        about.workflow_type.name,
        about.workflow_type.version,
        about.execution.run_id,
        str(about.execution_status),
        None if configuration is None else str(configuration.child_policy),
        None if about.close_status is None else str(about.close_status),
        moment_of(about.start_timestamp),
        None if about.close_timestamp is None else moment_of(about.close_timestamp),
        bool(about.cancel_requested),
        None if configuration is None else configuration.execution_start_to_close_timeout,
        None if started is None else value_of(started.input),
        tags_of(about),
        None if configuration is None else configuration.task_start_to_close_timeout,
        None if about.parent is None else about.parent.workflow_id,
        None if about.parent is None else about.parent.run_id,
    )


def task(history: History, task_id: str) -> dict[str, Any]:
    """The entry of a task. Raises ExecutionNotFound, which names those that are there."""
    entries = {entry["id"]: entry for entry in history.tasks}
    if task_id in entries:
        return entries[task_id]
    close = difflib.get_close_matches(task_id, entries, n=1)
    if close:
        raise ExecutionNotFound(f"no task {task_id!r} in this execution; did you mean {close[0]!r}?")
    raise ExecutionNotFound(f"no task {task_id!r} in this execution.")


class WorkflowStats:
    """How long the tasks of an execution took, each by its latest attempt. Times are aware, UTC; None: not yet, or
    not known.
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def total_time(self) -> float:
        """Seconds from the first event to the last."""
        opened = self._history.execution.opened
        return 0.0 if opened is None else self._history.execution.last_timestamp - opened.timestamp

    def get_timings(self) -> list[tuple[Any, ...]]:
        """``(task id, last state, scheduled, start, end, seconds)`` of each task, in the order of their scheduling."""
        return [self._timing(entry) for entry in self._history.tasks]

    def _timing(self, entry: dict[str, Any]) -> tuple[Any, ...]:
        scheduled = entry.get("scheduled_timestamp") or entry.get("initiated_event_timestamp")
        start = entry.get("started_timestamp")
        if start is not None and scheduled is not None and start < scheduled:
            start = None  # of an earlier attempt: the present one has not begun
        is_over = start is not None and entry["state"] not in ("scheduled", "started", "start_initiated")
        end = entry["timestamp"] if is_over else None
        seconds = None if end is None else (end - start).total_seconds()
        return entry["id"], entry["state"], scheduled, start, end, seconds

    def get_timings_with_percentage(self) -> list[tuple[Any, ...]]:
        """The same with the share of the whole time in percent as the last member."""
        whole = self.total_time()
        return [
            (*timing, None if timing[-1] is None else 100 * timing[-1] / whole if whole else 0.0)
            for timing in self.get_timings()
        ]


def profile(history: History) -> list[tuple[Any, ...]]:
    """A row for each task that has run, the longest first."""
    rows = [
        (id, state, scheduled, (start - scheduled).total_seconds(), start, seconds, end, share)
        for id, state, scheduled, start, end, seconds, share in WorkflowStats(history).get_timings_with_percentage()
        if seconds is not None and scheduled is not None
    ]
    return sorted(rows, key=lambda row: -row[5])
