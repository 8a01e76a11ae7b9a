"""The things of the service as values: domains, types, executions, tasks, events, histories, decisions."""

from swf.models.activity import ActivityTask, ActivityType
from swf.models.base import BaseModel, Difference, ModelDiff
from swf.models.decision.task import DecisionTask
from swf.models.domain import Domain
from swf.models.event import CompiledEvent, Event, EventFactory
from swf.models.execution import WorkflowExecution
from swf.models.history import History
from swf.models.workflow_type import CHILD_POLICIES, WorkflowType

__all__ = [
    "CHILD_POLICIES",
    "ActivityTask",
    "ActivityType",
    "BaseModel",
    "CompiledEvent",
    "DecisionTask",
    "Difference",
    "Domain",
    "Event",
    "EventFactory",
    "History",
    "ModelDiff",
    "WorkflowExecution",
    "WorkflowType",
]
