"""Executions of workflows."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from swf import given
from swf.core import linked
from swf.exceptions import DoesNotExistError, InvalidKeywordArgumentError, WorkflowExecutionDoesNotExist
from swf.models.base import BaseModel, ModelDiff, duration
from swf.models.domain import Domain
from swf.models.event import Event
from swf.models.history import History
from swf.models.history.pages import pages_of_history
from swf.models.workflow_type import WorkflowType, child_policy_of
from swf.protocol import operations as o
from swf.protocol import values as v
from swf.utils import moment_of


@dataclass(frozen=True, slots=True, repr=False)
class WorkflowExecution(BaseModel):
    """One run of a workflow, as far as it is known here: None stands for "not told", and is not compared.

    A list tells less than a description: :meth:`upstream` has all. Moments are aware, UTC.
    """

    MISSING: ClassVar[type[DoesNotExistError]] = WorkflowExecutionDoesNotExist
    COMPARED: ClassVar[tuple[str, ...]] = (
        "workflow_id",
        "run_id",
        "status",
        "task_list",
        "child_policy",
        "close_status",
        "execution_timeout",
        "tag_list",
        "decision_tasks_timeout",
        "close_timestamp",
        "start_timestamp",
        "cancel_requested",
    )
    STATUS_OPEN: ClassVar[str] = v.ExecutionStatus.OPEN
    STATUS_CLOSED: ClassVar[str] = v.ExecutionStatus.CLOSED
    CLOSE_STATUS_COMPLETED: ClassVar[str] = v.CloseStatus.COMPLETED
    CLOSE_STATUS_FAILED: ClassVar[str] = v.CloseStatus.FAILED
    CLOSE_STATUS_CANCELED: ClassVar[str] = v.CloseStatus.CANCELED
    CLOSE_STATUS_TERMINATED: ClassVar[str] = v.CloseStatus.TERMINATED
    CLOSE_STATUS_CONTINUED_AS_NEW: ClassVar[str] = v.CloseStatus.CONTINUED_AS_NEW
    CLOSE_TIMED_OUT: ClassVar[str] = v.CloseStatus.TIMED_OUT

    domain: Domain
    workflow_id: str
    run_id: str | None = None
    status: str = v.ExecutionStatus.OPEN
    workflow_type: WorkflowType | None = field(default=None, compare=False)
    task_list: str | None = None
    child_policy: str | None = None
    close_status: str | None = None
    execution_timeout: int | str | None = None
    input: Any = field(default=None, compare=False)
    tag_list: tuple[str | None, ...] | None = None
    decision_tasks_timeout: int | str | None = None
    close_timestamp: datetime.datetime | None = None
    start_timestamp: datetime.datetime | None = None
    cancel_requested: bool | None = None
    latest_execution_context: str | None = field(default=None, compare=False)
    latest_activity_task_timestamp: datetime.datetime | None = field(default=None, compare=False)
    open_counts: o.WorkflowExecutionOpenCounts | None = field(default=None, compare=False)
    parent: WorkflowExecution | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        Domain.check(self.domain)
        self._link(self.domain)
        for name in ("execution_timeout", "decision_tasks_timeout"):
            object.__setattr__(self, name, duration(getattr(self, name)))
        object.__setattr__(self, "tag_list", given.series(self.tag_list, "tag_list"))
        given.one_of(v.ExecutionStatus, self.status, "status")

    @classmethod
    def from_info(cls, domain: Domain, info: o.WorkflowExecutionInfo) -> Self:
        """The execution that a list shows."""
        parent = info.parent
        return cls(
            domain,
            info.execution.workflow_id,
            info.execution.run_id,
            info.execution_status,
            WorkflowType.named(domain, info.workflow_type),
            close_status=info.close_status,
            tag_list=info.tag_list,
            close_timestamp=None if info.close_timestamp is None else moment_of(info.close_timestamp),
            start_timestamp=moment_of(info.start_timestamp),
            cancel_requested=info.cancel_requested,
            parent=None if parent is None else cls(domain, parent.workflow_id, parent.run_id),
            **linked(domain),
        )

    @classmethod
    def from_detail(cls, domain: Domain, detail: o.WorkflowExecutionDetail) -> Self:
        """The execution that a description shows."""
        configuration, at = detail.execution_configuration, detail.latest_activity_task_timestamp
        return dataclasses.replace(
            cls.from_info(domain, detail.execution_info),
            task_list=configuration.task_list.name,
            child_policy=configuration.child_policy,
            execution_timeout=configuration.execution_start_to_close_timeout,
            decision_tasks_timeout=configuration.task_start_to_close_timeout,
            latest_execution_context=detail.latest_execution_context,
            latest_activity_task_timestamp=None if at is None else moment_of(at),
            open_counts=detail.open_counts,
        )

    @property
    def word(self) -> v.WorkflowExecution:
        """Workflow id and run id, as calls carry them; raises ValueError if the run id is not known."""
        if self.run_id is None:
            raise InvalidKeywordArgumentError(
                f"run_id: not known of execution {self.workflow_id!r}; domain.executions.get() finds it"
            )
        return v.WorkflowExecution(workflow_id=self.workflow_id, run_id=self.run_id)

    def upstream(self) -> Self:
        detail = self.call(o.DescribeWorkflowExecution(domain=self.domain.name, execution=self.word))
        return self.from_detail(self.domain, detail)

    def save(self) -> None:
        """Is not for executions: raises TypeError."""
        raise TypeError("an execution is not registered but started: WorkflowType.start_execution")

    def delete(self) -> None:
        """Is not for executions: raises TypeError."""
        raise TypeError("an execution is not deprecated but ended: request_cancel or terminate")

    def _diff(self, ignore_fields: Iterable[str] | None = None) -> ModelDiff:
        unknown = {name for name in self.COMPARED if getattr(self, name) is None}
        return super(WorkflowExecution, self)._diff(unknown | set(ignore_fields or ()))  # slots need the long form

    def history(
        self, callback: Callable[..., Any] | None = None, *, page_size: int | None = None, reverse: bool = False
    ) -> History:
        """All its events, as of now. *callback* is called as that of a queryset."""
        pages = pages_of_history(self, callback, page_size=page_size, reverse=reverse)
        return History([event for page in pages for event in page])

    def history_events(
        self, callback: Callable[..., Any] | None = None, *, page_size: int | None = None, reverse: bool = False
    ) -> Iterator[Event]:
        """Its events one after the other, a page in memory at a time."""
        for page in pages_of_history(self, callback, page_size=page_size, reverse=reverse):
            yield from map(Event.of, page)

    def signal(
        self, signal_name: str, input: Any = None, workflow_id: str | None = None, run_id: str | None = None
    ) -> None:
        """Sends it a signal; *input* travels as JSON. *workflow_id*, *run_id*: to another one of the domain."""
        self.call(
            o.SignalWorkflowExecution(
                domain=self.domain.name,
                workflow_id=workflow_id or self.workflow_id,
                signal_name=signal_name,
                run_id=run_id if workflow_id else run_id or self.run_id,
                input=given.json(input, "input"),
            )
        )

    def request_cancel(self) -> None:
        """Asks it to cancel; its decider decides."""
        self.call(
            o.RequestCancelWorkflowExecution(domain=self.domain.name, workflow_id=self.workflow_id, run_id=self.run_id)
        )

    def terminate(self, child_policy: str | None = None, details: str | None = None, reason: str | None = None) -> None:
        """Closes it at once. *child_policy* None: its own."""
        self.call(
            o.TerminateWorkflowExecution(
                domain=self.domain.name,
                workflow_id=self.workflow_id,
                run_id=self.run_id,
                reason=reason,
                details=details,
                child_policy=child_policy_of(child_policy),
            )
        )

    def __repr__(self) -> str:
        name = f"domain={self.domain.name} id={self.workflow_id} run={self.run_id}"
        return f"<WorkflowExecution {name} status={self.status}>"
