"""What a workflow needs in a service before it can run, and how its execution ended."""

from __future__ import annotations

from typing import Any

from simpleflow import format, settings
from simpleflow.exceptions import ExecutionCanceled, ExecutionFailed, ExecutionTerminated, ExecutionTimedOut
from simpleflow.replay.children import hook
from simpleflow.replay.inputs import arguments
from simpleflow.storage import ValueStore
from simpleflow.workflow import Workflow, checked_tags, dotted_path
from swf.client import Client
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
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


def register(client: Client, domain: str, workflow: type[Workflow] | None) -> None:
    """Registers domain and workflow type (None: the domain alone); what exists stays as it is."""
    try:
        client.call(RegisterDomain(name=domain, workflow_execution_retention_period_in_days=RETENTION_DAYS))
    except DomainAlreadyExistsFault:
        pass
    if workflow is None:
        return
    try:
        client.call(workflow_type(domain, workflow.name, workflow.version, workflow.task_list))
    except TypeAlreadyExistsFault:
        pass


def workflow_type(domain: str, name: str, version: str, task_list: str | None = None) -> RegisterWorkflowType:
    """The registration of a workflow type; the defaults count where a start says nothing."""
    return RegisterWorkflowType(
        domain=domain,
        name=name,
        version=version,
        default_task_list=TaskList(name=task_list or settings.WORKFLOW_DEFAULT_TASK_LIST),
        default_child_policy=ChildPolicy.TERMINATE,
        default_execution_start_to_close_timeout=settings.WORKFLOW_DEFAULT_EXECUTION_TIME,
        default_task_start_to_close_timeout=settings.WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT,
    )


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
            input=None if input is None else ValueStore().fitting(_naming(input, workflow), keeps_values=keeps_values),
            tag_list=tags or _tags(workflow, input),
            execution_start_to_close_timeout=str(given_timeout) if given_timeout else None,
            task_start_to_close_timeout=str(given_decision) if given_decision else None,
            child_policy=None if workflow.child_policy is None else ChildPolicy(workflow.child_policy),
            lambda_role=workflow.lambda_role,
        )
    )
    assert run.run_id is not None
    return WorkflowExecution(workflow_id=workflow_id, run_id=run.run_id)


def _tags(workflow: type[Workflow], input: str | None) -> tuple[str, ...] | None:
    """The tags that the class gives an execution with this input; one that inherits them has no parent here."""
    given = hook(workflow, "get_tag_list")
    if given is None:
        tags: Any = workflow.tag_list
    else:
        args, kwargs = arguments(format.decode(input))
        tags = given(*args, **kwargs)
    return None if isinstance(tags, str) else checked_tags(tags or (), f"the workflow {workflow.__name__}")


def _naming(input: str, workflow: type[Workflow]) -> str:
    """*input* with the class that decides it, which the type does not tell: any decider can then import it."""
    content = format.decode(input)
    if not isinstance(content, dict) or "<locals>" in workflow.__qualname__:
        return input
    return format.encode({**content, "__extra": {"class": dotted_path(workflow)}})


def last_run(client: Client, domain: str, execution: WorkflowExecution) -> WorkflowExecution:
    """The newest run of a chain that has begun with *execution* and continued as new; itself if it has not."""
    while True:
        following = _last_event(client, domain, execution).attributes
        if not isinstance(following, WorkflowExecutionContinuedAsNew):
            return execution
        execution = WorkflowExecution(workflow_id=execution.workflow_id, run_id=following.new_execution_run_id)


def _last_event(client: Client, domain: str, execution: WorkflowExecution) -> HistoryEvent:
    page = client.call(
        GetWorkflowExecutionHistory(domain=domain, execution=execution, reverse_order=True, maximum_page_size=1)
    )
    return wire.decode_events(page.events)[0]  # services of others send longer pages than they are asked for


def result_of(client: Client, domain: str, execution: WorkflowExecution, store: ValueStore) -> str | None:
    """The result of a closed execution as JSON text, None if it gave none; raises ExecutionFailed."""
    event = _last_event(client, domain, execution)
    match event.attributes:
        case WorkflowExecutionCompleted(result=result):
            return store.resolve(result)
        case WorkflowExecutionFailed(reason=reason, details=details):
            raise ExecutionFailed("FAILED", reason, store.resolve(details))
        case WorkflowExecutionTerminated(reason=reason, details=details, cause=cause):
            raise ExecutionTerminated("TERMINATED", reason or (str(cause) if cause else None), details)
        case WorkflowExecutionCanceled(details=details):
            raise ExecutionCanceled("CANCELED", details)
    if isinstance(event.attributes, WorkflowExecutionTimedOut):
        hint = "its execution timeout is over; set execution_timeout on the class, or give --execution-timeout"
        raise ExecutionTimedOut("TIMED_OUT", hint)
    attributes: Any = event.attributes
    raise ExecutionFailed(attributes.STATE.upper())
