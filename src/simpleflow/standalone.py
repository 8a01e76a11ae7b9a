"""One execution run to its end, with all it takes in this process and its children: on any service."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simpleflow import format
from simpleflow.attempt import LATER
from simpleflow.replay.reuse import source_of
from simpleflow.signatures import check_arguments
from simpleflow.stats import Reader
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.decider import Decider
from simpleflow.swf.process.hands import Isolation
from simpleflow.swf.process.identity import identity, told_by
from simpleflow.swf.process.worker import BEAT_S, Worker, last_words
from simpleflow.tally import Tally
from simpleflow.workflow import Workflow
from swf.client import Client
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    DecisionTask,
    DescribeWorkflowExecution,
    ExecutionTimeFilter,
    GetWorkflowExecutionHistory,
    ListOpenWorkflowExecutions,
    RespondActivityTaskFailed,
    WorkflowExecutionDetail,
    WorkflowExecutionFilter,
    WorkflowExecutionInfo,
)
from swf.protocol.values import CloseStatus, ExecutionStatus, WorkflowExecution
from swf.server import Service, StartedTask

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
"""How often it is looked whether the execution was closed by somebody else."""


LAST_POLLS_S: Final = 5.0
"""How long is waited for workers of a closed execution: a poll of Amazon SWF cannot be ended before its time."""


class OtherInput(Exception):
    """The open execution of this id was started with another input."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The execution, and whether it was open before."""

    execution: WorkflowExecution
    is_resumed: bool


