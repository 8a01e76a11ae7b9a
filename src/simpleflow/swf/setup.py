"""What a workflow needs in a service before it can run, and how its execution ended."""

from __future__ import annotations

from typing import Any

from simpleflow import settings
from simpleflow.exceptions import ExecutionFailed
from simpleflow.storage import ValueStore
from simpleflow.workflow import Workflow
from swf.client import Client
from swf.protocol import wire
from swf.protocol.events import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from swf.protocol.faults import DomainAlreadyExistsFault, TypeAlreadyExistsFault
from swf.protocol.operations import (
    GetWorkflowExecutionHistory,
    RegisterDomain,
    RegisterWorkflowType,
    StartWorkflowExecution,
)
from swf.protocol.values import ChildPolicy, TaskList, WorkflowExecution, WorkflowType

RETENTION_DAYS = "30"


def register(client: Client, domain: str, workflow: type[Workflow]) -> None:
    """Registers domain and workflow type; what exists stays as it is."""
    try:
        client.call(RegisterDomain(name=domain, workflow_execution_retention_period_in_days=RETENTION_DAYS))
    except DomainAlreadyExistsFault:
        pass
    try:
        client.call(
            RegisterWorkflowType(
                domain=domain,
                name=workflow.name,
                version=workflow.version,
                default_task_list=TaskList(name=workflow.task_list),
                default_child_policy=ChildPolicy.TERMINATE,
                default_execution_start_to_close_timeout=settings.WORKFLOW_DEFAULT_EXECUTION_TIME,
                default_task_start_to_close_timeout=settings.WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT,
            )
        )
    except TypeAlreadyExistsFault:
        pass


def start(
    client: Client,
    domain: str,
    workflow: type[Workflow],
    workflow_id: str,
    input: str | None,
    *,
    keeps_values: bool = True,
    task_list: str | None = None,
    tags: tuple[str, ...] | None = None,
    execution_timeout: str | None = None,
    decision_timeout: str | None = None,
) -> WorkflowExecution:
    """Starts an execution; what is left out comes from the class, then from the registered type.

    *input* is JSON text. Raises JumboTooLargeError if it does not fit and values are not to be kept here.
    """
    given_timeout = execution_timeout or workflow.execution_timeout
    given_decision = decision_timeout or workflow.decision_tasks_timeout
    run = client.call(
        StartWorkflowExecution(
            domain=domain,
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name=workflow.name, version=workflow.version),
            task_list=TaskList(name=task_list or workflow.task_list),
            input=None if input is None else ValueStore().fitting(input, keeps_values=keeps_values),
            tag_list=tags or tuple(workflow.tag_list or ()) or None,
            execution_start_to_close_timeout=str(given_timeout) if given_timeout else None,
            task_start_to_close_timeout=str(given_decision) if given_decision else None,
        )
    )
    assert run.run_id is not None
    return WorkflowExecution(workflow_id=workflow_id, run_id=run.run_id)


def result_of(client: Client, domain: str, execution: WorkflowExecution, store: ValueStore) -> str | None:
    """The result of a closed execution as JSON text, None if it gave none; raises ExecutionFailed."""
    page = client.call(
        GetWorkflowExecutionHistory(domain=domain, execution=execution, reverse_order=True, maximum_page_size=1)
    )
    event, *_ = wire.decode_events(page.events)  # services of others send longer pages than they are asked for
    match event.attributes:
        case WorkflowExecutionCompleted(result=result):
            return store.resolve(result)
        case WorkflowExecutionFailed(reason=reason, details=details):
            raise ExecutionFailed("FAILED", reason, store.resolve(details))
        case WorkflowExecutionTerminated(reason=reason, details=details, cause=cause):
            raise ExecutionFailed("TERMINATED", reason or (str(cause) if cause else None), details)
        case WorkflowExecutionCanceled(details=details):
            raise ExecutionFailed("CANCELED", details)
    if isinstance(event.attributes, WorkflowExecutionTimedOut):
        hint = "its execution timeout is over; set execution_timeout on the class, or give --execution-timeout"
        raise ExecutionFailed("TIMED_OUT", hint)
    attributes: Any = event.attributes
    raise ExecutionFailed(attributes.STATE.upper())
