"""The values that members hold: texts with their limits, numbers, enumerations, small structures.

Names are those of the shapes in the API model. Text limits count characters.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Raw

from swf.protocol import limits, rules
from swf.protocol.base import Word


def _text(min_length: int = 0, max_length: int | None = None, rule: rules.Rule | None = None) -> Meta:
    return Meta(
        min_length=min_length or None, max_length=max_length, extra=None if rule is None else {rules.RULE: rule}
    )


ActivityId = Annotated[str, _text(1, 256, rules.IDENTIFIER)]
Arn = Annotated[str, _text(1, 1600)]
CauseMessage = Annotated[str, _text(0, 1728)]
Count = Annotated[int, Meta(ge=0)]
Data = Annotated[str, _text(0, limits.DATA_LENGTH)]
Description = Annotated[str, _text(0, 1024)]
DomainName = Annotated[str, _text(1, 256, rules.TRIMMED_IDENTIFIER)]
DurationInDays = Annotated[str, _text(1, 8, rules.RETENTION)]
DurationInSeconds = Annotated[str, _text(1, 8, rules.DURATION)]
DurationInSecondsOptional = Annotated[str, _text(0, 8, rules.DURATION_OR_NONE)]
EventId = int
EventList = Raw
"""Events as JSON, not yet decoded: a page travels as stored, and its reader decodes it once."""
NO_EVENTS: Final = Raw(b"")
"""Events that are not given; msgspec knows no Raw that may be None."""
ExecutionTimeout = Annotated[str, _text(0, 8, rules.EXECUTION_DURATION)]
"""How long an execution may stay open, where the shape is that of an optional duration but NONE is refused."""
FailureReason = Annotated[str, _text(0, limits.REASON_LENGTH)]
FunctionId = Annotated[str, _text(1, 256)]
FunctionInput = Annotated[str, _text(0, limits.DATA_LENGTH)]
FunctionName = Annotated[str, _text(1, 64)]
Identity = Annotated[str, _text(0, limits.IDENTITY_LENGTH)]
LimitedData = Annotated[str, _text(0, limits.HEARTBEAT_DETAILS_LENGTH)]
MarkerName = Annotated[str, _text(1, 256)]
Name = Annotated[str, _text(1, 256, rules.IDENTIFIER)]
OpenDecisionTasksCount = Annotated[int, Meta(ge=0)]
"""Amazon SWF counts at most one; other services count a started and a waiting one."""
PageSize = Annotated[int, Meta(ge=0, le=limits.PAGE_SIZE)]
PageToken = Annotated[str, _text(0, 2048)]
ResourceTagKey = Annotated[str, _text(1, 128)]
ResourceTagValue = Annotated[str, _text(0, 256)]
SignalName = Annotated[str, _text(1, 256)]
Tag = Annotated[str, _text(0, limits.TAG_LENGTH)]
TagList = Annotated[tuple[Tag | None, ...], Meta(max_length=limits.TAGS_PER_EXECUTION)]
"""At most five tags; Amazon SWF was seen to keep a null among them."""
TaskListName = Annotated[str, _text(1, 256, rules.TRIMMED_IDENTIFIER)]
TaskPriority = Annotated[str, _text(rule=rules.PRIORITY)]
TaskToken = Annotated[str, _text(1, 1024)]
TerminateReason = Annotated[str, _text(0, limits.REASON_LENGTH)]
TimerId = Annotated[str, _text(1, 256, rules.IDENTIFIER)]
Timestamp = float
"""Seconds since 1970-01-01 UTC, with milliseconds."""
Version = Annotated[str, _text(1, 64, rules.IDENTIFIER)]
VersionOptional = Annotated[str, _text(0, 64)]
WorkflowId = Annotated[str, _text(1, 256, rules.IDENTIFIER)]
WorkflowRunId = Annotated[str, _text(1, 64)]
WorkflowRunIdOptional = Annotated[str, _text(0, 64)]


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

    name: TaskListName


class WorkflowExecution(Word, frozen=True, kw_only=True):
    """Workflow id and run id: one run of a workflow."""

    workflow_id: WorkflowId
    run_id: WorkflowRunId


class WorkflowType(Word, frozen=True, kw_only=True):
    """Name and version that identify a workflow type in its domain."""

    name: Name
    version: Version
