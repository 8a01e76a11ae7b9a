"""Loops that take decision tasks and answer them."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simpleflow.logging_context import logged
from simpleflow.swf.executor import Answer, Executor
from simpleflow.swf.process.counts import Counts, NoCounts
from simpleflow.swf.process.identity import identity as this_process
from simpleflow.swf.process.titles import NoTitle, Title
from swf.client import Client
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import DecisionTask, PollForDecisionTask
from swf.protocol.values import TaskList

log = logging.getLogger(__name__)

STICKY_AT_ONCE: Final = 2
"""Tasks of the decider's own list that are in the process at once: one is decided, the next one waits for it."""
NORMAL_AT_ONCE: Final = 1
"""Tasks of the list that others poll too: what this decider does not begin, another one can."""


class Decider:
    """Polls a list that no other decider polls, and decides. All happens in the thread that calls :meth:`run`."""

    def __init__(
        self, client: Client, executor: Executor, domain: str, task_list: str, *, identity: str | None = None
    ) -> None:
        """*identity* is what SWF shows of who holds a task; None: this process."""
        self._client = client
        self._executor = executor
        self._domain = domain
        self._task_list = task_list
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

    def run(self, held: Sequence[DecisionTask] = (), *, is_over: Callable[[], bool] | None = None) -> None:
        """Answers decision tasks until it is stopped, or *is_over*: asked after closing answers and empty polls.

        *held* are tasks that were taken before, e.g. by a process that has died. Whatever is raised leaves its task
        unanswered.
        """
        try:
            for each in held:
                with logged(**about(each, self._domain, self._task_list)):
                    self._respond(each, self._executor.answer(each, None))
            task: DecisionTask | None = None
            while not self._is_stopped:
                if task is None or task.task_token is None:
                    if is_over is not None and is_over():
                        return
                    task = self._client.call(self._poll)
                else:
                    with logged(**about(task, self._domain, self._task_list)):
                        task = self._decide(task)
        finally:
            self._executor.close()

    def _respond(self, task: DecisionTask, answer: Answer) -> None:
        try:
            self._client.call(answer.request)
        except Exception as error:  # noqa: BLE001  # told apart there
            heed(self._executor, task, error)

    def _decide(self, task: DecisionTask) -> DecisionTask | None:
        """Answers a task. Returns the next one, polled for together with the answer, or None if that was not done."""
        answer = self._executor.answer(task, self._poll)
        if answer.closes or self._is_stopped:
            self._respond(task, answer)
            return None
        errors: list[Exception | None] = []
        following = self._client.respond_and_poll(answer.request, self._poll, heard=errors.append)
        heed(self._executor, task, errors[0])  # in this thread, where the runs live
        return following


@dataclass(frozen=True, slots=True)
class Taken:
    """A task, the poll that it answers, and what is to be released when it is dealt with."""

    task: DecisionTask
    poll: PollForDecisionTask
    room: threading.Semaphore


