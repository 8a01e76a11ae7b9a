"""Door: tasks are the same everywhere, and in :mod:`simpleflow.task`."""

from simpleflow.task import (
    ActivityTask,
    CancelTimerTask,
    ChildWorkflowTask,
    ContinueAsNewTask,
    MarkerTask,
    NonPythonicActivityTask,
    RequestCancelTask,
    SignalTask,
    TimerTask,
    WorkflowTask,
)

__all__ = [
    "ActivityTask",
    "CancelTimerTask",
    "ChildWorkflowTask",
    "ContinueAsNewTask",
    "MarkerTask",
    "NonPythonicActivityTask",
    "RequestCancelTask",
    "SignalTask",
    "TimerTask",
    "WorkflowTask",
]
