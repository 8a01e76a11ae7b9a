"""One execution, as those see it who started it or know its id."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from simpleflow import format, hints, stats
from simpleflow.dispatch import Importable
from simpleflow.exceptions import ExecutionNotFound
from simpleflow.history import History
from simpleflow.replay import RunOptions, past
from simpleflow.swf import setup
from simpleflow.workflow import Workflow
from simpleflow.workflows import Workflows
from swf.protocol import wire
from swf.protocol.base import Request
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
    WorkflowExecutionDetail,
)
from swf.protocol.values import ExecutionStatus, WorkflowExecution

if TYPE_CHECKING:
    from simpleflow.client import Client

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class Handle(Generic[R_co]):
    """An execution: its result, what it is doing, and what can be done to it.

    If it continues as new, the handle goes on with the run that follows. Calls raise ExecutionNotFound if the service
    does not know the execution.
    """

    def __init__(self, client: Client, workflow_id: str, run_id: str, workflow: type[Workflow] | None = None) -> None:
        """*workflow* None: queries find the class by what the history says."""
        self._client = client
        self._workflow = workflow
        self._execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
        self.workflow_id = workflow_id
        self.run_id = run_id
        """Of the run that this began with."""

    def __repr__(self) -> str:
        return f"<Handle {self.workflow_id!r} run {self.run_id!r}>"

    def result(self, timeout: float | None = None) -> R_co:
        """What ``run`` has returned, as its hints say, waited for if needed.

        Raises ExecutionFailed, or as which the execution has ended: ExecutionCanceled, ExecutionTerminated,
        ExecutionTimedOut. Raises TimeoutError if it is still open after *timeout* seconds; None: waits for ever.
        """
        self._execution = self._client.closing.until_closed(self._execution, timeout)
        return self._result()

    async def result_async(self, timeout: float | None = None) -> R_co:
        """As :meth:`result`, for who awaits it."""
        import asyncio

        self._execution = await self._client.closing.until_closed_async(self._execution, timeout)
        return await asyncio.to_thread(self._result)

    def _result(self) -> R_co:
        client = self._client
        text = setup.result_of(client, client.domain, self._execution, client.store)
        value = format.decode(text)
        if self._workflow is not None:
            value = hints.result(self._workflow.run, value)
        return value  # type: ignore[no-any-return]  # what run returned, through JSON

    @property
    def status(self) -> str:
        """``OPEN``, or how it has ended: ``COMPLETED``, ``FAILED``, ``CANCELED``, ``TERMINATED``, ``TIMED_OUT``."""
        info = self._describe().execution_info
        if info.execution_status is ExecutionStatus.OPEN:
            return "OPEN"
        return str(info.close_status)

    def history(self) -> History:
        """The history of the newest run, as hooks and reports read it."""
        reader = stats.Reader(self._client, self._client.domain)
        return reader.history(self._describe())

    def replay_options(self) -> RunOptions:
        """With what the history of the newest run is replayed."""
        return self._client.replay_options(self._execution)

    def events(self) -> list[HistoryEvent]:
        """All events of the newest run."""
        execution = self._newest()
        events: list[HistoryEvent] = []
        token: str | None = None
        while True:
            page = self._client.call(
                GetWorkflowExecutionHistory(domain=self._client.domain, execution=execution, next_page_token=token)
            )
            events += wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return events

    # What can be done to it

    def signal(self, name: str, /, *args: Any, propagate: bool = False, **kwargs: Any) -> None:
        """Sends a signal; a workflow that waits for it gets ``{"args": [...], "kwargs": {...}}``.

        With *propagate* it goes on to the parent and the children of the execution.
        """
        content = {"args": list(args), "kwargs": kwargs, **({"__propagate": True} if propagate else {})}
        input = self._client.store.fitting(format.encode(content), keeps_values=self._client.keeps_values)
        self._send(
            lambda run: SignalWorkflowExecution(
                domain=self._client.domain,
                workflow_id=run.workflow_id,
                run_id=run.run_id,
                signal_name=name,
                input=input,
            )
        )

    def cancel(self) -> None:
        """Asks the execution to cancel itself; it decides what that means."""
        self._send(
            lambda run: RequestCancelWorkflowExecution(
                domain=self._client.domain, workflow_id=run.workflow_id, run_id=run.run_id
            )
        )

    def terminate(self, reason: str | None = None) -> None:
        """Ends the execution at once, whatever it is doing; what becomes of its children its child policy says."""
        self._send(
            lambda run: TerminateWorkflowExecution(
                domain=self._client.domain, workflow_id=run.workflow_id, run_id=run.run_id, reason=reason
            )
        )

    def _send(self, request: Callable[[WorkflowExecution], Request[None]]) -> None:
        """Sends a request to the open run; one that continues as new meanwhile is followed."""
        run = self._execution
        while True:
            try:
                return self._client.call(request(run))
            except UnknownResourceFault as fault:
                newest = self._newest()
                if newest == run:
                    raise ExecutionNotFound(f"the execution {self.workflow_id!r} is closed: {self.status}") from fault
                run = newest

    # Queries

    @overload
    def query(self, query: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    @overload
    def query(self, query: str, /, *args: Any, **kwargs: Any) -> Any: ...

    def query(self, query: Callable[..., Any] | str, /, *args: Any, **kwargs: Any) -> Any:
        """What a method of the workflow marked with ``@workflow.query`` says, as of the last decision.

        The history is replayed here, so the code of the workflow must be at hand; nothing changes in the service.
        Raises QueryError if there is no such query or it does more than to look, NonDeterminismError if the code
        here does something else than the history.
        """
        name = query if isinstance(query, str) else query.__name__
        events = self.events()
        value, findings = past.answer(self._class_of(events), self.replay_options(), events, name, args, kwargs)
        for finding in findings:
            self._client.log_finding(self._execution, finding.message)
        return value

    def _class_of(self, events: list[HistoryEvent]) -> type[Workflow]:
        if self._workflow is not None:
            return self._workflow
        started = events[0].attributes
        assert isinstance(started, WorkflowExecutionStarted)
        known = Workflows([], Importable([], os.getcwd()))
        input = format.decode(self._client.store.resolve(started.input))
        return known.find(started.workflow_type.name, started.workflow_type.version, input)

    # Where it is

    def _describe(self) -> WorkflowExecutionDetail:
        return self._client.call(DescribeWorkflowExecution(domain=self._client.domain, execution=self._newest()))

    def _newest(self) -> WorkflowExecution:
        """The newest run of the chain."""
        try:
            self._execution = setup.last_run(self._client, self._client.domain, self._execution)
        except UnknownResourceFault as fault:
            raise ExecutionNotFound(f"{fault} (in domain {self._client.domain!r})") from fault
        return self._execution