class SharingDecider:
    """One of any number of deciders of a list.

    Beside that list it polls one of its own, the sticky list, which its answers ask for: so an execution comes back
    to where its run is warm, and only new events travel. Two threads poll, one decides.
    """

    def __init__(
        self,
        client: Client,
        executor: Executor,
        domain: str,
        task_list: str,
        sticky_list: str,
        *,
        identity: str | None = None,
        counts: Counts = NoCounts(),  # noqa: B008  # it holds nothing
        title: Title | NoTitle = NoTitle(),  # noqa: B008  # it holds nothing
    ) -> None:
        """*executor* must ask for *sticky_list*. *identity* is what SWF shows; None: this process. *counts* hears what
        is done, *title* what the loop is at."""
        self._client = client
        self._executor = executor
        self._counts = counts
        self._title = title
        self._domain = domain
        self._task_list = task_list
        who = identity or this_process()
        self._polls = {
            PollForDecisionTask(
                domain=domain,
                task_list=TaskList(name=sticky_list),
                identity=who,
                start_at_previous_started_event=True,
            ): threading.Semaphore(STICKY_AT_ONCE),
            PollForDecisionTask(
                domain=domain, task_list=TaskList(name=task_list), identity=who, reverse_order=True
            ): threading.Semaphore(NORMAL_AT_ONCE),
        }
        self._taken: queue.SimpleQueue[Taken | None] = queue.SimpleQueue()
        self._is_stopped = False
        self._told: dict[tuple[str, str], str] = {}

    def stop(self) -> None:
        """Takes no more tasks; another thread may call it. The polls must be ended by ``client.stop_polling``."""
        self._is_stopped = True

    def run(self) -> None:
        """Decides until it is stopped, and then what it has taken until then."""
        pollers = [
            threading.Thread(target=self._take, args=each, name="swf-poll", daemon=True) for each in self._polls.items()
        ]
        for poller in pollers:
            poller.start()
        try:
            polling = len(pollers)
            self._title.says("polling", self)
            while polling or not self._taken.empty():
                taken = self._taken.get()
                if taken is None:
                    polling -= 1
                    continue
                self._deal_with(taken)
                self._title.says("polling", self)
                taken.room.release()
        finally:
            self._executor.close()

    def _take(self, poll: PollForDecisionTask, room: threading.Semaphore) -> None:
        try:
            while True:
                room.acquire()
                if self._is_stopped:
                    return
                task = self._client.call(poll)
                self._counts.polled(has_task=task.task_token is not None)
                if task.task_token is None:
                    room.release()
                else:
                    self._taken.put(Taken(task, poll, room))
        except Exception:
            log.exception("polling ended task_list=%s", poll.task_list.name)
            self._is_stopped = True
        finally:
            self._taken.put(None)

    def _deal_with(self, taken: Taken) -> None:
        self._counts.began()
        self._title.says("deciding", self)
        began = time.monotonic()
        with logged(**about(taken.task, self._domain, self._task_list)):
            outcome = self._outcome(taken)
            seconds = time.monotonic() - began
            log.debug("decision %s %s seconds=%.3f", outcome, name_of(taken.task), seconds)
        type = taken.task.workflow_type
        self._counts.ended(type.name if type is not None else "", outcome, seconds)

    def _outcome(self, taken: Taken) -> str:
        """Answers a task; in a word, what became of it."""
        answer = self._answer(taken)
        if answer is None:
            return "unanswered"
        self._title.says("completing", self)
        try:
            self._client.call(answer.request)
        except Exception as error:  # noqa: BLE001  # told apart there
            try:
                heed(self._executor, taken.task, error)
            except Exception as refused:  # noqa: BLE001  # one bad execution must not stop the others
                self._tell(taken.task, refused)
                return "failed"
            return "timed_out"  # or it was closed by somebody else
        return "completed"

    def _answer(self, taken: Taken) -> Answer | None:
        """The answer; None if there is none: then the task times out and comes again, perhaps to a better decider."""
        try:
            return self._executor.answer(taken.task, taken.poll)
        except UnknownResourceFault as gone:
            log.info("task has gone %s: %s", name_of(taken.task), gone)
        except BaseException as error:  # noqa: BLE001  # one bad execution must not stop the others, whatever it raises
            self._tell(taken.task, error)
        return None

    def _tell(self, task: DecisionTask, error: BaseException) -> None:
        """Logs the error, once for an execution as long as it stays the same."""
        assert task.workflow_execution is not None
        key = task.workflow_execution.workflow_id, task.workflow_execution.run_id
        text = f"{type(error).__name__}: {error}"
        if self._told.get(key) != text:
            self._told[key] = text
            log.error("no decision %s: %s", name_of(task), text, exc_info=log.isEnabledFor(logging.DEBUG))
            while len(self._told) > 10_000:
                del self._told[next(iter(self._told))]


def heed(executor: Executor, task: DecisionTask, error: Exception | None) -> None:
    """What an answer's error means for the run: nothing if it came too late, for the next task shows what was applied.

    Called in the thread of the runs. Raises any other error, the run forgotten.
    """
    if error is None:
        return
    if isinstance(error, UnknownResourceFault):
        log.info("answer refused %s: %s", name_of(task), error)
        return
    assert task.workflow_execution is not None
    executor.forget((task.workflow_execution.workflow_id, task.workflow_execution.run_id))
    raise error


def about(task: DecisionTask, domain: str, task_list: str) -> dict[str, str]:
    """What log lines say of a task."""
    execution = task.workflow_execution
    assert execution is not None
    return {
        "domain": domain,
        "workflow_id": execution.workflow_id,
        "run_id": execution.run_id,
        "task_type": "decision",
        "task_list": task_list,
    }


def name_of(task: DecisionTask) -> str:
    """The execution of a task, for a log."""
    assert task.workflow_execution is not None
    return f"workflow_id={task.workflow_execution.workflow_id} run_id={task.workflow_execution.run_id}"
