"""What an execution needs to be started once more with the results of an earlier one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simpleflow import format
from simpleflow.replay.reuse import carrying, results_of, source_of
from simpleflow.stats import Reader
from simpleflow.storage import ValueStore
from swf.client import Client
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.operations import StartWorkflowExecution, WorkflowExecutionInfo


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier execution: what it is, with what it was started, and the input for the next one.

    *input* is JSON text that carries *reused* results.
    """

    about: WorkflowExecutionInfo
    started: WorkflowExecutionStarted
    input: str
    reused: int

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return tuple(tag for tag in self.started.tag_list or () if tag is not None)


def read(
    reader: Reader,
    workflow_id: str,
    run_id: str | None,
    *,
    input: dict[str, Any] | None = None,
    before: str | None = None,
    force: re.Pattern[str] | None = None,
) -> Earlier:
    """Reads an execution (*run_id* None: the open one, else the newest closed one) that is to be run once more.

    *input* replaces its arguments; *before* and *force* as in :func:`~simpleflow.replay.reuse.results_of`. Raises
    ExecutionNotFound, NoSuchTask, StorageError.
    """
    detail = reader.find(workflow_id, run_id)
    about = detail.execution_info
    execution = reader.history(detail).execution
    store = ValueStore()

    def decode(text: str | None) -> Any:
        return format.decode(store.resolve(text))

    ids = about.execution.workflow_id, about.execution.run_id
    entries = results_of(execution, *ids, decode=decode, before=before, force=force)
    content = decode(execution.started.input)
    if input is not None:
        content = {**(content if isinstance(content, dict) else {}), **input}
    text = format.encode(carrying(content, entries, *ids))
    return Earlier(about, execution.started, text, len(entries))


def source_of_open(reader: Reader, workflow_id: str) -> list[str]:
    """If the open execution of an id reuses results of an earlier one of that id, the run id of the latter: a repair
    that was interrupted goes on with what it was begun with.
    """
    about = reader.find(workflow_id).execution_info
    if about.close_status is not None:
        return []
    source = source_of(format.decode(ValueStore().resolve(reader.first_event(about.execution).input)))
    return [source[1]] if source is not None and source[0] == workflow_id else []


def start_like(
    client: Client, domain: str, workflow_id: str, started: WorkflowExecutionStarted, input: str | None
) -> str:
    """Starts an execution as another one was started, with *input*; its run id. Raises the fault."""
    run = client.call(
        StartWorkflowExecution(
            domain=domain,
            workflow_id=workflow_id,
            workflow_type=started.workflow_type,
            task_list=started.task_list,
            task_priority=started.task_priority,
            input=input,
            execution_start_to_close_timeout=started.execution_start_to_close_timeout,
            task_start_to_close_timeout=started.task_start_to_close_timeout,
            tag_list=started.tag_list,
            child_policy=started.child_policy,
            lambda_role=started.lambda_role,
        )
    )
    return str(run.run_id)
