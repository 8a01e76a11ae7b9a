"""Calls that change something."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from simpleflow import format, rerunning
from simpleflow.exceptions import ExecutionNotFound, JumboTooLargeError
from simpleflow.replay.reuse import NoSuchTask
from simpleflow.stats import Reader
from simpleflow.storage import StorageError, ValueStore
from simpleflow.web.listed import Trouble
from simpleflow.web.queries.faults import Refused, asked, caught, trouble
from swf.client import Client
from swf.exceptions import SWFError
from swf.protocol.faults import Fault
from swf.protocol.operations import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from swf.protocol.values import ChildPolicy, TaskList, WorkflowType


class Named(NamedTuple):
    """One run."""

    domain: str
    workflow_id: str
    run_id: str


def fitting(value: Any, *, keeps_values: bool) -> str:
    """*value* as text that fits into a field of SWF. Raises Refused if it is too long and cannot be kept elsewhere."""
    try:
        return ValueStore().fitting(format.encode(value), keeps_values=keeps_values)
    except (JumboTooLargeError, StorageError) as error:
        raise Refused(Trouble("refused", "the value store", str(error))) from error


def signal(client: Client, run: Named, name: str, input: str | None) -> None:
    """Sends a signal. Raises Refused."""
    asked(
        client,
        SignalWorkflowExecution(
            domain=run.domain, workflow_id=run.workflow_id, run_id=run.run_id, signal_name=name, input=input
        ),
    )


def cancel(client: Client, run: Named) -> None:
    """Asks a workflow to cancel. Raises Refused."""
    asked(client, RequestCancelWorkflowExecution(domain=run.domain, workflow_id=run.workflow_id, run_id=run.run_id))


def terminate(
    client: Client, run: Named, *, reason: str | None = None, details: str | None = None, children: str | None = None
) -> None:
    """Ends a run. *children* is a child policy, None: that of the run. Raises Refused."""
    asked(
        client,
        TerminateWorkflowExecution(
            domain=run.domain,
            workflow_id=run.workflow_id,
            run_id=run.run_id,
            reason=reason,
            details=details,
            child_policy=None if children is None else ChildPolicy(children),
        ),
    )


def start(
    client: Client,
    domain: str,
    workflow_id: str,
    type: tuple[str, str],
    input: str,
    *,
    task_list: str | None = None,
    tags: tuple[str, ...] = (),
) -> Named:
    """Starts an execution of a registered *type* (name, version). Raises Refused."""
    run = asked(
        client,
        StartWorkflowExecution(
            domain=domain,
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name=type[0], version=type[1]),
            task_list=None if task_list is None else TaskList(name=task_list),
            input=input,
            tag_list=tags or None,
        ),
    )
    return Named(domain, workflow_id, run.run_id or "")


def rerun(
    client: Client,
    run: Named,
    new_id: str,
    *,
    before: str | None = None,
    force: str | None = None,
    keeps_values: bool,
) -> tuple[Named, int]:
    """Starts an execution again that reuses results of a run; the new one, and how many results. Raises Refused.

    *before* and *force* as the command line has them.
    """
    operation = "StartWorkflowExecution"
    pattern = None if force is None else re.compile(force)
    try:
        earlier = rerunning.read(Reader(client, run.domain), run.workflow_id, run.run_id, before=before, force=pattern)
        text = ValueStore().fitting(earlier.input, keeps_values=keeps_values)
    except ExecutionNotFound as error:
        raise Refused(Trouble("gone", operation, str(error))) from error
    except (NoSuchTask, StorageError, JumboTooLargeError) as error:
        raise Refused(Trouble("refused", operation, f"The earlier results cannot be handed on: {error}")) from error
    except (Fault, SWFError) as error:
        raise Refused(trouble(error, "GetWorkflowExecutionHistory")) from error
    run_id = caught(operation, lambda: rerunning.start_like(client, run.domain, new_id, earlier.started, text))
    return Named(run.domain, new_id, run_id), earlier.reused
