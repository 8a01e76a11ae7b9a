"""Operations that start executions, speak to them and stop them."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.operations import (
    RequestCancelWorkflowExecution,
    Run,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from swf.protocol.values import RegistrationStatus
from swf.server.machine.control import request_cancel, resolve_start, signal, start, terminate
from swf.server.service.round import Round
from swf.server.service.types import usable_domain


def start_workflow_execution(round: Round, request: StartWorkflowExecution) -> Run:
    """Starts a run. Looked at in this order: domain, type, its status, defaults, workflow id."""
    domain = usable_domain(round, request.domain)
    type = request.workflow_type
    registered = round.service.registry.workflow_type(domain.id, type.name, type.version)
    if registered is None:
        raise texts.unknown_type(type)
    if registered.type_info.status is RegistrationStatus.DEPRECATED:
        raise texts.type_deprecated(type)
    event = resolve_start(request, registered.configuration)
    if round.find_open(domain, request.workflow_id) is not None:
        raise texts.already_started()
    warm = round.begin(domain, request.workflow_id, event)
    turn = round.turn(warm)
    start(turn, event)
    round.settle(warm, turn)
    return Run(run_id=warm.name.run_id)


def signal_workflow_execution(round: Round, request: SignalWorkflowExecution) -> None:
    """Sends a signal."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    signal(turn, request)
    round.settle(warm, turn)


def request_cancel_workflow_execution(round: Round, request: RequestCancelWorkflowExecution) -> None:
    """Asks to cancel."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    request_cancel(turn)
    round.settle(warm, turn)


def terminate_workflow_execution(round: Round, request: TerminateWorkflowExecution) -> None:
    """Closes at once."""
    warm = round.open_execution(round.domain(request.domain), request.workflow_id, request.run_id)
    turn = round.turn(warm)
    terminate(turn, request)
    round.settle(warm, turn)
