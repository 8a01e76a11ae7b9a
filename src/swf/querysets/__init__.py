"""Querysets: how things of the service are found, as lazy sequences."""

from swf.querysets.activity import ActivityTypeQuerySet
from swf.querysets.base import Results
from swf.querysets.domain import DomainQuerySet
from swf.querysets.history import HistoryQuerySet
from swf.querysets.workflow import WorkflowExecutionQuerySet, WorkflowTypeQuerySet

__all__ = [
    "ActivityTypeQuerySet",
    "DomainQuerySet",
    "HistoryQuerySet",
    "Results",
    "WorkflowExecutionQuerySet",
    "WorkflowTypeQuerySet",
]
