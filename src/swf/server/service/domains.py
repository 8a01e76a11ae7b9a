"""Operations on domains."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.operations import RegisterDomain
from swf.server.service.round import Round


def register_domain(round: Round, request: RegisterDomain) -> None:
    """Registers a domain; an existing name is refused, a deprecated one too."""
    registry = round.service.registry
    if registry.domain(request.name) is not None:
        raise texts.domain_already_exists(request.name)
    registry.add_domain(
        round.changes, request.name, request.description, request.workflow_execution_retention_period_in_days
    )
