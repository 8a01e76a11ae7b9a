"""Events, one class per noun; a :class:`CompiledEvent` is a thing through all its events."""

from swf.models.event.base import (
    ActivityTaskEvent,
    ChildWorkflowExecutionEvent,
    DecisionTaskEvent,
    Event,
    ExternalWorkflowExecutionEvent,
    LambdaFunctionEvent,
    MarkerEvent,
    TimerEvent,
    UnknownEvent,
    WorkflowExecutionEvent,
)
from swf.models.event.compiler import CompiledEvent, InconsistentStateError, TransitionError
from swf.models.event.factory import EventFactory

__all__ = [
    "ActivityTaskEvent",
    "ChildWorkflowExecutionEvent",
    "CompiledEvent",
    "DecisionTaskEvent",
    "Event",
    "EventFactory",
    "ExternalWorkflowExecutionEvent",
    "InconsistentStateError",
    "LambdaFunctionEvent",
    "MarkerEvent",
    "TimerEvent",
    "TransitionError",
    "UnknownEvent",
    "WorkflowExecutionEvent",
]
