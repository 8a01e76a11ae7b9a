"""Steps: parts of a workflow that are done once, whichever execution does them."""

from simpleflow.step.mixin import Step, StepFuture, WorkflowStepMixin
from simpleflow.step.tasks import GetStepsDoneTask, MarkStepDoneTask

__all__ = ["GetStepsDoneTask", "MarkStepDoneTask", "Step", "StepFuture", "WorkflowStepMixin"]
