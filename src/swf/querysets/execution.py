"""The executions of a domain, open and closed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any, Final

from swf.constants import MAX_WORKFLOW_AGE
from swf.exceptions import InvalidKeywordArgumentError, WorkflowExecutionDoesNotExist
from swf.models.execution import WorkflowExecution
from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.protocol.values import CloseStatus
from swf.querysets.base import DomainBoundQuerySet, Results
from swf.utils import datetime_timestamp, past_day

OPEN_DATES: Final = ("oldest_date", "latest_date")
CLOSED_DATES: Final = ("start_oldest_date", "start_latest_date", "close_oldest_date", "close_latest_date")

_LAST: Final = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC).timestamp()

OPEN: Final[str] = WorkflowExecution.STATUS_OPEN
CLOSED: Final[str] = WorkflowExecution.STATUS_CLOSED


class WorkflowExecutionQuerySet(DomainBoundQuerySet):
    """Asks for executions."""

    __slots__ = ()

    def get(self, workflow_id: str, run_id: str | None = None) -> WorkflowExecution:
        """The execution with all that the service tells. *run_id* None: the open one, else the one started last.

        Raises WorkflowExecutionDoesNotExist if there is none.
        """
        if workflow_id is None:  # which would filter nothing, and find any
            raise InvalidKeywordArgumentError("workflow_id: which execution is wanted? None names none")
        if run_id is not None:
            return WorkflowExecution(self.domain, workflow_id, run_id).upstream()
        for status in (OPEN, CLOSED):
            found = self.filter(status, workflow_id=workflow_id, page_size=1).first()
            if found is not None:
                return found.upstream()
        raise WorkflowExecutionDoesNotExist(
            f"there is no execution of workflow id {workflow_id!r} in domain {self.domain.name!r}, open or closed"
        )

    def all(self, status: str = OPEN, start_oldest_date: Any = MAX_WORKFLOW_AGE) -> Results[WorkflowExecution]:
        """All executions of that status that were started since."""
        name = "oldest_date" if status == OPEN else "start_oldest_date"
        return self.filter(status, **{name: start_oldest_date})

    def filter(
        self,
        status: str = OPEN,
        tag: str | None = None,
        workflow_id: str | None = None,
        workflow_type_name: str | None = None,
        workflow_type_version: str | None = None,
        callback: Callable[..., Any] | None = None,
        *,
        close_status: str | None = None,
        page_size: int | None = None,
        **dates: Any,
    ) -> Results[WorkflowExecution]:
        """The executions that were started (or closed) in a span of time, the newest first.

        Open ones take ``oldest_date`` and ``latest_date``; closed ones either ``start_oldest_date`` and
        ``start_latest_date`` or ``close_oldest_date`` and ``close_latest_date``. A date is a number of days ago or a
        moment, one without a time zone taken as UTC. Without any: since 457 days.

        Beside the time SWF takes one of *tag*, *workflow_id*, *workflow_type_name* (with or without
        *workflow_type_version*) and *close_status*; InvalidKeywordArgumentError if it would refuse.
        """
        if status not in (OPEN, CLOSED):
            raise InvalidKeywordArgumentError(f"status: {status!r} is neither {OPEN} nor {CLOSED}")
        filters = _filters(tag, workflow_id, workflow_type_name, workflow_type_version, close_status, status)
        filters |= _time_filters(status, dates)
        list_them: type[Request[o.WorkflowExecutionInfos]]
        count_them: type[Request[o.WorkflowExecutionCount]]
        if status == OPEN:
            list_them, count_them = o.ListOpenWorkflowExecutions, o.CountOpenWorkflowExecutions
        else:
            list_them, count_them = o.ListClosedWorkflowExecutions, o.CountClosedWorkflowExecutions
        filters["domain"] = self.domain.name

        def fetch(
            token: str | None, *, reverse: bool
        ) -> tuple[o.WorkflowExecutionInfos, Iterable[WorkflowExecution], str | None]:
            page = self.call(
                list_them(**filters, next_page_token=token, maximum_page_size=page_size, reverse_order=reverse or None)
            )
            found = (WorkflowExecution.from_info(self.domain, info) for info in page.execution_infos)
            return page, found, page.next_page_token

        return Results(fetch, count=lambda: self.call(count_them(**filters)).count, callback=callback)


def _filters(
    tag: str | None,
    workflow_id: str | None,
    type_name: str | None,
    type_version: str | None,
    close_status: str | None,
    status: str,
) -> dict[str, Any]:
    """The filter beside the time, by its name in requests: at most one."""
    given = {
        "tag": tag,
        "workflow_id": workflow_id,
        "workflow_type_name": type_name,
        "close_status": close_status,
    }
    names = [name for name, value in given.items() if value is not None]
    if type_version is not None and type_name is None:
        raise InvalidKeywordArgumentError("workflow_type_version: needs workflow_type_name, which is not given")
    if close_status is not None and status == OPEN:
        raise InvalidKeywordArgumentError(f"close_status: only for status {CLOSED}, an open execution has none")
    if len(names) > 1:
        raise InvalidKeywordArgumentError(
            f"{' and '.join(names)} exclude each other: SWF takes one of them beside the time. "
            "Give one, and look for the other in what comes"
        )
    if tag is not None:
        return {"tag_filter": o.TagFilter(tag=tag)}
    if workflow_id is not None:
        return {"execution_filter": o.WorkflowExecutionFilter(workflow_id=workflow_id)}
    if type_name is not None:
        return {"type_filter": o.WorkflowTypeFilter(name=type_name, version=type_version)}
    if close_status is not None:
        if close_status not in tuple(CloseStatus):
            raise InvalidKeywordArgumentError(f"close_status: {close_status!r} is none of {', '.join(CloseStatus)}")
        return {"close_status_filter": o.CloseStatusFilter(status=CloseStatus(close_status))}
    return {}


def _time_filters(status: str, dates: dict[str, Any]) -> dict[str, Any]:
    """The span of time, by its name in requests."""
    allowed = OPEN_DATES if status == OPEN else CLOSED_DATES
    for name in dates:
        if name not in allowed:
            raise InvalidKeywordArgumentError(f"{name}: not for status {status}, which takes {', '.join(allowed)}")
    moments = {name: _timestamp(name, value) for name, value in dates.items() if value is not None}
    kinds = {name.partition("_")[0] for name in moments} if status == CLOSED else set()
    if len(kinds) > 1:
        raise InvalidKeywordArgumentError(
            f"{' and '.join(moments)}: SWF takes a span of start times or one of close times, not both"
        )
    kind = "close" if kinds == {"close"} else "start"
    prefix = "" if status == OPEN else f"{kind}_"
    oldest = moments.get(f"{prefix}oldest_date", past_day(MAX_WORKFLOW_AGE).timestamp())
    latest = moments.get(f"{prefix}latest_date")
    if latest is not None and latest < oldest:
        raise InvalidKeywordArgumentError(f"{prefix}latest_date: is before {prefix}oldest_date, so nothing fits")
    return {f"{kind}_time_filter": o.ExecutionTimeFilter(oldest_date=oldest, latest_date=latest)}


def _timestamp(name: str, value: Any) -> float:
    try:
        if isinstance(value, datetime.datetime):
            return _sendable(datetime_timestamp(value))
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return _sendable(past_day(value).timestamp())
    except OverflowError as error:
        raise InvalidKeywordArgumentError(f"{name}: {value!r} is outside the years 1 to 9999") from error
    raise InvalidKeywordArgumentError(f"{name}: a number of days ago or a datetime is wanted, not {value!r}")


def _sendable(timestamp: float) -> float:
    """The timestamp; raises OverflowError if boto3, which makes a date of it, could not send it."""
    if round(timestamp) > _LAST:
        raise OverflowError(timestamp)
    return timestamp
