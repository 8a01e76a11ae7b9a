"""What a history means: events folded into an execution and the things in it that are open or closed."""

from swf.lifecycle.execution import Execution, fold
from swf.lifecycle.things import ActivityTask, Child, DecisionTask, ExternalRequest, LambdaFunction, Timer

__all__ = [
    "ActivityTask",
    "Child",
    "DecisionTask",
    "Execution",
    "ExternalRequest",
    "LambdaFunction",
    "Timer",
    "fold",
]
