"""What the machine asks about the world, answered from the registry and the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from swf.protocol.base import DecisionAttributes
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import ActivityType, WorkflowType
from swf.server.machine.quotas import Quotas

if TYPE_CHECKING:
    from swf.server.service.service import Service


@dataclass(frozen=True, slots=True)
class WorldOf:
    """The world as executions of one domain see it."""

    service: Service
    domain: int

    @property
    def quotas(self) -> Quotas:
        """The quotas of the service."""
        return self.service.quotas

    @property
    def open_execution_count(self) -> int:
        """Those of the batch at work included."""
        return self.service.open_counts.of(self.domain)

    @property
    def calls_functions(self) -> bool:
        """Whether the service was given something that calls Lambda functions."""
        return self.service.functions is not None

    def activity_type(self, type: ActivityType, /) -> ActivityTypeDetail | None:
        """The activity type, or None."""
        return self.service.registry.activity_types.get(self.domain, type.name, type.version)

    def workflow_type(self, type: WorkflowType, /) -> WorkflowTypeDetail | None:
        """The workflow type, or None."""
        return self.service.registry.workflow_types.get(self.domain, type.name, type.version)

    def admits(self, decision: type[DecisionAttributes], /) -> bool:
        """Whether the rate allows one more; without rates everything is admitted."""
        rates = self.service.rates
        return rates is None or rates.admits_decision(decision.__name__, self.service.clock.now())

    def new_run_id(self) -> str:
        """An id for a run that is about to begin."""
        return self.service.new_run_id()
