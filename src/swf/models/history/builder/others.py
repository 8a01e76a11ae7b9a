"""Children, external executions, timers, markers and Lambda functions in made-up histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from swf import given
from swf.exceptions import InvalidKeywordArgumentError
from swf.models.base import duration
from swf.models.history.builder.activities import Activities
from swf.models.history.builder.decisions import all_or_nothing
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.values import ChildPolicy, TimeoutType, WorkflowExecution

_CLOSING = {
    "completed": e.ChildWorkflowExecutionCompleted,
    "failed": e.ChildWorkflowExecutionFailed,
    "timed_out": e.ChildWorkflowExecutionTimedOut,
    "canceled": e.ChildWorkflowExecutionCanceled,
    "terminated": e.ChildWorkflowExecutionTerminated,
}


class Others(Activities):
    """A history to which all can be added that lives through several events."""

    @all_or_nothing
    def add_child_workflow(
        self,
        workflow: Any,
        last_state: str = "completed",
        workflow_id: str | None = None,
        task_list: Any = None,
        input: Any = None,
        result: Any = None,
        control: Any = None,
        *,
        decision_id: int | None = None,
        reason: str | None = "REASON",
        details: Any = "DETAILS",
        cause: str = Cause.WORKFLOW_ALREADY_RUNNING,
        tag_list: Iterable[str] | None = None,
    ) -> Self:
        """A child up to *last_state*: ``start_initiated start_failed started``, or one of its ends."""
        self.add_child_workflow_start_initiated(
            workflow, workflow_id, task_list, input, control, decision_id=decision_id, tag_list=tag_list
        )
        initiated = self.last_id
        if last_state == "start_initiated":
            return self
        if last_state == "start_failed":
            return self.add_child_workflow_start_failed(initiated, cause)
        self.add_child_workflow_started(initiated)
        if last_state == "started":
            return self
        if last_state not in _CLOSING:
            raise InvalidKeywordArgumentError(f"last_state: {last_state!r} is none of a child")
        values: dict[str, dict[str, Any]] = {
            "completed": {"result": given.json(result, "result")},
            "failed": {"reason": reason, "details": given.text(details, "details")},
            "timed_out": {"timeout_type": TimeoutType.START_TO_CLOSE},
            "canceled": {"details": given.text(details, "details")},
        }
        return self._close_child(_CLOSING[last_state], initiated, **values.get(last_state, {}))

    def add_child_workflow_start_initiated(
        self,
        workflow: Any,
        workflow_id: str | None = None,
        task_list: Any = None,
        input: Any = None,
        control: Any = None,
        *,
        decision_id: int | None = None,
        child_policy: str = ChildPolicy.TERMINATE,
        tag_list: Iterable[str] | None = None,
    ) -> Self:
        """It is going to be started. *workflow_id* None: name and event."""
        kind, decision = given.workflow_type(workflow), self.decided(decision_id)
        return self.add(
            e.StartChildWorkflowExecutionInitiated(
                workflow_id=workflow_id or f"{kind.name}-{self.next_id}",
                workflow_type=kind,
                task_list=given.task_list(task_list or getattr(workflow, "task_list", None)) or self.task_list,
                decision_task_completed_event_id=decision,
                child_policy=given.one_of(ChildPolicy, child_policy, "child_policy"),
                control=given.json(control, "control"),
                input=given.json(input, "input"),
                execution_start_to_close_timeout=duration(getattr(workflow, "execution_timeout", None) or 300),
                task_start_to_close_timeout=duration(getattr(workflow, "decision_tasks_timeout", None) or 300),
                tag_list=given.tags(tag_list),
            )
        )

    def add_child_workflow_start_failed(
        self, initiated: int | None = None, cause: str = Cause.WORKFLOW_ALREADY_RUNNING
    ) -> Self:
        """It was not started. *initiated* None: the child initiated last, as in the methods below."""
        wanted = self._child(initiated)
        return self.add(
            e.StartChildWorkflowExecutionFailed(
                workflow_type=wanted.workflow_type,
                cause=given.one_of(Cause, cause, "cause"),
                workflow_id=wanted.workflow_id,
                initiated_event_id=initiated or self._latest(e.StartChildWorkflowExecutionInitiated),
                decision_task_completed_event_id=wanted.decision_task_completed_event_id,
                control=wanted.control,
            )
        )

    def add_child_workflow_refused(
        self,
        workflow: Any,
        workflow_id: str | None = None,
        cause: str = Cause.WORKFLOW_TYPE_DOES_NOT_EXIST,
        control: Any = None,
        decision_id: int | None = None,
    ) -> Self:
        """The decision to start it was refused before anything was initiated."""
        kind, decision = given.workflow_type(workflow), self.decided(decision_id)
        return self.add(
            e.StartChildWorkflowExecutionFailed(
                workflow_type=kind,
                cause=given.one_of(Cause, cause, "cause"),
                workflow_id=workflow_id or f"{kind.name}-{self.next_id}",
                initiated_event_id=0,
                decision_task_completed_event_id=decision,
                control=given.json(control, "control"),
            )
        )

    def add_child_workflow_started(self, initiated: int | None = None, run_id: str | None = None) -> Self:
        """It runs. *run_id* None: made up of the event."""
        wanted = self._child(initiated)
        return self.add(
            e.ChildWorkflowExecutionStarted(
                workflow_execution=WorkflowExecution(
                    workflow_id=wanted.workflow_id, run_id=run_id or f"22child-{self.next_id}="
                ),
                workflow_type=wanted.workflow_type,
                initiated_event_id=initiated or self._latest(e.StartChildWorkflowExecutionInitiated),
            )
        )

    def add_child_workflow_completed(self, initiated: int | None = None, result: Any = None) -> Self:
        """It has completed."""
        return self._close_child(e.ChildWorkflowExecutionCompleted, initiated, result=given.json(result, "result"))

    def add_child_workflow_failed(
        self, initiated: int | None = None, reason: str | None = None, details: Any = None
    ) -> Self:
        """It has failed."""
        text = given.text(details, "details")
        return self._close_child(e.ChildWorkflowExecutionFailed, initiated, reason=reason, details=text)

    def add_child_workflow_timed_out(self, initiated: int | None = None) -> Self:
        """It has timed out."""
        timeout = TimeoutType.START_TO_CLOSE
        return self._close_child(e.ChildWorkflowExecutionTimedOut, initiated, timeout_type=timeout)

    def add_child_workflow_canceled(self, initiated: int | None = None, details: Any = None) -> Self:
        """It has canceled itself."""
        return self._close_child(e.ChildWorkflowExecutionCanceled, initiated, details=given.text(details, "details"))

    def add_child_workflow_terminated(self, initiated: int | None = None) -> Self:
        """It was terminated."""
        return self._close_child(e.ChildWorkflowExecutionTerminated, initiated)

    def _child(self, initiated: int | None) -> e.StartChildWorkflowExecutionInitiated:
        id = initiated or self._latest(e.StartChildWorkflowExecutionInitiated)
        wanted = self.facts[id - 1].attributes if id else None
        if not isinstance(wanted, e.StartChildWorkflowExecutionInitiated):
            raise ValueError(f"initiated: event {id} has initiated no child")
        return wanted

    def _close_child(self, kind: Any, initiated: int | None, **values: Any) -> Self:
        wanted = self._child(initiated)
        id = initiated or self._latest(e.StartChildWorkflowExecutionInitiated)
        for fact in self.facts[id:]:
            if (
                isinstance(fact.attributes, e.ChildWorkflowExecutionStarted)
                and fact.attributes.initiated_event_id == id
            ):
                attributes: Attributes = kind(
                    workflow_execution=fact.attributes.workflow_execution,
                    workflow_type=wanted.workflow_type,
                    initiated_event_id=id,
                    started_event_id=fact.id,
                    **values,
                )
                return self.add(attributes)
        raise ValueError(f"initiated: the child of event {id} was not started")

    @all_or_nothing
    def add_external_signal(
        self,
        workflow_id: str,
        signal_name: str,
        last_state: str = "execution_signaled",
        *,
        run_id: str | None = None,
        input: Any = None,
        control: Any = None,
        cause: str = Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION,
        decision_id: int | None = None,
    ) -> Self:
        """A signal to another execution up to *last_state*: ``signal_execution_initiated``, ``execution_signaled`` or
        ``signal_execution_failed``.
        """
        decision = self.decided(decision_id)
        self.add(
            e.SignalExternalWorkflowExecutionInitiated(
                workflow_id=workflow_id,
                signal_name=signal_name,
                decision_task_completed_event_id=decision,
                run_id=run_id,
                input=given.json(input, "input"),
                control=given.json(control, "control"),
            )
        )
        initiated = self.last_id
        if last_state == "execution_signaled":
            there = WorkflowExecution(workflow_id=workflow_id, run_id=run_id or f"22external-{initiated}=")
            self.add(e.ExternalWorkflowExecutionSignaled(workflow_execution=there, initiated_event_id=initiated))
        elif last_state == "signal_execution_failed":
            self.add(
                e.SignalExternalWorkflowExecutionFailed(
                    workflow_id=workflow_id,
                    cause=given.one_of(Cause, cause, "cause"),
                    initiated_event_id=initiated,
                    decision_task_completed_event_id=decision,
                    run_id=run_id,
                    control=given.json(control, "control"),
                )
            )
        elif last_state != "signal_execution_initiated":
            raise InvalidKeywordArgumentError(f"last_state: {last_state!r} is none of a signal to another execution")
        return self

    @all_or_nothing
    def add_external_request_cancel(
        self,
        workflow_id: str,
        last_state: str = "execution_cancel_requested",
        *,
        run_id: str | None = None,
        control: Any = None,
        cause: str = Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION,
        decision_id: int | None = None,
    ) -> Self:
        """A cancel request to another execution up to *last_state*: ``request_cancel_execution_initiated``,
        ``execution_cancel_requested`` or ``request_cancel_execution_failed``.
        """
        decision = self.decided(decision_id)
        self.add(
            e.RequestCancelExternalWorkflowExecutionInitiated(
                workflow_id=workflow_id,
                decision_task_completed_event_id=decision,
                run_id=run_id,
                control=given.json(control, "control"),
            )
        )
        initiated = self.last_id
        if last_state == "execution_cancel_requested":
            there = WorkflowExecution(workflow_id=workflow_id, run_id=run_id or f"22external-{initiated}=")
            self.add(e.ExternalWorkflowExecutionCancelRequested(workflow_execution=there, initiated_event_id=initiated))
        elif last_state == "request_cancel_execution_failed":
            self.add(
                e.RequestCancelExternalWorkflowExecutionFailed(
                    workflow_id=workflow_id,
                    cause=given.one_of(Cause, cause, "cause"),
                    initiated_event_id=initiated,
                    decision_task_completed_event_id=decision,
                    run_id=run_id,
                    control=given.json(control, "control"),
                )
            )
        elif last_state != "request_cancel_execution_initiated":
            raise InvalidKeywordArgumentError(
                f"last_state: {last_state!r} is none of a cancel request to another execution"
            )
        return self
