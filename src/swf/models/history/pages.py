"""The history of an execution at the service, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from swf.models.event.factory import decoded
from swf.protocol.event import HistoryEvent
from swf.protocol.operations import GetWorkflowExecutionHistory

if TYPE_CHECKING:
    from swf.models.execution import WorkflowExecution


def pages_of_history(
    execution: WorkflowExecution,
    callback: Callable[..., Any] | None = None,
    *,
    page_size: int | None = None,
    reverse: bool = False,
) -> Iterator[list[HistoryEvent]]:
    """The pages as they come. *callback* gets ``loop_number=`` and ``response=`` of each, ``response=None`` at the end.

    *page_size* None: as many as the service gives, 1,000.
    """
    token: str | None = None
    loop_number = 0
    while True:
        page = execution.call(
            GetWorkflowExecutionHistory(
                domain=execution.domain.name,
                execution=execution.word,
                next_page_token=token,
                maximum_page_size=page_size,
                reverse_order=reverse or None,
            )
        )
        if callback is not None:
            callback(loop_number=loop_number, response=page)
        yield decoded(page.events)
        token = page.next_page_token
        loop_number += 1
        if token is None:
            break
    if callback is not None:
        callback(loop_number=loop_number, response=None)
