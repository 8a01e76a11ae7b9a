"""A service in memory under a clock that is moved by hand, with the decider and the worker of all that runs in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from simpleflow import completion
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.exceptions import NothingWillHappen
from simpleflow.middleware import Middlewares
from simpleflow.replay.unheeded import Unheeded
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor, Key
from simpleflow.workflow import Workflow
from swf.protocol.faults import UnknownResourceFault
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
        middlewares: Middlewares = Middlewares(),  # noqa: B008  # it is frozen
    ) -> None:
        """All workflows and activities use *task_list*. *fakes* are called instead of the activities of their names."""
        self.store = store or ValueStore()
        self.task_list = task_list
        self.clock = ManualClock(round(time.time(), 3))
        self.service = open_service(None, clock=self.clock)
        self.client = InProcessClient(self.service, poll_wait_s=0)
        self.executor = Executor(self.client, DOMAIN, [], task_list=task_list, store=self.store, is_in_memory=True)
        self._desk = completion.Desk(self.client, keeps_values=True)
        self._is_anything_later = False
        self._is_refused = False
        self._unheeded: dict[Key, Unheeded] = {}
        """By execution, results that are known to the service and were not decided on, for nothing would come of it."""
        self._middlewares = middlewares
        self._fakes = {} if fakes is None else fakes
        list_ = TaskList(name=task_list)
        self._decide = PollForDecisionTask(domain=DOMAIN, task_list=list_, start_at_previous_started_event=True)
        self._work = PollForActivityTask(domain=DOMAIN, task_list=list_)

    def close(self) -> None:
        """Ends all suspended runs and the service."""
        self.executor.close()
        completion.close_desk(self._desk)
        self.service.close()

    def add(self, workflow: type[Workflow]) -> None:
        """Registers a workflow; it is decided here from now on."""
        self.executor.add(workflow)
        setup.register(self.client, DOMAIN, workflow)

    # What happens

    def settle(self) -> None:
        """Decides and works until nothing can happen but the passing of time.

        Everything is decided before the next activity runs, but for results that no workflow would do anything about.
        """
        activity: ActivityTask | None = None
        while True:
            if activity is None and not self._unheeded:
                decision = self.client.call(self._decide)
                if decision.task_token is not None:
                    self.client.call(self.executor.answer(decision, self._decide).request)
                    continue
            if activity is None:
                activity = self.client.call(self._work)
            if activity.task_token is None:
                if not self._unheeded:
                    return
                self._unheeded.clear()
                self._is_refused = False
                activity = None
            else:
                activity = self._do(activity)

    def _do(self, task: ActivityTask) -> ActivityTask | None:
        """Runs an activity and answers for it, unless that is to be done later.

        The next one that may run before anything is decided; None: first it is looked whether there is something to
        decide.
        """
        assert task.activity_id is not None
        before = self.service.database.committed
        response = self._response(task)
        has_asked = self.service.database.committed != before  # it has sent a signal, say: that is decided on
        if (
            isinstance(response, RespondActivityTaskCompleted)
            and not has_asked
            and self._is_unheeded(task, task.activity_id)
        ):
            return self.client.respond_and_poll(response, self._work, self._hear)
        self._unheeded.clear()
        self._is_refused = False
        if response is not None:
            try:
                self.client.call(response)
            except UnknownResourceFault:
                pass  # one with no time at all, or that has ended its own execution, is not waited for any more
        return None

    def _hear(self, error: Exception | None) -> None:
        """What became of a result that nobody heeds."""
        if isinstance(error, UnknownResourceFault):
            self._is_refused = True  # something else has happened instead, and that is decided on
        elif error is not None:
            raise error

    def _is_unheeded(self, task: ActivityTask, activity_id: str) -> bool:
        assert task.workflow_execution is not None
        if self._is_refused:
            return False
        key = task.workflow_execution.workflow_id, task.workflow_execution.run_id
        unheeded = self._unheeded.get(key)
        if unheeded is None:
            run = self.executor.warm_run(*key)
            if run is None:
                return False
            unheeded = Unheeded(run)
        if not unheeded.takes(activity_id):
            return False
        self._unheeded[key] = unheeded
        return True

    def _response(self, task: ActivityTask) -> RespondActivityTaskCompleted | RespondActivityTaskFailed | None:
        """Runs an activity; None: it is completed later."""
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
            task_list=self.task_list,
            workflow_id=task.workflow_execution.workflow_id,
            run_id=task.workflow_execution.run_id,
            task_token=task.task_token,
            began_at=self.clock.now(),
        )
        outcome = run_activity(job, self.store, middlewares=self._middlewares, fakes=self._fakes)
        if outcome.is_later:
            self._is_anything_later = True
            return None
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
            if self._is_anything_later and self._has_activity(execution):
                self._wait_for_a_completion(wake)
            else:
                self._jump(wake)

    def _jump(self, at: float) -> None:
        self.clock.set(max(at, self.clock.now()))
        self.service.tick()

    def _wait_for_a_completion(self, wake: float) -> None:
        """Somebody in this process is to complete an activity: meanwhile time passes as it does elsewhere."""
        began = time.monotonic()
        self._desk.heard.wait(max(0.0, wake - self.clock.now()))
        self._desk.heard.clear()
        self._jump(self.clock.now() + time.monotonic() - began)

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
