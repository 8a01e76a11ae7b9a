"""What a run is started with: each value from who starts it, else from the defaults of its type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from swf.protocol.causes import Cause
from swf.protocol.decisions import ContinueAsNewWorkflowExecution, StartChildWorkflowExecution
from swf.protocol.operations import StartWorkflowExecution, WorkflowTypeConfiguration
from swf.protocol.values import ChildPolicy, TaskList


class Missing(Enum):
    """A value that neither has: its name on the wire, and the cause an event gives."""

    EXECUTION_TIMEOUT = "executionStartToCloseTimeout", Cause.DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED
    TASK_LIST = "taskList", Cause.DEFAULT_TASK_LIST_UNDEFINED
    TASK_TIMEOUT = "taskStartToCloseTimeout", Cause.DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED
    CHILD_POLICY = "childPolicy", Cause.DEFAULT_CHILD_POLICY_UNDEFINED

    @property
    def parameter(self) -> str:
        """The name on the wire."""
        return self.value[0]

    @property
    def cause(self) -> Cause:
        """The cause of a refusing event."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The resolved values."""

    execution_start_to_close_timeout: str
    task_list: TaskList
    task_start_to_close_timeout: str
    child_policy: ChildPolicy
    task_priority: str | None
    lambda_role: str | None


def resolve(
    wanted: StartWorkflowExecution | StartChildWorkflowExecution | ContinueAsNewWorkflowExecution,
    defaults: WorkflowTypeConfiguration,
) -> Configuration | Missing:
    """The values, or the first that is missing in the order in which Amazon looks."""
    execution_timeout = wanted.execution_start_to_close_timeout or defaults.default_execution_start_to_close_timeout
    if execution_timeout is None:
        return Missing.EXECUTION_TIMEOUT
    task_list = wanted.task_list or defaults.default_task_list
    if task_list is None:
        return Missing.TASK_LIST
    task_timeout = wanted.task_start_to_close_timeout or defaults.default_task_start_to_close_timeout
    if task_timeout is None:
        return Missing.TASK_TIMEOUT
    child_policy = wanted.child_policy or defaults.default_child_policy
    if child_policy is None:
        return Missing.CHILD_POLICY
    return Configuration(
        execution_timeout,
        task_list,
        task_timeout,
        child_policy,
        wanted.task_priority or defaults.default_task_priority,
        wanted.lambda_role or defaults.default_lambda_role,
    )
