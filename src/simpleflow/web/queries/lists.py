"""Executions of a domain: lists and counts."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import Any, Final

from simpleflow.web.filters import STATES, Filter
from simpleflow.web.listed import Counted, Found, Line
from simpleflow.web.queries.faults import Refused, asked
from simpleflow.web.runs import State
from swf.client import Client
from swf.protocol.operations import (
    CloseStatusFilter,
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    ExecutionTimeFilter,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
    TagFilter,
    WorkflowExecutionFilter,
    WorkflowExecutionInfo,
    WorkflowTypeFilter,
)
from swf.protocol.values import CloseStatus

SHOWN: Final = 50
"""Rows of a page."""
READ: Final = 1000
"""Executions that are read at least, for the histogram."""
SCANNED: Final = 2000
"""Executions that are read at most for one page of rows."""
STATUSES: Final = {
    "failed": CloseStatus.FAILED,
    "timed_out": CloseStatus.TIMED_OUT,
    "completed": CloseStatus.COMPLETED,
    "canceled": CloseStatus.CANCELED,
    "terminated": CloseStatus.TERMINATED,
    "continued": CloseStatus.CONTINUED_AS_NEW,
}
_STATE_OF: Final = {status: STATES[name] for name, status in STATUSES.items()}


def line_of(info: WorkflowExecutionInfo) -> Line:
    """One execution."""
    return Line(
        workflow_id=info.execution.workflow_id,
        run_id=info.execution.run_id,
        type=info.workflow_type.name,
        version=info.workflow_type.version,
        state=State.RUNNING if info.close_status is None else _STATE_OF[info.close_status],
        start=info.start_timestamp,
        close=info.close_timestamp,
        tags=tuple(tag for tag in info.tag_list or () if tag is not None),
        parent=None if info.parent is None else (info.parent.workflow_id, info.parent.run_id),
        is_cancel_requested=bool(info.cancel_requested),
    )


def matches(line: Line, filter: Filter, now: float) -> bool:
    """Whether an execution is one of those that are wanted."""
    longer = filter.longer_s
    return (
        (filter.state is None or STATES[filter.state] is line.state)
        and (filter.id is None or filter.id == line.workflow_id)
        and (filter.type is None or filter.type == line.type)
        and (filter.version is None or filter.version == line.version)
        and (filter.tag is None or filter.tag in line.tags)
        and (filter.parent is None or (line.parent is not None and filter.parent == line.parent[0]))
        and (filter.cancel is None or (line.is_cancel_requested and line.close is None))
        and (longer is None or line.seconds(now) > longer)
    )


def found(client: Client, domain: str, filter: Filter, now: float) -> Found:
    """Executions that match, newest start first: enough for the page of the filter, or as many as may be read.

    What is in the way after the first page of the service is told, not raised. Raises Refused.
    """
    lines: list[Line] = []
    read = 0
    most = SCANNED * filter.page
    wanted = SHOWN * filter.page
    slowed: list[Refused] = []
    reading = _merged(client, domain, filter, now, slowed)
    trouble = None
    is_all = False
    try:
        while read < most and (read < READ or len(lines) < wanted):
            info = next(reading, None)
            if info is None:
                is_all = not slowed
                break
            read += 1
            line = line_of(info)
            if matches(line, filter, now):
                lines.append(line)
    except Refused as refused:
        if not read:
            raise
        trouble = refused.trouble
    if slowed and not read:
        raise slowed[0]
    return Found(lines, read, is_all, now, slowed[0].trouble if slowed else trouble)


def every(client: Client, domain: str, filter: Filter, now: float, most: int) -> list[Line]:
    """All executions that match, newest start first, *most* at most. Raises Refused."""
    lines = (line_of(info) for info in _merged(client, domain, filter, now))
    return list(itertools.islice((line for line in lines if matches(line, filter, now)), most))


def _merged(
    client: Client, domain: str, filter: Filter, now: float, slowed: list[Refused] | None = None
) -> Iterator[WorkflowExecutionInfo]:
    """Open and closed executions, newest start first, pages read as they are needed.

    With a list for what *slowed* it down, reading of the open or of the closed ones ends where the service says that
    it is asked too often; without, that is raised as all else.
    """
    kinds: list[Any] = []
    if filter.state in (None, "open"):
        kinds.append(ListOpenWorkflowExecutions)
    if filter.state != "open" and filter.cancel is None:
        kinds.append(ListClosedWorkflowExecutions)
    streams = [_pages(client, kind, domain, filter, now) for kind in kinds]
    if slowed is not None:
        streams = [_until_slowed(stream, slowed) for stream in streams]
    return heapq.merge(*streams, key=lambda info: -info.start_timestamp)


def _until_slowed(stream: Iterator[WorkflowExecutionInfo], slowed: list[Refused]) -> Iterator[WorkflowExecutionInfo]:
    try:
        yield from stream
    except Refused as refused:
        if refused.trouble.kind != "throttled":
            raise
        slowed.append(refused)


def _pages(client: Client, kind: Any, domain: str, filter: Filter, now: float) -> Iterator[WorkflowExecutionInfo]:
    token: str | None = None
    conditions = _conditions(filter, now, is_open=kind is ListOpenWorkflowExecutions)
    while True:
        page = asked(client, kind(domain=domain, next_page_token=token, maximum_page_size=READ, **conditions))
        yield from page.execution_infos
        token = page.next_page_token
        if token is None:
            return


def _conditions(filter: Filter, now: float, *, is_open: bool) -> dict[str, Any]:
    """The time, and the one condition that the service takes beside it."""
    conditions: dict[str, Any] = {
        "start_time_filter": ExecutionTimeFilter(oldest_date=filter.oldest(now), latest_date=filter.latest(now))
    }
    match filter.service_filter():
        case "id":
            conditions["execution_filter"] = WorkflowExecutionFilter(workflow_id=filter.id or "")
        case "tag":
            conditions["tag_filter"] = TagFilter(tag=filter.tag or "")
        case "type":
            conditions["type_filter"] = WorkflowTypeFilter(name=filter.type or "", version=filter.version)
        case "state" if not is_open and filter.state is not None:
            conditions["close_status_filter"] = CloseStatusFilter(status=STATUSES[filter.state])
    return conditions


def counts(client: Client, domain: str, filter: Filter, now: float) -> dict[str, Counted]:
    """How many executions of each state began in the time of the filter, whatever else it says. Raises Refused."""
    time = ExecutionTimeFilter(oldest_date=filter.oldest(now), latest_date=filter.latest(now))
    found: dict[str, Counted] = {}
    answer = asked(client, CountOpenWorkflowExecutions(domain=domain, start_time_filter=time))
    found["open"] = Counted(answer.count, bool(answer.truncated))
    for name, status in STATUSES.items():
        answer = asked(
            client,
            CountClosedWorkflowExecutions(
                domain=domain, start_time_filter=time, close_status_filter=CloseStatusFilter(status=status)
            ),
        )
        found[name] = Counted(answer.count, bool(answer.truncated))
    total = sum(each.number for each in found.values())
    return {"all": Counted(total, any(each.is_more for each in found.values())), **found}


def runs_of(client: Client, domain: str, workflow_id: str, now: float) -> list[Line]:
    """All runs of a workflow id that are known, newest first. Raises Refused."""
    return list(found(client, domain, Filter(id=workflow_id), now).lines)
