"""AWS Lambda functions called from a workflow."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import SCHEDULE_LAMBDA_FUNCTION_REFUSED, START_LAMBDA_FUNCTION_REFUSED, Cause
from swf.protocol.values import (
    CauseMessage,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    FunctionId,
    FunctionInput,
    FunctionName,
    TimeoutType,
)


class LambdaFunctionScheduled(Attributes, frozen=True, kw_only=True):
    """A function is going to be called."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "scheduled"

    id: FunctionId
    name: FunctionName
    decision_task_completed_event_id: EventId
    control: Data | None = None
    input: FunctionInput | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None


class ScheduleLambdaFunctionFailed(Attributes, frozen=True, kw_only=True):
    """The decision to schedule a function was refused."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "schedule_failed"
    CAUSES: ClassVar[frozenset[Cause]] = SCHEDULE_LAMBDA_FUNCTION_REFUSED

    id: FunctionId
    name: FunctionName
    cause: Cause
    decision_task_completed_event_id: EventId


class LambdaFunctionStarted(Attributes, frozen=True, kw_only=True):
    """The function runs."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "started"

    scheduled_event_id: EventId


class StartLambdaFunctionFailed(Attributes, frozen=True, kw_only=True):
    """The scheduled function could not be called."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "start_failed"
    CAUSES: ClassVar[frozenset[Cause]] = START_LAMBDA_FUNCTION_REFUSED

    scheduled_event_id: EventId | None = None
    cause: Cause | None = None
    message: CauseMessage | None = None


class LambdaFunctionCompleted(Attributes, frozen=True, kw_only=True):
    """The function has returned."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "completed"

    scheduled_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class LambdaFunctionFailed(Attributes, frozen=True, kw_only=True):
    """The function has failed."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "failed"

    scheduled_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class LambdaFunctionTimedOut(Attributes, frozen=True, kw_only=True):
    """The function took too long."""

    NOUN: ClassVar[str] = "LambdaFunction"
    STATE: ClassVar[str] = "timed_out"

    scheduled_event_id: EventId
    started_event_id: EventId
    timeout_type: TimeoutType | None = None
