"""Executions as rows: what the commands show."""

from __future__ import annotations

import time
from typing import Any, Final

from simpleflow import format
from simpleflow.exceptions import ExecutionNotFound
from simpleflow.history import History
from simpleflow.storage import StorageError, ValueStore
from swf.client import Client
from swf.lifecycle import Execution
from swf.protocol import wire
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    DescribeWorkflowExecution,
    ExecutionTimeFilter,
    GetWorkflowExecutionHistory,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
    WorkflowExecutionDetail,
    WorkflowExecutionFilter,
    WorkflowExecutionInfo,
)
from swf.protocol.values import WorkflowExecution

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
LIST: Final = ("Workflow ID", "Workflow Type", "Status")


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

    def executions(self, *, is_open: bool, since: float) -> list[WorkflowExecutionInfo]:
        """Open or closed executions that began at *since* (seconds since 1970) or later, newest first."""
        kind = ListOpenWorkflowExecutions if is_open else ListClosedWorkflowExecutions
        infos: list[WorkflowExecutionInfo] = []
        token: str | None = None
        while True:
            request = kind(
                domain=self.domain, start_time_filter=ExecutionTimeFilter(oldest_date=since), next_page_token=token
            )
            try:
                page = self.client.call(request)
            except UnknownResourceFault as fault:
                raise ExecutionNotFound(f"{fault}.") from fault
            infos += page.execution_infos
            token = page.next_page_token
            if token is None:
                return infos

    def history(self, detail: WorkflowExecutionDetail) -> History:
        """The whole history, folded."""
        execution = Execution(keep_closed=True)
        token: str | None = None
        while True:
            page = self.client.call(
                GetWorkflowExecutionHistory(
                    domain=self.domain, execution=detail.execution_info.execution, next_page_token=token
                )
            )
            for event in wire.decode_events(page.events):
                execution.evolve(event)
            token = page.next_page_token
            if token is None:
                return History(execution)


def info(reader: Reader, detail: WorkflowExecutionDetail) -> tuple[Any, ...]:
    """The row of one execution. The time is in seconds, until now for an open one."""
    about = detail.execution_info
    end = time.time() if about.close_timestamp is None else about.close_timestamp
    input = reader.history(detail).execution.started.input
    try:
        value = format.decode(ValueStore().resolve(input))
    except StorageError:  # a value that is not here is shown as its pointer
        value = input
    return (
        reader.domain,
        about.workflow_type.name,
        about.workflow_type.version,
        detail.execution_configuration.task_list.name,
        about.execution.workflow_id,
        about.execution.run_id,
        ",".join(tag for tag in about.tag_list or () if tag is not None),
        round(end - about.start_timestamp, 3),
        value,
    )


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
