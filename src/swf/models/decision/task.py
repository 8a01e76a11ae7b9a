"""The decision tasks that deciders get."""

from __future__ import annotations

from dataclasses import dataclass

from swf.models.base import BaseModel
from swf.models.domain import Domain
from swf.models.execution import WorkflowExecution
from swf.models.history import History
from swf.models.workflow_type import WorkflowType
from swf.protocol import operations as o


@dataclass(frozen=True, slots=True, repr=False)
class DecisionTask(BaseModel):
    """A task that a decider has got, with the history to decide on."""

    domain: Domain
    task_list: str
    task_token: str
    workflow_type: WorkflowType
    workflow_execution: WorkflowExecution
    history: History
    started_event_id: int
    previous_started_event_id: int = 0
    """The DecisionTaskStarted event of the last decision; what follows it is new. 0: there was none."""

    def __post_init__(self) -> None:
        Domain.check(self.domain)
        self._link(self.domain)

    @classmethod
    def from_poll(cls, domain: Domain, task_list: str, response: o.DecisionTask, history: History) -> DecisionTask:
        """The task in the answer of a poll that found one."""
        assert response.task_token is not None
        assert response.workflow_type is not None
        assert response.workflow_execution is not None
        workflow_type, execution = WorkflowType.named(domain, response.workflow_type), response.workflow_execution
        return cls(
            domain,
            task_list,
            response.task_token,
            workflow_type,
            WorkflowExecution(domain, execution.workflow_id, execution.run_id, workflow_type=workflow_type),
            history,
            response.started_event_id,
            response.previous_started_event_id or 0,
        )

    def __repr__(self) -> str:
        execution = self.workflow_execution
        return f"<DecisionTask domain={self.domain.name} id={execution.workflow_id} event={self.started_event_id}>"
