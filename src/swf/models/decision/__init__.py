"""Decisions: what a decider answers."""

from swf.models.decision.base import Decision
from swf.models.decision.kinds import (
    ActivityTaskDecision,
    ChildWorkflowExecutionDecision,
    ExternalWorkflowExecutionDecision,
    LambdaFunctionDecision,
    MarkerDecision,
    TimerDecision,
    WorkflowExecutionDecision,
)

__all__ = [
    "ActivityTaskDecision",
    "ChildWorkflowExecutionDecision",
    "Decision",
    "ExternalWorkflowExecutionDecision",
    "LambdaFunctionDecision",
    "MarkerDecision",
    "TimerDecision",
    "WorkflowExecutionDecision",
]
