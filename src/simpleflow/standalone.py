"""One execution on the embedded service, with everything it needs in this process and its children."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simpleflow import format
from simpleflow.dispatch import FIELD_CHARACTERS
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import Decider
from simpleflow.swf.process.identity import identity, told_by
from simpleflow.swf.process.worker import Worker
from simpleflow.tally import Tally
from simpleflow.workflow import Workflow
from swf.protocol import wire
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    DecisionTask,
    DescribeWorkflowExecution,
    ExecutionTimeFilter,
    GetWorkflowExecutionHistory,
    ListOpenWorkflowExecutions,
    RespondActivityTaskFailed,
    WorkflowExecutionFilter,
)
from swf.protocol.values import ExecutionStatus, WorkflowExecution, WorkflowType
from swf.server import Service, StartedTask
from swf.server.inprocess import InProcessClient

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often the decider looks whether the execution was closed by somebody else."""


class OtherInput(Exception):
    """The open execution of this id was started with another input."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The execution, and whether it was open before."""

    execution: WorkflowExecution
    is_resumed: bool


class Session:
    """Decider in the calling thread, workers in threads with a child process each; the task list is the workflow id."""

    def __init__(
        self, service: Service, domain: str, workflow: type[Workflow], *, modules: Sequence[str], workers: int
    ) -> None:
        """*modules* are imported by the children; *workers* activities run at once."""
        self._service = service
        self._domain = domain
        self._workflow = workflow
        self._modules = modules
        self._worker_count = workers
        self._store = ValueStore()
        self._client = InProcessClient(service)
        self._execution: WorkflowExecution | None = None
        self._type: WorkflowType | None = None
        self._broken: list[Exception] = []
        self.tally = Tally()

    def begin(
        self,
        workflow_id: str,
        input: str | None,
        *,
        is_new: bool = False,
        tags: tuple[str, ...] = (),
        execution_timeout: str | None = None,
        decision_timeout: str | None = None,
    ) -> Begun:
        """Finds the open execution of the id, or starts one; *is_new*: always starts one, under a fresh id.

        *input* is JSON text; None is no argument, or whatever the open execution has. Raises OtherInput if the
        open one was started with another.
        """
        setup.register(self._client, self._domain, self._workflow)
        if is_new:
            workflow_id = f"{workflow_id}-{int(time.time())}"
        else:
            found = self._find_open(workflow_id)
            if found is not None:
                self._refuse_other_input(found, input)
                self._execution = found
                return Begun(found, is_resumed=True)
        text = input or format.encode({"args": [], "kwargs": {}})
        self._execution = setup.start(
            self._client,
            self._domain,
            self._workflow,
            workflow_id,
            self._store.put(text) if len(text) > FIELD_CHARACTERS else text,
            task_list=workflow_id,
            tags=tags,
            execution_timeout=execution_timeout,
            decision_timeout=decision_timeout,
        )
        return Begun(self._execution, is_resumed=False)

    def run(self) -> str | None:
        """Runs the execution to its end and returns its result as JSON text.

        Raises ExecutionFailed, NonDeterminismError. When it is interrupted, activities that run are finished
        first; a second interruption ends them.
        """
        assert self._execution is not None, "begin comes first"
        execution = self._execution
        client = InProcessClient(self._service, poll_wait_s=LOOK_EVERY_S)
        executor = Executor(
            client,
            self._domain,
            [self._workflow],
            task_list=execution.workflow_id,
            store=self._store,
            on_events=self.tally.see,
        )
        mine = identity(owner=self._service.instance_id)
        decider = Decider(client, executor, self._domain, execution.workflow_id, identity=mine)
        held = self._take_over()
        workers = [
            Worker(self._client, self._domain, execution.workflow_id, self._modules, identity=mine)
            for _ in range(self._worker_count)
        ]
        threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        try:
            decider.run(held, is_over=self._is_over)
        finally:
            self._end(workers, threads)
        return setup.result_of(self._client, self._domain, execution, self._store)

    def _end(self, workers: list[Worker], threads: list[threading.Thread]) -> None:
        """Workers of a closed execution are ended at once: nobody wants what they would answer."""
        for worker in workers:
            worker.stop()
        self._client.stop_polling()
        try:
            if self._is_open():
                log.warning("stopping: activities that run are finished first; interrupt again to end them")
            else:
                for worker in workers:
                    worker.kill()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            for worker in workers:
                worker.kill()
            for thread in threads:
                thread.join()
            raise

    def _work(self, worker: Worker) -> None:
        try:
            worker.run()
        except Exception as error:  # noqa: BLE001  # told by the decider's thread, which others wait for
            self._broken.append(error)

    def _is_over(self) -> bool:
        """Whether the execution is closed. Raises what has broken a worker: it would be missed for ever."""
        if self._broken:
            raise self._broken[0]
        return not self._is_open()

    def _is_open(self) -> bool:
        assert self._execution is not None
        detail = self._client.call(DescribeWorkflowExecution(domain=self._domain, execution=self._execution))
        return detail.execution_info.execution_status is ExecutionStatus.OPEN

    def _find_open(self, workflow_id: str) -> WorkflowExecution | None:
        infos = self._client.call(
            ListOpenWorkflowExecutions(
                domain=self._domain,
                start_time_filter=ExecutionTimeFilter(oldest_date=0.0),
                execution_filter=WorkflowExecutionFilter(workflow_id=workflow_id),
            )
        ).execution_infos
        return infos[0].execution if infos else None

    def _refuse_other_input(self, execution: WorkflowExecution, input: str | None) -> None:
        page = self._client.call(
            GetWorkflowExecutionHistory(domain=self._domain, execution=execution, maximum_page_size=1)
        )
        (first,) = wire.decode_events(page.events)
        assert isinstance(first.attributes, WorkflowExecutionStarted)
        if input is None:
            return
        recorded = self._store.resolve(first.attributes.input)
        if _plain(recorded) != _plain(input):
            raise OtherInput(
                f"the execution {execution.workflow_id!r} is open with the input "
                f"{format.shortened(recorded or 'none', 200)}, not {format.shortened(input, 200)}"
            )

    # A predecessor that has died

    def _take_over(self) -> DecisionTask | None:
        """Activities whose holder is dead are failed for it; a decision task that it held is handed out again."""
        assert self._execution is not None
        held = self._service.started_tasks(self._domain, self._execution.workflow_id)
        for task in held:
            if task.kind == "activity" and self._was_ours(task):
                self._fail(task)
        decisions = [task for task in held if task.kind == "decision" and self._was_ours(task)]
        return self._held_decision(decisions[0]) if decisions else None

    def _was_ours(self, task: StartedTask) -> bool:
        """Whether an owner of this file held the task. It is dead, for the file is ours now, and nothing polls yet."""
        return told_by(task.identity).get("owner") == self._service.instance_id

    def _fail(self, task: StartedTask) -> None:
        log.info("activity was held by a process that has died id=%s", task.activity_id)
        reason = f"process {told_by(task.identity).get('pid')} died"
        try:
            self._client.call(RespondActivityTaskFailed(task_token=task.task_token, reason=reason))
        except UnknownResourceFault as fault:
            log.info("activity has timed out meanwhile id=%s: %s", task.activity_id, fault)

    def _held_decision(self, task: StartedTask) -> DecisionTask:
        """The task without its events, which the decider then reads from the history."""
        assert self._execution is not None
        return DecisionTask(
            started_event_id=task.started_event_id,
            task_token=task.task_token,
            workflow_execution=self._execution,
            workflow_type=WorkflowType(name=self._workflow.name, version=self._workflow.version),
        )


def _plain(text: str | None) -> Any:
    """An input as it is compared: the four forms of it are one."""
    value = format.decode(text)
    if not isinstance(value, dict):
        return value
    return value.get("args", []), value.get("kwargs", {})
