"""Door: workflow types and executions."""

from swf.exceptions import WorkflowExecutionDoesNotExist, WorkflowTypeDoesNotExist
from swf.models.execution import WorkflowExecution
from swf.models.workflow_type import CHILD_POLICIES, WorkflowType

__all__ = [
    "CHILD_POLICIES",
    "WorkflowExecution",
    "WorkflowExecutionDoesNotExist",
    "WorkflowType",
    "WorkflowTypeDoesNotExist",
]
