"""The executor of all places, on a service in memory; activities are called inline, so a debugger works."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
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
    PollForActivityTask,
    PollForDecisionTask,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
    SignalWorkflowExecution,
)
from swf.protocol.values import ExecutionStatus, TaskList, WorkflowExecution
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient

DOMAIN = "local"


class Executor:
    """Runs one workflow class. The clock jumps to the next deadline when nothing else can happen.

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
                    answer = executor.answer(decision)
                    client.call(answer.request)
                    if answer.closes and not self._is_open(execution):
                        break
                    continue
                activity = client.call(work)
                if activity.task_token is not None:
                    self._work(activity)
                elif self._is_open(execution):
                    self._let_something_happen(executor, execution)
                else:
                    break
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

    def _is_open(self, execution: WorkflowExecution) -> bool:
        detail = self._client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
        return detail.execution_info.execution_status is ExecutionStatus.OPEN

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
        detail = self._client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
        if not detail.open_counts.open_timers and not detail.open_counts.open_activity_tasks:
            raise NothingWillHappen(self._waits_for(executor, execution))
        wake = self._service.next_wake()
        assert wake is not None
        if self._is_anything_later and detail.open_counts.open_activity_tasks:
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

    def _waits_for(self, executor: SwfExecutor, execution: WorkflowExecution) -> str:
        run = executor.run_of(execution.workflow_id)
        names: Sequence[str] = run.waiting_signals if run is not None else ()
        if names:
            listed = ", ".join(repr(name) for name in names)
            return f"waiting for signal {listed}: nothing in this process will send it"
        where = f" at {run.blocked_on}" if run is not None and run.blocked_on else ""
        return f"the workflow waits{where}, and nothing in this process will wake it"
