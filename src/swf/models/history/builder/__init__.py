"""Histories made up for tests: what a service would have written, event by event, valid as one of its.

``History(workflow)`` begins as an execution whose first decision is being taken. What a decision causes answers the
decision task that runs, if one does: its DecisionTaskCompleted is added first. It is one class in modules by subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from swf import given
from swf.exceptions import InvalidKeywordArgumentError
from swf.models.history.builder.decisions import all_or_nothing
from swf.models.history.builder.others import Others
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.values import ChildPolicy, TimeoutType, WorkflowExecution

_REFUSED: dict[str, Any] = {
    "complete": e.CompleteWorkflowExecutionFailed,
    "fail": e.FailWorkflowExecutionFailed,
    "cancel": e.CancelWorkflowExecutionFailed,
    "continue_as_new": e.ContinueAsNewWorkflowExecutionFailed,
}


class History(Others):
    """A history to which every event can be added."""

    # From outside.

    def add_signal(self, name: str, input: Any = None, *, source: WorkflowExecution | None = None) -> Self:
        """A signal arrives; *source*: from another execution. None: from the API."""
        return self.add(
            e.WorkflowExecutionSignaled(
                signal_name=name,
                input=given.json(input, "input"),
                external_workflow_execution=source,
                external_initiated_event_id=7 if source else 0,
            )
        )

    def add_request_cancel(self, *, cause: str | None = None, source: WorkflowExecution | None = None) -> Self:
        """Somebody asks the execution to cancel."""
        return self.add(
            e.WorkflowExecutionCancelRequested(
                external_workflow_execution=source,
                external_initiated_event_id=7 if source else 0,
                cause=given.one_of(Cause, cause, "cause"),
            )
        )

    # Markers and timers.

    def add_marker(self, name: str, details: Any = None, decision_id: int | None = None) -> Self:
        """The decider has left a note. Details that are a text travel as they are."""
        decision = self.decided(decision_id)
        return self.add(
            e.MarkerRecorded(
                marker_name=name, decision_task_completed_event_id=decision, details=given.text(details, "details")
            )
        )

    def add_marker_record_failed(self, name: str, decision_id: int | None = None) -> Self:
        """The note was refused."""
        decision = self.decided(decision_id)
        cause = Cause.OPERATION_NOT_PERMITTED
        return self.add(e.RecordMarkerFailed(marker_name=name, cause=cause, decision_task_completed_event_id=decision))

    def add_timer_started(
        self, timer_id: str, timeout: int | str = 1, control: Any = None, decision_id: int | None = None
    ) -> Self:
        """A timer of so many seconds runs."""
        decision = self.decided(decision_id)
        return self.add(
            e.TimerStarted(
                timer_id=timer_id,
                start_to_fire_timeout=str(timeout),
                decision_task_completed_event_id=decision,
                control=given.json(control, "control"),
            )
        )

    def add_timer_start_failed(
        self, timer_id: str, cause: str = Cause.TIMER_ID_ALREADY_IN_USE, decision_id: int | None = None
    ) -> Self:
        """The decision to start a timer was refused."""
        decision = self.decided(decision_id)
        return self.add(
            e.StartTimerFailed(
                timer_id=timer_id, cause=given.one_of(Cause, cause, "cause"), decision_task_completed_event_id=decision
            )
        )

    def add_timer_fired(self, timer_id: str) -> Self:
        """Its time has come."""
        return self.add(e.TimerFired(timer_id=timer_id, started_event_id=self._timer(timer_id)))

    def add_timer_canceled(self, timer_id: str, decision_id: int | None = None) -> Self:
        """A decision has stopped it."""
        started, decision = self._timer(timer_id), self.decided(decision_id)
        return self.add(
            e.TimerCanceled(timer_id=timer_id, started_event_id=started, decision_task_completed_event_id=decision)
        )

    def add_timer_cancel_failed(
        self, timer_id: str, cause: str = Cause.TIMER_ID_UNKNOWN, decision_id: int | None = None
    ) -> Self:
        """The decision to stop it was refused."""
        decision = self.decided(decision_id)
        return self.add(
            e.CancelTimerFailed(
                timer_id=timer_id, cause=given.one_of(Cause, cause, "cause"), decision_task_completed_event_id=decision
            )
        )

    def _timer(self, timer_id: str) -> int:
        """The event that started the timer of that id last."""
        for fact in reversed(self.facts):
            if isinstance(fact.attributes, e.TimerStarted) and fact.attributes.timer_id == timer_id:
                return fact.id
        raise ValueError(f"timer_id: no timer {timer_id!r} was started")

    # Lambda functions.

    @all_or_nothing
    def add_lambda_function(
        self,
        id: str,
        name: str,
        last_state: str = "completed",
        *,
        input: Any = None,
        control: Any = None,
        result: Any = None,
        reason: str | None = "REASON",
        details: Any = "DETAILS",
        decision_id: int | None = None,
    ) -> Self:
        """A call up to *last_state*: ``schedule_failed scheduled start_failed started completed failed timed_out``."""
        decision = self.decided(decision_id)
        if last_state == "schedule_failed":
            cause = Cause.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION
            return self.add(
                e.ScheduleLambdaFunctionFailed(id=id, name=name, cause=cause, decision_task_completed_event_id=decision)
            )
        self.add(
            e.LambdaFunctionScheduled(
                id=id,
                name=name,
                decision_task_completed_event_id=decision,
                input=given.json(input, "input"),
                control=given.json(control, "control"),
                start_to_close_timeout="300",
            )
        )
        scheduled = self.last_id
        if last_state == "scheduled":
            return self
        if last_state == "start_failed":
            cause = Cause.ASSUME_ROLE_FAILED
            return self.add(e.StartLambdaFunctionFailed(scheduled_event_id=scheduled, cause=cause))
        self.add(e.LambdaFunctionStarted(scheduled_event_id=scheduled))
        ids = {"scheduled_event_id": scheduled, "started_event_id": self.last_id}
        match last_state:
            case "started":
                return self
            case "completed":
                return self.add(e.LambdaFunctionCompleted(**ids, result=given.json(result, "result")))
            case "failed":
                return self.add(e.LambdaFunctionFailed(**ids, reason=reason, details=given.text(details, "details")))
            case "timed_out":
                return self.add(e.LambdaFunctionTimedOut(**ids, timeout_type=TimeoutType.START_TO_CLOSE))
        raise InvalidKeywordArgumentError(f"last_state: {last_state!r} is none of a Lambda function")

    # The end.

    def add_workflow_completed(self, result: Any = None, decision_id: int | None = None) -> Self:
        """The execution ends with success."""
        decision = self.decided(decision_id)
        return self.add(
            e.WorkflowExecutionCompleted(decision_task_completed_event_id=decision, result=given.json(result, "result"))
        )

    def add_workflow_failed(
        self, reason: str | None = None, details: Any = None, decision_id: int | None = None
    ) -> Self:
        """The execution ends with a failure."""
        decision, text = self.decided(decision_id), given.text(details, "details")
        return self.add(
            e.WorkflowExecutionFailed(decision_task_completed_event_id=decision, reason=reason, details=text)
        )

    def add_workflow_canceled(self, details: Any = None, decision_id: int | None = None) -> Self:
        """The execution ends as canceled."""
        decision, text = self.decided(decision_id), given.text(details, "details")
        return self.add(e.WorkflowExecutionCanceled(decision_task_completed_event_id=decision, details=text))

    def add_workflow_continued_as_new(
        self,
        input: Any = None,
        new_run_id: str = "22made-up-next=",
        tag_list: Iterable[str] | None = None,
        task_list: Any = None,
        decision_id: int | None = None,
    ) -> Self:
        """The run ends and another begins."""
        decision = self.decided(decision_id)
        begun = self.facts[0].attributes
        assert isinstance(begun, e.WorkflowExecutionStarted)
        return self.add(
            e.WorkflowExecutionContinuedAsNew(
                decision_task_completed_event_id=decision,
                new_execution_run_id=new_run_id,
                task_list=given.task_list(task_list) or self.task_list,
                child_policy=begun.child_policy,
                workflow_type=begun.workflow_type,
                input=given.json(input, "input"),
                execution_start_to_close_timeout=begun.execution_start_to_close_timeout,
                task_start_to_close_timeout=begun.task_start_to_close_timeout,
                tag_list=given.tags(tag_list),
            )
        )

    def add_workflow_timed_out(self, child_policy: str = ChildPolicy.TERMINATE) -> Self:
        """The execution has taken too long."""
        return self.add(
            e.WorkflowExecutionTimedOut(
                timeout_type=TimeoutType.START_TO_CLOSE,
                child_policy=given.one_of(ChildPolicy, child_policy, "child_policy"),
            )
        )

    def add_workflow_terminated(
        self,
        reason: str | None = None,
        details: str | None = None,
        child_policy: str = ChildPolicy.TERMINATE,
        cause: str = Cause.OPERATOR_INITIATED,
    ) -> Self:
        """The execution is terminated."""
        return self.add(
            e.WorkflowExecutionTerminated(
                child_policy=given.one_of(ChildPolicy, child_policy, "child_policy"),
                reason=reason,
                details=details,
                cause=given.one_of(Cause, cause, "cause"),
            )
        )

    def add_close_refused(
        self, decision: str = "complete", cause: str = Cause.UNHANDLED_DECISION, decision_id: int | None = None
    ) -> Self:
        """A decision to end was refused: ``complete``, ``fail``, ``cancel`` or ``continue_as_new``."""
        completed = self.decided(decision_id)
        attributes: Attributes = _REFUSED[decision](
            cause=given.one_of(Cause, cause, "cause"), decision_task_completed_event_id=completed
        )
        return self.add(attributes)