class Session:
    """Decider in the calling thread, workers in threads with a child process each, on a task list of their own."""

    def __init__(
        self,
        connect: Callable[[], Client],
        domain: str,
        workflow: type[Workflow],
        *,
        modules: Sequence[str],
        workers: int,
        service: Service | None = None,
        keeps_values: bool = True,
        middlewares: Mapping[str, Sequence[str]] | None = None,
        beat_s: float = BEAT_S,
        isolation: Isolation = Isolation(),  # noqa: B008  # it is frozen
    ) -> None:
        """*connect* makes clients of the service; *service* is that, if it is the embedded one in this process.

        *modules* are imported by the children; *workers* activities run at once. *keeps_values*: values too long
        for SWF are put into files of this machine. *middlewares* (``pre``, ``post``) run around every activity.
        *beat_s* (seconds between heartbeats) and *isolation* are as :class:`~simpleflow.swf.process.worker.Worker` has
        them.
        """
        self._isolation = isolation
        self._middlewares = middlewares
        self._beat_s = beat_s
        self._client = connect()
        self._polls = connect()  # the decider's, which end for themselves
        self._domain = domain
        self._workflow = workflow
        self._modules = modules
        self._worker_count = workers
        self._service = service
        self._keeps_values = keeps_values
        self._store = ValueStore()
        self._execution: WorkflowExecution | None = None
        self._task_list = ""
        self._ended = threading.Event()
        self._broken: list[Exception] = []
        self.tally = Tally()
        self._met: set[WorkflowExecution] = set()

    @property
    def reader(self) -> Reader:
        """Reads the executions of the domain."""
        return Reader(self._client, self._domain)

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
        open one was started with another. The task list is that of the open one; else the id, if the service is in
        this process, which nobody else polls; else one that no other session has. Raises ArgumentsError, before
        anything is started, if the workflow does not take this input.
        """
        setup.register(self._client, self._domain, self._workflow)
        if is_new:
            workflow_id = f"{workflow_id}-{int(time.time())}"
        else:
            found = self._find_open(workflow_id)
            if found is not None:
                self._refuse_other_input(found, input)
                self._execution = found
                self._task_list = self._describe().execution_configuration.task_list.name
                return Begun(found, is_resumed=True)
        given = {} if input is None else format.decode(input)
        if isinstance(given, dict):
            check_arguments(self._workflow, given.get("args", ()), given.get("kwargs", {}))
        self._task_list = workflow_id if self._service is not None else f"{workflow_id[:223]}-{uuid.uuid4().hex}"
        self._execution = setup.start(
            self._client,
            self._domain,
            self._workflow,
            workflow_id,
            input or format.encode({"args": [], "kwargs": {}}),
            keeps_values=self._keeps_values,
            task_list=self._task_list,
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
        executor = Executor(
            self._polls,
            self._domain,
            [self._workflow],
            task_list=self._task_list,
            store=self._store,
            keeps_values=self._keeps_values,
            on_events=self._see,
            modules=self._modules,
        )
        mine = identity() if self._service is None else identity(owner=self._service.instance_id)
        decider = Decider(self._polls, executor, self._domain, self._task_list, identity=mine)
        held = [] if self._service is None else self._take_over(self._service)
        workers = [
            Worker(
                self._client,
                self._domain,
                self._task_list,
                self._modules,
                identity=mine,
                keeps_values=self._keeps_values,
                middlewares=self._middlewares,
                beat_s=self._beat_s,
                isolation=self._isolation,
            )
            for _ in range(self._worker_count)
        ]
        threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in workers]
        threads.append(threading.Thread(target=self._look, args=(decider,), name="look", daemon=True))
        for thread in threads:
            thread.start()
        try:
            decider.run(held, is_over=self._is_over)
        finally:
            self._end(workers, threads)
        if self._broken:
            raise self._broken[0]
        if not self._is_open() and len(self._met) > 1:
            self._warn_of_children()
        return setup.result_of(self._client, self._domain, self._execution, self._store)

    def _end(self, workers: list[Worker], threads: list[threading.Thread]) -> None:
        """Workers of a closed execution are ended at once: nobody wants what they would answer."""
        self._ended.set()
        for worker in workers:
            worker.stop()
        self._client.stop_polling()
        try:
            if self._is_open():
                log.warning("stopping: activities that run are finished first; interrupt again to end them")
                join(threads)
            else:
                for worker in workers:
                    worker.kill()
                join(threads, LAST_POLLS_S)
        except KeyboardInterrupt:
            for worker in workers:
                worker.kill()
            join(threads, LAST_POLLS_S)
            raise

    def _work(self, worker: Worker) -> None:
        try:
            worker.run()
        except Exception as error:  # noqa: BLE001  # raised in the decider's thread, which others wait for
            self._broken.append(error)
            self._ended.set()

    def _look(self, decider: Decider) -> None:
        """Ends the decider when the execution was closed by somebody else, or a worker is broken: it would be missed
        for ever."""
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                if self._is_over():
                    break
            except Exception as error:  # noqa: BLE001  # the decider meets it too
                log.debug("cannot look after the execution: %s", error)
        decider.stop()
        self._polls.stop_polling()

    def _see(self, execution: tuple[str, str], events: Sequence[HistoryEvent]) -> None:
        self._met.add(WorkflowExecution(workflow_id=execution[0], run_id=execution[1]))
        self.tally.see(execution, events)

    def _is_over(self) -> bool:
        """Whether the execution is closed, and the children that were asked to cancel have answered."""
        return not self._is_open() and not any(info.cancel_requested for info in self._children())

    def _children(self) -> list[WorkflowExecutionInfo]:
        """The open executions that were decided here, or whose parents were."""
        met = set(self._met)
        return [info for info in self._open_executions() if info.execution in met or info.parent in met]

    def _open_executions(self) -> list[WorkflowExecutionInfo]:
        found: list[WorkflowExecutionInfo] = []
        token: str | None = None
        while True:
            page = self._client.call(
                ListOpenWorkflowExecutions(
                    domain=self._domain, start_time_filter=ExecutionTimeFilter(oldest_date=0.0), next_page_token=token
                )
            )
            found += page.execution_infos
            token = page.next_page_token
            if token is None:
                return found

    def _warn_of_children(self) -> None:
        left = [info.execution.workflow_id for info in self._children()]
        if left:
            more = f" and {len(left) - 5} more" if len(left) > 5 else ""
            log.warning("children are still open, and nobody decides them any longer: %s%s", ", ".join(left[:5]), more)

    def _is_open(self) -> bool:
        """Whether it goes on: this run, or the one by which it has continued as new."""
        status = self._describe().execution_info
        if status.execution_status is ExecutionStatus.OPEN:
            return True
        if status.close_status is not CloseStatus.CONTINUED_AS_NEW:
            return False
        assert self._execution is not None
        self._execution = setup.last_run(self._client, self._domain, self._execution)
        return self._is_open()

    def _describe(self) -> WorkflowExecutionDetail:
        assert self._execution is not None
        return self._client.call(DescribeWorkflowExecution(domain=self._domain, execution=self._execution))

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
        """Compares with what the first run of the chain was given, as far back as it is known."""
        if input is None:
            return
        first = self._started(execution)
        while first is not None and first.continued_execution_run_id:
            first = self._started(
                WorkflowExecution(workflow_id=execution.workflow_id, run_id=first.continued_execution_run_id)
            )
        if first is None:
            return
        recorded = self._store.resolve(first.input)
        wanted_source, source = source_of(format.decode(input)), source_of(format.decode(recorded))
        if wanted_source is not None and wanted_source != source:
            raise OtherInput(
                f"the execution {execution.workflow_id!r} is open and does not reuse results of {wanted_source[0]} "
                f"{wanted_source[1]}"
            )
        if _plain(recorded) != _plain(input):
            found = format.encode(_shown(recorded)) if recorded else "none"
            raise OtherInput(
                f"the execution {execution.workflow_id!r} is open with the input "
                f"{format.shortened(found, 200)}, not {format.shortened(input, 200)}"
            )

    def _started(self, execution: WorkflowExecution) -> WorkflowExecutionStarted | None:
        """The first event of a run; None if the service has forgotten it."""
        try:
            page = self._client.call(
                GetWorkflowExecutionHistory(domain=self._domain, execution=execution, maximum_page_size=1)
            )
        except UnknownResourceFault:
            return None
        first, *_ = wire.decode_events(page.events)
        assert isinstance(first.attributes, WorkflowExecutionStarted)
        return first.attributes

    # A predecessor that has died

    def _take_over(self, service: Service) -> list[DecisionTask]:
        """Activities whose holder is dead are failed for it; decision tasks that it held are handed out again.

        Holders that were owners of this file are dead, for it is ours now, and nothing polls yet.
        """
        held: list[DecisionTask] = []
        for info in self._open_executions():
            for task in service.started_tasks(self._domain, info.execution.workflow_id):
                if told_by(task.identity).get("owner") != service.instance_id:
                    continue
                if (task.details or "").startswith(LATER):
                    continue  # somebody else completes it, who may be well
                if task.kind == "activity":
                    self._fail(task, info.execution)
                elif info.execution == self._execution or info.parent is not None:
                    held.append(held_decision(task, info.execution))
        return held

    def _fail(self, task: StartedTask, execution: WorkflowExecution) -> None:
        log.info("activity was held by a process that has died id=%s", task.activity_id, extra={
            "domain": self._domain, "workflow_id": execution.workflow_id, "run_id": execution.run_id,
            "task_type": "activity", "activity_id": task.activity_id,
        })  # fmt: skip
        reason = f"process {told_by(task.identity).get('pid', 'unknown')} died"
        details = last_words(task.details)
        try:
            self._client.call(RespondActivityTaskFailed(task_token=task.task_token, reason=reason, details=details))
        except UnknownResourceFault as fault:
            log.info("activity has timed out meanwhile id=%s: %s", task.activity_id, fault)


def held_decision(task: StartedTask, execution: WorkflowExecution) -> DecisionTask:
    """The task without its events, which the decider then reads from the history."""
    return DecisionTask(
        started_event_id=task.started_event_id, task_token=task.task_token, workflow_execution=execution
    )


def join(threads: Sequence[threading.Thread], seconds: float | None = None) -> None:
    """Waits until the threads have ended; *seconds* at most for all of them."""
    give_up_at = None if seconds is None else time.monotonic() + seconds
    for thread in threads:
        thread.join(None if give_up_at is None else max(0.0, give_up_at - time.monotonic()))


def _plain(text: str | None) -> Any:
    """An input as it is compared: the four forms of it are one."""
    value = format.decode(text)
    if not isinstance(value, dict):
        return value
    return value.get("args", []), value.get("kwargs", {})


def _shown(text: str | None) -> Any:
    """An input without what the engine has added."""
    value = format.decode(text)
    return {key: each for key, each in value.items() if key != "__extra"} if isinstance(value, dict) else value
