"""The values that members hold: texts with their limits, numbers, enumerations, small structures.

Names are those of the shapes in the API model. Text limits count characters.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Raw

from swf.protocol.base import Word

ActivityId = Annotated[str, Meta(min_length=1, max_length=256)]
Arn = Annotated[str, Meta(min_length=1, max_length=1600)]
CauseMessage = Annotated[str, Meta(max_length=1728)]
Count = Annotated[int, Meta(ge=0)]
Data = Annotated[str, Meta(max_length=32768)]
Description = Annotated[str, Meta(max_length=1024)]
DomainName = Annotated[str, Meta(min_length=1, max_length=256)]
DurationInDays = Annotated[str, Meta(min_length=1, max_length=8)]
DurationInSeconds = Annotated[str, Meta(min_length=1, max_length=8)]
DurationInSecondsOptional = Annotated[str, Meta(max_length=8)]
EventId = int
EventList = Raw
"""Events as JSON, not yet decoded: a page travels as stored, and its reader decodes it once."""
FailureReason = Annotated[str, Meta(max_length=256)]
FunctionId = Annotated[str, Meta(min_length=1, max_length=256)]
FunctionInput = Annotated[str, Meta(max_length=32768)]
FunctionName = Annotated[str, Meta(min_length=1, max_length=64)]
Identity = Annotated[str, Meta(max_length=256)]
LimitedData = Annotated[str, Meta(max_length=2048)]
MarkerName = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
OpenDecisionTasksCount = Annotated[int, Meta(ge=0, le=1)]
PageSize = Annotated[int, Meta(ge=0, le=1000)]
PageToken = Annotated[str, Meta(max_length=2048)]
ResourceTagKey = Annotated[str, Meta(min_length=1, max_length=128)]
ResourceTagValue = Annotated[str, Meta(max_length=256)]
SignalName = Annotated[str, Meta(min_length=1, max_length=256)]
Tag = Annotated[str, Meta(max_length=256)]
TagList = Annotated[tuple[Tag | None, ...], Meta(max_length=5)]
"""At most five tags; Amazon SWF was seen to keep a null among them."""
TaskPriority = str
TaskToken = Annotated[str, Meta(min_length=1, max_length=1024)]
TerminateReason = Annotated[str, Meta(max_length=256)]
TimerId = Annotated[str, Meta(min_length=1, max_length=256)]
Timestamp = float
"""Seconds since 1970-01-01 UTC, with milliseconds."""
Version = Annotated[str, Meta(min_length=1, max_length=64)]
VersionOptional = Annotated[str, Meta(max_length=64)]
WorkflowId = Annotated[str, Meta(min_length=1, max_length=256)]
WorkflowRunId = Annotated[str, Meta(min_length=1, max_length=64)]
WorkflowRunIdOptional = Annotated[str, Meta(max_length=64)]


class ChildPolicy(StrEnum):
    """What becomes of open children when their parent is terminated or times out."""

    TERMINATE = "TERMINATE"
    REQUEST_CANCEL = "REQUEST_CANCEL"
    ABANDON = "ABANDON"


class CloseStatus(StrEnum):
    """How an execution ended."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"


class ExecutionStatus(StrEnum):
    """Whether an execution still runs."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class RegistrationStatus(StrEnum):
    """Whether a domain or type may be used for new things."""

    REGISTERED = "REGISTERED"
    DEPRECATED = "DEPRECATED"


class TimeoutType(StrEnum):
    """Which clock ran out. Activities know all four, other things fewer."""

    START_TO_CLOSE = "START_TO_CLOSE"
    SCHEDULE_TO_START = "SCHEDULE_TO_START"
    SCHEDULE_TO_CLOSE = "SCHEDULE_TO_CLOSE"
    HEARTBEAT = "HEARTBEAT"


class ActivityType(Word, frozen=True, kw_only=True):
    """Name and version that identify an activity type in its domain."""

    name: Name
    version: Version


class TaskList(Word, frozen=True, kw_only=True):
    """A queue of tasks that exists by its name."""

    name: Name


class WorkflowExecution(Word, frozen=True, kw_only=True):
    """Workflow id and run id: one run of a workflow."""

    workflow_id: WorkflowId
    run_id: WorkflowRunId


class WorkflowType(Word, frozen=True, kw_only=True):
    """Name and version that identify a workflow type in its domain."""

    name: Name
    version: Version
