"""The executor of all places, on a service in memory; activities are called inline, so a debugger works."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simpleflow import completion, format, hints
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.exceptions import NothingWillHappen
from simpleflow.middleware import Middlewares
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor as SwfExecutor
from simpleflow.workflow import Workflow
from swf.protocol.operations import (
    ActivityTask,
    DescribeWorkflowExecution,
    ExecutionTimeFilter,
    ListOpenWorkflowExecutions,
    PollForActivityTask,
    PollForDecisionTask,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
    SignalWorkflowExecution,
    WorkflowExecutionDetail,
)
from swf.protocol.values import ExecutionStatus, TaskList, WorkflowExecution
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient

DOMAIN = "local"


class Executor:
    """Runs one workflow class and the children it starts.

    The clock jumps to the next deadline when nothing else can happen.

    While an activity runs the clock stands still: its timeouts and its cancellation need ``standalone``.
    """

    def __init__(
        self,
        workflow_class: type[Workflow],
        middlewares: Mapping[str, Sequence[Any]] | None = None,
        *,
        signals: Mapping[str, Any] | None = None,
    ) -> None:
        """*signals* (name to input) are sent as soon as nothing else can happen.

        *middlewares* (``pre`` and ``post``: functions or their dotted paths) run around every activity.
        """
        self._middlewares = Middlewares.of(middlewares)
        self._workflow = workflow_class
        self._signals = dict(signals or {})
        self._store = ValueStore()

    def run(self, input: Mapping[str, Any] | None = None, workflow_id: str = "local") -> Any:
        """The result of ``run``, as its hints say, with *input* (``args`` and ``kwargs``).

        Raises ExecutionFailed if the workflow does not complete, NothingWillHappen if it waits in vain.
        """
        text = self._store.fitting(format.encode(dict(input or {"args": [], "kwargs": {}})))
        self._clock = ManualClock(round(time.time(), 3))
        self._service = open_service(None, clock=self._clock)
        try:
            return self._run(text, workflow_id)
        finally:
            self._service.close()

    def _run(self, input: str, workflow_id: str) -> Any:
        client = self._client = InProcessClient(self._service, poll_wait_s=0)
        self._desk = completion.Desk(client, keeps_values=True)
        self._is_anything_later = False
        setup.register(client, DOMAIN, self._workflow)
        execution = setup.start(client, DOMAIN, self._workflow, workflow_id, input, task_list=workflow_id)
        executor = SwfExecutor(client, DOMAIN, [self._workflow], task_list=workflow_id, store=self._store)
        list_ = TaskList(name=workflow_id)
        decide = PollForDecisionTask(domain=DOMAIN, task_list=list_, start_at_previous_started_event=True)
        work = PollForActivityTask(domain=DOMAIN, task_list=list_)
        try:
            while True:
                decision = client.call(decide)
                if decision.task_token is not None:
                    client.call(executor.answer(decision, decide).request)
                    continue
                activity = client.call(work)
                if activity.task_token is not None:
                    self._work(activity)
                    continue
                execution = setup.last_run(client, DOMAIN, execution)
                if self._describe(execution).execution_info.execution_status is not ExecutionStatus.OPEN:
                    break
                self._let_something_happen(executor, execution)
        finally:
            executor.close()
            completion.close_desk(self._desk)
        result = format.decode(setup.result_of(client, DOMAIN, execution, self._store))
        return hints.result(self._workflow.run, result)

    def _work(self, task: ActivityTask) -> None:
        """Runs an activity and answers for it, unless that is to be done later."""
        assert task.activity_id is not None
        assert task.activity_type is not None
        assert task.task_token is not None
        assert task.workflow_execution is not None
        completion.open_desk(task.task_token, self._desk)
        job = Job(
            activity_id=task.activity_id,
            name=task.activity_type.name,
            version=task.activity_type.version,
            input=task.input,
            domain=DOMAIN,
            task_list=task.workflow_execution.workflow_id,
            workflow_id=task.workflow_execution.workflow_id,
            run_id=task.workflow_execution.run_id,
            task_token=task.task_token,
            began_at=self._clock.now(),
        )
        outcome = run_activity(job, self._store, middlewares=self._middlewares)
        if outcome.is_later:
            self._is_anything_later = True
        elif outcome.reason is None:
            self._client.call(RespondActivityTaskCompleted(task_token=task.task_token, result=outcome.result))
        else:
            self._client.call(
                RespondActivityTaskFailed(task_token=task.task_token, reason=outcome.reason, details=outcome.details)
            )

    def _describe(self, execution: WorkflowExecution) -> WorkflowExecutionDetail:
        return self._client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))

    def _let_something_happen(self, executor: SwfExecutor, execution: WorkflowExecution) -> None:
        """A signal that was given, else the next deadline; but not the end of all patience."""
        if self._signals:
            name = next(iter(self._signals))
            self._client.call(
                SignalWorkflowExecution(
                    domain=DOMAIN,
                    workflow_id=execution.workflow_id,
                    signal_name=name,
                    input=self._store.fitting(format.encode(self._signals.pop(name))),
                )
            )
            return
        if not self._will_something_happen(executor, execution):
            raise NothingWillHappen(self._waits_for(executor, execution))
        wake = self._service.next_wake()
        assert wake is not None
        if self._is_anything_later and self._has_activity(execution):
            self._wait_for_a_completion(wake)
            return
        self._clock.set(max(wake, self._clock.now()))
        self._service.tick()

    def _wait_for_a_completion(self, wake: float) -> None:
        """Somebody in this process is to complete an activity: meanwhile time passes as it does elsewhere."""
        began = time.monotonic()
        self._desk.heard.wait(max(0.0, wake - self._clock.now()))
        self._desk.heard.clear()
        self._clock.set(self._clock.now() + time.monotonic() - began)
        self._service.tick()

    def _will_something_happen(self, executor: SwfExecutor, execution: WorkflowExecution) -> bool:
        """Whether a timer or activity is open somewhere, or a child will end at the time that its class gives it."""
        if self._has_work(execution):
            return True
        for other in self._others(execution):
            run = executor.run_of(other.workflow_id)
            if self._has_work(other) or (run is not None and run.workflow_class.execution_timeout is not None):
                return True
        return False

    def _has_activity(self, execution: WorkflowExecution) -> bool:
        """Whether an activity is open anywhere: none is run here now, so that somebody else is to complete it."""
        family = [execution, *self._others(execution)]
        return any(self._describe(each).open_counts.open_activity_tasks for each in family)

    def _has_work(self, execution: WorkflowExecution) -> bool:
        counts = self._describe(execution).open_counts
        return bool(counts.open_timers or counts.open_activity_tasks)

    def _others(self, execution: WorkflowExecution) -> Iterator[WorkflowExecution]:
        """The open executions beside the given one."""
        token: str | None = None
        while True:
            page = self._client.call(
                ListOpenWorkflowExecutions(
                    domain=DOMAIN, start_time_filter=ExecutionTimeFilter(oldest_date=0.0), next_page_token=token
                )
            )
            yield from (info.execution for info in page.execution_infos if info.execution != execution)
            token = page.next_page_token
            if token is None:
                return

    def _waits_for(self, executor: SwfExecutor, execution: WorkflowExecution) -> str:
        """What the workflow and its children wait for."""
        told = [self._waits(executor, execution, "the workflow")]
        for other in self._others(execution):
            told.append(f"{other.workflow_id}: {self._waits(executor, other, 'the child')}")
        more = [f"and {len(told) - 5} more"] if len(told) > 5 else []
        return "; ".join([*told[:5], *more])

    def _waits(self, executor: SwfExecutor, execution: WorkflowExecution, who: str) -> str:
        run = executor.run_of(execution.workflow_id)
        names: Sequence[str] = run.waiting_signals if run is not None else ()
        if names:
            listed = ", ".join(repr(name) for name in names)
            return f"waiting for signal {listed}: nothing in this process will send it"
        where = f" at {run.blocked_on}" if run is not None and run.blocked_on else ""
        return f"{who} waits{where}, and nothing in this process will wake it"
