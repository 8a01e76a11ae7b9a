"""A service in memory under a clock that is moved by hand, with the decider and the worker of all that runs in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from simpleflow.dispatch import run_activity
from simpleflow.exceptions import NothingWillHappen
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
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
    WorkflowExecutionDetail,
)
from swf.protocol.values import ExecutionStatus, TaskList, WorkflowExecution
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient

DOMAIN: Final = "local"


class World:
    """Everything of it happens in the calling thread, and nothing unless it is asked for.

    The clock stands still while activities run.
    """

    def __init__(
        self,
        *,
        task_list: str = "local",
        store: ValueStore | None = None,
        fakes: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        """All workflows and activities use *task_list*. *fakes* are called instead of the activities of their names."""
        self.store = store or ValueStore()
        self.task_list = task_list
        self.clock = ManualClock(round(time.time(), 3))
        self.service = open_service(None, clock=self.clock)
        self.client = InProcessClient(self.service, poll_wait_s=0)
        self.executor = Executor(self.client, DOMAIN, [], task_list=task_list, store=self.store)
        self._fakes = {} if fakes is None else fakes
        list_ = TaskList(name=task_list)
        self._decide = PollForDecisionTask(domain=DOMAIN, task_list=list_, start_at_previous_started_event=True)
        self._work = PollForActivityTask(domain=DOMAIN, task_list=list_)

    def close(self) -> None:
        """Ends all suspended runs and the service."""
        self.executor.close()
        self.service.close()

    def add(self, workflow: type[Workflow]) -> None:
        """Registers a workflow; it is decided here from now on."""
        self.executor.add(workflow)
        setup.register(self.client, DOMAIN, workflow)

    # What happens

    def settle(self) -> None:
        """Decides and works until nothing can happen but the passing of time."""
        while True:
            decision = self.client.call(self._decide)
            if decision.task_token is not None:
                self.client.call(self.executor.answer(decision, self._decide).request)
                continue
            activity = self.client.call(self._work)
            if activity.task_token is None:
                return
            self.client.call(self._answer(activity))

    def _answer(self, task: ActivityTask) -> RespondActivityTaskCompleted | RespondActivityTaskFailed:
        assert task.activity_id is not None
        assert task.activity_type is not None
        assert task.task_token is not None
        outcome = run_activity(task.activity_id, task.activity_type.name, task.input, self.store, fakes=self._fakes)
        if outcome.reason is None:
            return RespondActivityTaskCompleted(task_token=task.task_token, result=outcome.result)
        return RespondActivityTaskFailed(task_token=task.task_token, reason=outcome.reason, details=outcome.details)

    def advance(self, seconds: float) -> None:
        """Moves the clock, deadline by deadline; what they bring about happens at their time."""
        end = self.clock.now() + seconds
        self.settle()
        while (wake := self.service.next_wake()) is not None and wake <= end:
            self._jump(wake)
            self.settle()
        self._jump(end)
        self.settle()

    def finish(
        self,
        execution: WorkflowExecution,
        *,
        timeout: float | None = None,
        before_time_passes: Callable[[WorkflowExecution], bool] = lambda execution: False,
    ) -> WorkflowExecution:
        """Lets everything happen, time included, until the execution is closed: the last run of its chain.

        *before_time_passes* may do something when nothing else can happen but the passing of time; true if it did.
        Raises NothingWillHappen if it waits for something that nobody here will bring about, TimeoutError if it is open
        when the clock has moved *timeout* seconds.
        """
        end = None if timeout is None else self.clock.now() + timeout
        while True:
            self.settle()
            execution = setup.last_run(self.client, DOMAIN, execution)
            if self._describe(execution).execution_info.execution_status is not ExecutionStatus.OPEN:
                return execution
            if before_time_passes(execution):
                continue
            wake = self.service.next_wake() if self._will_something_happen(execution) else None
            if end is not None and (wake is None or wake > end):
                self._jump(end)
                raise TimeoutError(f"the execution {execution.workflow_id!r} is still open after {timeout:g} s")
            if wake is None:
                raise NothingWillHappen(self._waits_for(execution))
            self._jump(wake)

    def _jump(self, at: float) -> None:
        self.clock.set(max(at, self.clock.now()))
        self.service.tick()

    # What will happen

    def _describe(self, execution: WorkflowExecution) -> WorkflowExecutionDetail:
        return self.client.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution))

    def _will_something_happen(self, execution: WorkflowExecution) -> bool:
        """Whether a timer or activity is open somewhere, or a child will end at the time that its class gives it."""
        if self._has_work(execution):
            return True
        for other in self._others(execution):
            run = self.executor.run_of(other.workflow_id)
            if self._has_work(other) or (run is not None and run.workflow_class.execution_timeout is not None):
                return True
        return False

    def _has_work(self, execution: WorkflowExecution) -> bool:
        counts = self._describe(execution).open_counts
        return bool(counts.open_timers or counts.open_activity_tasks)

    def _others(self, execution: WorkflowExecution) -> Iterator[WorkflowExecution]:
        """The open executions beside the given one."""
        token: str | None = None
        while True:
            page = self.client.call(
                ListOpenWorkflowExecutions(
                    domain=DOMAIN, start_time_filter=ExecutionTimeFilter(oldest_date=0.0), next_page_token=token
                )
            )
            yield from (info.execution for info in page.execution_infos if info.execution != execution)
            token = page.next_page_token
            if token is None:
                return

    def _waits_for(self, execution: WorkflowExecution) -> str:
        """What the workflow and its children wait for."""
        told = [self._waits(execution, "the workflow")]
        for other in self._others(execution):
            told.append(f"{other.workflow_id}: {self._waits(other, 'the child')}")
        more = [f"and {len(told) - 5} more"] if len(told) > 5 else []
        return "; ".join([*told[:5], *more])

    def _waits(self, execution: WorkflowExecution, who: str) -> str:
        run = self.executor.run_of(execution.workflow_id)
        names: Sequence[str] = run.waiting_signals if run is not None else ()
        if names:
            listed = ", ".join(repr(name) for name in names)
            return f"waiting for signal {listed}: nothing in this process will send it"
        where = f" at {run.blocked_on}" if run is not None and run.blocked_on else ""
        return f"{who} waits{where}, and nothing in this process will wake it"
