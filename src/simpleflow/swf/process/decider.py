"""The loop that takes decision tasks and answers them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from simpleflow.swf.executor import Executor
from simpleflow.swf.process.identity import identity as this_process
from swf.core import Client
from swf.protocol.faults import Fault, UnknownResourceFault
from swf.protocol.operations import DecisionTask, PollForDecisionTask, RespondDecisionTaskCompleted
from swf.protocol.values import TaskList

log = logging.getLogger(__name__)


class Decider:
    """Polls one task list. All workflow code runs in the thread that calls :meth:`run`."""

    def __init__(
        self, client: Client, executor: Executor, domain: str, task_list: str, *, identity: str | None = None
    ) -> None:
        """*identity* is what SWF shows of who holds a task; None: this process."""
        self._client = client
        self._executor = executor
        self._poll = PollForDecisionTask(
            domain=domain,
            task_list=TaskList(name=task_list),
            identity=identity or this_process(),
            start_at_previous_started_event=True,
        )
        self._is_stopped = False

    def stop(self) -> None:
        """Takes no more tasks; another thread may call it. The poll must be ended by ``client.stop_polling``."""
        self._is_stopped = True

    def run(self, held: DecisionTask | None = None, *, is_over: Callable[[], bool] | None = None) -> None:
        """Answers decision tasks until it is stopped, or *is_over*: asked after closing answers and empty polls.

        *held* is a task that was taken before, e.g. by a process that has died.

        NonDeterminismError leaves it, its task unanswered.
        """
        try:
            task = held
            while not self._is_stopped:
                if task is None or task.task_token is None:
                    if is_over is not None and is_over():
                        return
                    task = self._client.call(self._poll)
                else:
                    task = self.answer(task)
        finally:
            self._executor.close()

    def answer(self, task: DecisionTask) -> DecisionTask | None:
        """Answers a task. Returns the next one, polled for together with the answer, or None if that was not done."""
        answer = self._executor.answer(task)
        if answer.closes or self._is_stopped:
            self._check(task, self._respond(answer.request))
            return None
        response, following = self._client.call_together(answer.request, self._poll)
        self._check(task, response)
        if isinstance(following, Fault):
            raise following
        assert isinstance(following, DecisionTask)
        return following

    def _respond(self, request: RespondDecisionTaskCompleted) -> Fault | None:
        try:
            self._client.call(request)
        except Fault as fault:
            return fault
        return None

    def _check(self, task: DecisionTask, response: Fault | None) -> None:
        """An answer that came too late is no harm: the run stays, the next task shows what was applied."""
        if response is None:
            return
        assert task.workflow_execution is not None
        key = task.workflow_execution.workflow_id, task.workflow_execution.run_id
        if isinstance(response, UnknownResourceFault):
            log.info("answer refused workflow_id=%s: %s", key[0], response)
            return
        self._executor.forget(key)
        raise response
