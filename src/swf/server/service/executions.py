"""Operations that start executions, speak to them and stop them."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.events import WorkflowExecutionCancelRequested, WorkflowExecutionSignaled
from swf.protocol.operations import (
    RequestCancelWorkflowExecution,
    Run,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from swf.protocol.values import RegistrationStatus, WorkflowExecution
from swf.server.machine.control import receive, resolve_start, start, terminate
from swf.server.service.domains import usable_domain
from swf.server.service.round import Round


def start_workflow_execution(round: Round, request: StartWorkflowExecution) -> Run:
    """Starts a run. Looked at in this order: domain, type, its status, defaults, workflow id, number of open ones."""
    domain = usable_domain(round, request.domain)
    type = request.workflow_type
    registered = round.service.registry.workflow_types.get(domain.id, type.name, type.version)
    if registered is None:
        raise texts.unknown_type(type)
    if registered.type_info.status is RegistrationStatus.DEPRECATED:
        raise texts.type_deprecated(type)
    event = resolve_start(request, registered.configuration)
    if round.find_open(domain.id, request.workflow_id) is not None:
        raise texts.already_started()
    limit = round.service.quotas.open_executions
    if round.service.open_counts.of(domain.id) >= limit:
        raise texts.too_many_open_executions(limit)
    name = WorkflowExecution(workflow_id=request.workflow_id, run_id=round.service.new_run_id())
    warm = round.begin(domain.id, name, event, round.now)
    turn = round.turn(warm)
    start(turn, event)
    round.settle(warm, turn)
    return Run(run_id=warm.name.run_id)


def signal_workflow_execution(round: Round, request: SignalWorkflowExecution) -> None:
    """Sends a signal."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    event = WorkflowExecutionSignaled(
        signal_name=request.signal_name, input=request.input, external_initiated_event_id=0
    )
    receive(turn, event)
    round.settle(warm, turn)


def request_cancel_workflow_execution(round: Round, request: RequestCancelWorkflowExecution) -> None:
    """Asks to cancel."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    receive(turn, WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    round.settle(warm, turn)


def terminate_workflow_execution(round: Round, request: TerminateWorkflowExecution) -> None:
    """Closes at once."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    terminate(turn, request)
    round.settle(warm, turn)
