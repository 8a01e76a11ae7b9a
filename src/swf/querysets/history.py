"""Histories of a domain."""

from __future__ import annotations

from swf.exceptions import InvalidKeywordArgumentError
from swf.models.execution import WorkflowExecution
from swf.models.history import History
from swf.models.history.pages import pages_of_history
from swf.protocol.event import HistoryEvent
from swf.querysets.base import DomainBoundQuerySet


class HistoryQuerySet(DomainBoundQuerySet):
    """Asks for histories."""

    __slots__ = ()

    def get(
        self,
        run_id: str,
        workflow_id: str,
        max_results: int | None = None,
        page_size: int = 100,
        reverse: bool = False,
    ) -> History:
        """The first *max_results* events, one page if None; the last ones first if *reverse*.

        ``WorkflowExecution.history()`` gives all.
        """
        _check_number("page_size", page_size, 1)
        if max_results is not None:
            _check_number("max_results", max_results, 0)
        wanted = page_size if max_results is None else max_results
        facts: list[HistoryEvent] = []
        execution = WorkflowExecution(self.domain, workflow_id, run_id)
        for page in pages_of_history(execution, page_size=page_size, reverse=reverse):
            facts += page
            if len(facts) >= wanted:
                break
        return History(facts[:wanted])


def _check_number(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InvalidKeywordArgumentError(f"{name}: a whole number from {least} on is wanted, found {value!r}")
