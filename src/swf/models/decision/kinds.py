"""The 13 decisions, a class per noun. Durations are seconds or ``"NONE"``; inputs and controls travel as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn, Self

from swf import given
from swf.exceptions import InvalidRequestError
from swf.models.base import duration
from swf.models.decision.base import Decision
from swf.protocol import decisions as d
from swf.protocol.values import ChildPolicy


class ActivityTaskDecision(Decision):
    """What is to become of an activity."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("schedule", "request_cancel")

    def schedule(
        self,
        activity_id: str,
        activity_type: Any,
        control: Any = None,
        heartbeat_timeout: int | str | None = None,
        input: Any = None,
        duration_timeout: int | str | None = None,
        schedule_timeout: int | str | None = None,
        task_timeout: int | str | None = None,
        task_list: Any = None,
        task_priority: int | str | None = None,
    ) -> Self:
        """Schedules it. *duration_timeout* is schedule to close, *schedule_timeout* schedule to start, *task_timeout*
        start to close; what is None comes from the defaults of the type.
        """
        return self._decide(
            d.ScheduleActivityTask(
                activity_type=given.activity_type(activity_type),
                activity_id=activity_id,
                control=given.json(control, "control"),
                input=given.json(input, "input"),
                schedule_to_close_timeout=duration(duration_timeout),
                task_list=given.task_list(task_list),
                task_priority=duration(task_priority),
                schedule_to_start_timeout=duration(schedule_timeout),
                start_to_close_timeout=duration(task_timeout),
                heartbeat_timeout=duration(heartbeat_timeout),
            )
        )

    def request_cancel(self, activity_id: str) -> Self:
        """Asks its worker to cancel; one that nobody has started is canceled at once."""
        return self._decide(d.RequestCancelActivityTask(activity_id=activity_id))


class WorkflowExecutionDecision(Decision):
    """What is to become of the execution: the last decision of an answer."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("complete", "fail", "cancel", "terminate", "continue_as_new")

    def complete(self, result: Any = None) -> Self:
        """Closes it with success. A text travels as it is, anything else as JSON."""
        return self._decide(d.CompleteWorkflowExecution(result=given.text(result, "result")))

    def fail(self, details: Any = None, reason: str | None = None) -> Self:
        """Closes it with a failure."""
        return self._decide(d.FailWorkflowExecution(reason=reason, details=given.text(details, "details")))

    def cancel(self, details: Any = None) -> Self:
        """Closes it as canceled."""
        return self._decide(d.CancelWorkflowExecution(details=given.text(details, "details")))

    def terminate(self, reason: str | None = None, details: str | None = None) -> NoReturn:
        """Raises InvalidRequestError: SWF has no such decision."""
        raise InvalidRequestError(
            "decisionType: SWF has no decision to terminate; decide fail(), or call WorkflowExecution.terminate()"
        )

    def continue_as_new(
        self,
        child_policy: str | None = None,
        execution_timeout: int | str | None = None,
        task_timeout: int | str | None = None,
        input: Any = None,
        tag_list: Iterable[str] | None = None,
        task_list: Any = None,
        workflow_type_version: str | None = None,
        *,
        task_priority: int | str | None = None,
        lambda_role: str | None = None,
    ) -> Self:
        """Closes the run and starts a new one of the same workflow id."""
        return self._decide(
            d.ContinueAsNewWorkflowExecution(
                child_policy=_policy(child_policy),
                execution_start_to_close_timeout=duration(execution_timeout),
                task_start_to_close_timeout=duration(task_timeout),
                input=given.json(input, "input"),
                tag_list=given.tags(tag_list),
                task_list=given.task_list(task_list),
                workflow_type_version=workflow_type_version,
                task_priority=duration(task_priority),
                lambda_role=lambda_role,
            )
        )


class ChildWorkflowExecutionDecision(Decision):
    """A child execution."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start",)

    def start(
        self,
        workflow_type: Any,
        workflow_id: str,
        child_policy: str | None = ChildPolicy.TERMINATE,
        execution_timeout: int | str | None = "300",
        task_timeout: int | str | None = "300",
        control: Any = None,
        input: Any = None,
        tag_list: Iterable[str] | None = None,
        task_list: Any = None,
        *,
        task_priority: int | str | None = None,
        lambda_role: str | None = None,
    ) -> Self:
        """Starts it; what is None comes from the defaults of its type."""
        return self._decide(
            d.StartChildWorkflowExecution(
                workflow_type=given.workflow_type(workflow_type),
                workflow_id=workflow_id,
                child_policy=_policy(child_policy),
                execution_start_to_close_timeout=duration(execution_timeout),
                task_start_to_close_timeout=duration(task_timeout),
                control=given.json(control, "control"),
                input=given.json(input, "input"),
                tag_list=given.tags(tag_list),
                task_list=given.task_list(task_list),
                task_priority=duration(task_priority),
                lambda_role=lambda_role,
            )
        )


class ExternalWorkflowExecutionDecision(Decision):
    """Something for another execution of the domain."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("signal", "request_cancel")

    def signal(
        self, signal_name: str, workflow_id: str, control: Any = None, input: Any = None, run_id: str | None = None
    ) -> Self:
        """Sends it a signal."""
        return self._decide(
            d.SignalExternalWorkflowExecution(
                signal_name=signal_name,
                workflow_id=workflow_id,
                control=given.json(control, "control"),
                input=given.json(input, "input"),
                run_id=run_id,
            )
        )

    def request_cancel(self, workflow_id: str, control: Any = None, run_id: str | None = None) -> Self:
        """Asks it to cancel."""
        return self._decide(
            d.RequestCancelExternalWorkflowExecution(
                workflow_id=workflow_id, control=given.json(control, "control"), run_id=run_id
            )
        )


class TimerDecision(Decision):
    """A timer."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "cancel")

    def start(self, id: str, start_to_fire_timeout: int | str, control: Any = None) -> Self:
        """Starts it: it fires after so many seconds, 0 at once."""
        return self._decide(
            d.StartTimer(
                timer_id=id, start_to_fire_timeout=str(start_to_fire_timeout), control=given.json(control, "control")
            )
        )

    def cancel(self, id: str) -> Self:
        """Stops it."""
        return self._decide(d.CancelTimer(timer_id=id))


class MarkerDecision(Decision):
    """A note in the history."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("record",)

    def record(self, name: str, details: Any = None) -> Self:
        """Leaves it. Details that are a text travel as it is, anything else as JSON."""
        return self._decide(d.RecordMarker(marker_name=name, details=given.text(details, "details")))


class LambdaFunctionDecision(Decision):
    """A call of an AWS Lambda function."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("schedule",)

    def schedule(
        self,
        id: str,
        name: str,
        control: Any = None,
        input: Any = None,
        task_timeout: int | str | None = None,
    ) -> Self:
        """Calls the function *name*; *task_timeout* is start to close."""
        return self._decide(
            d.ScheduleLambdaFunction(
                id=id,
                name=name,
                control=given.json(control, "control"),
                input=given.json(input, "input"),
                start_to_close_timeout=duration(task_timeout),
            )
        )


def _policy(policy: str | None) -> ChildPolicy | None:
    """The child policy as it is: one that is none is refused with all else that is wrong."""
    return policy  # type: ignore[return-value]  # checked with the decision
