"""Signals and cancel requests that an execution sends to others."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import REQUEST_CANCEL_EXTERNAL_REFUSED, SIGNAL_EXTERNAL_REFUSED, Cause
from swf.protocol.values import Data, EventId, SignalName, WorkflowExecution, WorkflowId, WorkflowRunIdOptional


class SignalExternalWorkflowExecutionInitiated(Attributes, frozen=True, kw_only=True):
    """The service is going to deliver a signal."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "signal_execution_initiated"

    workflow_id: WorkflowId
    signal_name: SignalName
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None
    control: Data | None = None


class SignalExternalWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The signal found no open execution."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "signal_execution_failed"
    CAUSES: ClassVar[frozenset[Cause]] = SIGNAL_EXTERNAL_REFUSED

    workflow_id: WorkflowId
    cause: Cause
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class ExternalWorkflowExecutionSignaled(Attributes, frozen=True, kw_only=True):
    """The signal is in the history of its target."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "execution_signaled"

    workflow_execution: WorkflowExecution
    initiated_event_id: EventId


class RequestCancelExternalWorkflowExecutionInitiated(Attributes, frozen=True, kw_only=True):
    """The service is going to deliver a cancel request."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "request_cancel_execution_initiated"

    workflow_id: WorkflowId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class RequestCancelExternalWorkflowExecutionFailed(Attributes, frozen=True, kw_only=True):
    """The cancel request found no open execution."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "request_cancel_execution_failed"
    CAUSES: ClassVar[frozenset[Cause]] = REQUEST_CANCEL_EXTERNAL_REFUSED

    workflow_id: WorkflowId
    cause: Cause
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class ExternalWorkflowExecutionCancelRequested(Attributes, frozen=True, kw_only=True):
    """The cancel request is in the history of its target."""

    NOUN: ClassVar[str] = "ExternalWorkflowExecution"
    STATE: ClassVar[str] = "execution_cancel_requested"

    workflow_execution: WorkflowExecution
    initiated_event_id: EventId
