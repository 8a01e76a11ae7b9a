"""The quotas of the service, as numbers. What counts characters counts Unicode code points."""

from __future__ import annotations

from typing import Final, NamedTuple

EVENTS_PER_EXECUTION: Final = 25_000
"""A transaction that leaves more ends the execution."""
EXECUTION_DURATION_S: Final = 365 * 24 * 3600
"""One year; a task waits and runs no longer either."""
OPEN_ACTIVITIES_PER_EXECUTION: Final = 1_000
OPEN_TIMERS_PER_EXECUTION: Final = 1_000
OPEN_CHILDREN_PER_EXECUTION: Final = 1_000
OPEN_FUNCTIONS_PER_EXECUTION: Final = 1_000
"""Lambda functions; Amazon publishes no number."""
OPEN_EXECUTIONS_PER_DOMAIN: Final = 100_000
"""Child executions included."""
DOMAINS: Final = 100
"""Of an account, deprecated ones included."""
WORKFLOW_TYPES_PER_DOMAIN: Final = 10_000
ACTIVITY_TYPES_PER_DOMAIN: Final = 10_000
"""Deprecated ones included, as for workflow types."""
POLLERS_PER_TASK_LIST: Final = 1_000
PAGE_SIZE: Final = 1_000
"""Items of a page at most, and where no size is asked for."""
RETENTION_DAYS: Final = 90
TAGS_PER_EXECUTION: Final = 5
TAGS_PER_DOMAIN: Final = 50
LAMBDA_TIMEOUT_S: Final = 900
"""At most, and where no timeout is given."""

REQUEST_BYTES: Final = 1_000_000
"""One request, headers included."""
DATA_LENGTH: Final = 32_768
"""Characters of an input, result, control, details, execution context."""
HEARTBEAT_DETAILS_LENGTH: Final = 2_048
REASON_LENGTH: Final = 256
IDENTITY_LENGTH: Final = 256
TAG_LENGTH: Final = 256


class Bucket(NamedTuple):
    """A token bucket: a call takes one token; *refill* come back per second, up to *size*."""

    size: int
    refill: int


REQUESTS: Final[dict[str, Bucket]] = {
    "CountClosedWorkflowExecutions": Bucket(2000, 6),
    "CountOpenWorkflowExecutions": Bucket(2000, 6),
    "CountPendingActivityTasks": Bucket(200, 6),
    "CountPendingDecisionTasks": Bucket(200, 6),
    "DeleteActivityType": Bucket(200, 6),
    "DeleteWorkflowType": Bucket(200, 6),
    "DeprecateActivityType": Bucket(200, 6),
    "DeprecateDomain": Bucket(100, 6),
    "DeprecateWorkflowType": Bucket(200, 6),
    "DescribeActivityType": Bucket(2000, 6),
    "DescribeDomain": Bucket(200, 6),
    "DescribeWorkflowExecution": Bucket(2000, 6),
    "DescribeWorkflowType": Bucket(2000, 6),
    "GetWorkflowExecutionHistory": Bucket(2000, 60),
    "ListActivityTypes": Bucket(200, 6),
    "ListClosedWorkflowExecutions": Bucket(200, 6),
    "ListDomains": Bucket(100, 6),
    "ListOpenWorkflowExecutions": Bucket(200, 48),
    "ListTagsForResource": Bucket(50, 30),
    "ListWorkflowTypes": Bucket(200, 6),
    "PollForActivityTask": Bucket(2000, 200),
    "PollForDecisionTask": Bucket(2000, 200),
    "RecordActivityTaskHeartbeat": Bucket(2000, 160),
    "RegisterActivityType": Bucket(200, 60),
    "RegisterDomain": Bucket(100, 6),
    "RegisterWorkflowType": Bucket(200, 60),
    "RequestCancelWorkflowExecution": Bucket(2000, 30),
    "RespondActivityTaskCanceled": Bucket(2000, 200),
    "RespondActivityTaskCompleted": Bucket(2000, 200),
    "RespondActivityTaskFailed": Bucket(2000, 200),
    "RespondDecisionTaskCompleted": Bucket(2000, 200),
    "SignalWorkflowExecution": Bucket(2000, 30),
    "StartWorkflowExecution": Bucket(2000, 200),
    "TagResource": Bucket(50, 30),
    "TerminateWorkflowExecution": Bucket(2000, 60),
    "UndeprecateActivityType": Bucket(200, 6),
    "UndeprecateDomain": Bucket(100, 6),
    "UndeprecateWorkflowType": Bucket(200, 6),
    "UntagResource": Bucket(50, 30),
}
"""Calls of an account, by operation."""

DECISIONS: Final[dict[str, Bucket]] = {
    "RequestCancelExternalWorkflowExecution": Bucket(1200, 120),
    "ScheduleActivityTask": Bucket(1000, 200),
    "SignalExternalWorkflowExecution": Bucket(1200, 120),
    "StartChildWorkflowExecution": Bucket(500, 12),
    "StartTimer": Bucket(2000, 200),
}
"""Decisions of an account, by type."""

REQUESTS_PER_EXECUTION: Final[dict[str, Bucket]] = {
    "GetWorkflowExecutionHistory": Bucket(400, 200),
    "RecordActivityTaskHeartbeat": Bucket(1000, 1000),
    "RequestCancelWorkflowExecution": Bucket(200, 200),
    "SignalWorkflowExecution": Bucket(1000, 1000),
}
"""Calls that concern one execution, by operation."""
