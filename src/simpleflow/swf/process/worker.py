"""The loop that takes activity tasks, has a child run them and answers for it."""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simpleflow import format, settings
from simpleflow.attempt import LAST_DETAILS, Job
from simpleflow.dispatch import REASON_CHARACTERS
from simpleflow.logging_context import logged
from simpleflow.storage import FIELD_CHARACTERS, StorageError, ValueStore
from simpleflow.swf.process.child import Orders
from simpleflow.swf.process.children import ChildDied
from simpleflow.swf.process.counts import Counts, NoCounts
from simpleflow.swf.process.hands import Hand, Isolation
from simpleflow.swf.process.identity import identity as this_process
from simpleflow.swf.process.titles import NoTitle, Title
from simpleflow.swf.process.watch import Canceled, Watch
from swf.client import Client
from swf.exceptions import SWFError
from swf.protocol.base import Request
from swf.protocol.faults import (
    Fault,
    RequestEntityTooLargeException,
    SerializationException,
    UnknownResourceFault,
    ValidationException,
)
from swf.protocol.operations import (
    ActivityTask,
    PollForActivityTask,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from swf.protocol.values import TaskList

log = logging.getLogger(__name__)

BEAT_S = 60.0
"""Seconds between heartbeats of an activity that has no heartbeat timeout, or a long one."""
ABOUT_THE_ANSWER = (ValidationException, SerializationException, RequestEntityTooLargeException)
"""Refusals of what an activity has returned: it has failed then. Others say nothing about it."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked on: the type of the activity, in a word what became of it, and for how long."""

    type: str
    outcome: str
    seconds: float


class Worker:
    """Polls one task list and runs one activity at a time, in a child process of its own or in a thread."""

    def __init__(
        self,
        client: Client,
        domain: str,
        task_list: str,
        modules: Sequence[str] = (),
        *,
        identity: str | None = None,
        beat_s: float = BEAT_S,
        keeps_values: bool = True,
        middlewares: Mapping[str, Sequence[str]] | None = None,
        isolation: Isolation = Isolation(),  # noqa: B008  # it is frozen
        counts: Counts = NoCounts(),  # noqa: B008  # it holds nothing
        title: Title | NoTitle = NoTitle(),  # noqa: B008  # it holds nothing
    ) -> None:
        """*modules* are imported by the child, and the functions that *middlewares* names (``pre``, ``post``).

        *identity* is what SWF shows of who holds a task; None: this process. *beat_s* are the seconds between
        heartbeats of an activity whose heartbeat timeout is not known, or long; 0: those with a timeout alone get
        heartbeats. *keeps_values*: results too long for SWF are put into files of this machine. *isolation* says
        where activities run, *counts* hears what is done, *title* what the loop is at.
        """
        self._client = client
        named = middlewares or {}
        self._orders = Orders(tuple(modules), tuple(named.get("pre", ())), tuple(named.get("post", ())), task_list)
        self._domain = domain
        self._task_list = task_list
        self._store = ValueStore()
        self._poll = PollForActivityTask(
            domain=domain, task_list=TaskList(name=task_list), identity=identity or this_process()
        )
        self._beat_s = beat_s
        self._keeps_values = keeps_values
        self._isolation = isolation
        self._counts = counts
        self._title = title
        self._child: Hand | None = None
        self._jobs = 0
        self._first_job = 0
        self._worked_on = Worked("", "", 0.0)
        self._is_stopped = False
        self._is_killed = False

    def start_child(self) -> None:
        """Spawns the child before it is needed."""
        if self._child is None:
            self._child = self._isolation.hand(self._orders)
            self._first_job = self._jobs

    def stop(self) -> None:
        """Takes no task after the present one; another thread may call it. The poll must be ended by
        ``client.stop_polling``."""
        self._is_stopped = True

    def kill(self) -> None:
        """Ends the activity that runs, or leaves it if it runs in a thread; it is then a failed attempt. Another
        thread may call it."""
        self._is_stopped = True
        self._is_killed = True
        child = self._child
        if child is not None:
            child.kill()

    def run(self) -> None:
        """Works until it is stopped."""
        try:
            self.start_child()
            self._title.says("polling", self)
            task = self._polled(self._client.call(self._poll))
            while True:
                answer = self._work(task) if task.task_token is not None else None
                if self._is_stopped:
                    if answer is not None:
                        self._check(task, self._sent(answer))
                    return
                if answer is None:
                    self._replace_worn()
                    found = self._client.call(self._poll)
                else:
                    found = self._client.respond_and_poll(answer, self._poll, functools.partial(self._heard, task))
                task = self._polled(found)
        finally:
            self._drop_child()

    def run_one(self, task: ActivityTask | None = None) -> bool:
        """Works on *task*, or on the one that the next poll gives; whether there was one."""
        try:
            found = task or self._client.call(self._poll)
            if found.task_token is None:
                return False
            answer = self._work(found)
            if answer is not None:
                self._check(found, self._sent(answer))
            return True
        finally:
            self._drop_child()

    def _polled(self, task: ActivityTask) -> ActivityTask:
        self._counts.polled(has_task=task.task_token is not None)
        return task

    def _heard(self, task: ActivityTask, response: Exception | None) -> None:
        """What follows an answer, while the next poll is on its way."""
        self._check(task, response)
        self._title.says("polling", self)
        self._replace_worn()

    def _work(self, task: ActivityTask) -> Request[None] | None:
        """The answer for an activity; None if the service does not want one any more."""
        assert task.activity_type is not None
        self._counts.began()
        self._title.says("processing", self)
        began = time.monotonic()
        told = self._told(task)
        with logged(**self._about(task, told)):
            outcome, answer = self._outcome(task, told)
            seconds = time.monotonic() - began
            log.debug("activity %s id=%s seconds=%.3f", outcome, task.activity_id, seconds)
        self._worked_on = Worked(task.activity_type.name, outcome, seconds)
        if answer is None:
            self._count(outcome)
        self._title.says("polling" if answer is None else "failing" if outcome == "failed" else "completing", self)
        return answer

    def _count(self, outcome: str) -> None:
        """The task is dealt with; *outcome* is known when the service has heard the answer."""
        self._counts.ended(self._worked_on.type, outcome, self._worked_on.seconds)

    def _outcome(self, task: ActivityTask, told: Mapping[str, Any]) -> tuple[str, Request[None] | None]:
        """In a word what became of an activity, and the answer."""
        assert task.task_token is not None
        assert task.activity_id is not None
        self.start_child()
        assert self._child is not None
        token = task.task_token
        watch: Watch | None = None
        try:
            self._jobs += 1
            self._child.send(self._job(task))
            limits = limits_of(told)
            watch = Watch(self._client, self._child, token, task.activity_id, limits, self._beat_s or math.inf)
            done = watch.run()
        except ChildDied as death:
            self._drop_child(None if self._is_killed else "died")
            reason = "its worker was stopped and could not wait for it" if self._is_killed else str(death)
            return self._failed(task, reason, last_words(watch.details if watch is not None else None))
        except Canceled as canceled:
            if not canceled.has_ended:
                self._end_child(self._child, "canceled")
            return "canceled", RespondActivityTaskCanceled(task_token=token, details=canceled.details)
        if done is None:
            outcome = "timed_out" if watch.is_late else "lost"
            self._end_child(self._child, outcome)
            return outcome, None
        if done.is_later:
            log.info("activity will be completed later id=%s", task.activity_id)
            return "later", None
        if done.reason is not None:
            return self._failed(task, done.reason, done.details)
        return "completed", RespondActivityTaskCompleted(task_token=token, result=done.result)

    def _failed(self, task: ActivityTask, reason: str, details: str | None = None) -> tuple[str, Request[None]]:
        assert task.task_token is not None
        log.info("activity failed id=%s: %s", task.activity_id, reason)
        return "failed", RespondActivityTaskFailed(task_token=task.task_token, reason=reason, details=details)

    def _about(self, task: ActivityTask, told: Mapping[str, Any]) -> dict[str, Any]:
        """What log lines say of a task."""
        assert task.workflow_execution is not None
        return {
            "domain": self._domain,
            "workflow_id": task.workflow_execution.workflow_id,
            "run_id": task.workflow_execution.run_id,
            "task_type": "activity",
            "activity_id": task.activity_id,
            "attempt": told.get("attempt", 1),
            "task_list": self._task_list,
        }

    def _job(self, task: ActivityTask) -> Job:
        assert task.activity_id is not None
        assert task.activity_type is not None
        assert task.workflow_execution is not None
        return Job(
            activity_id=task.activity_id,
            name=task.activity_type.name,
            version=task.activity_type.version,
            input=task.input,
            domain=self._domain,
            task_list=self._task_list,
            workflow_id=task.workflow_execution.workflow_id,
            run_id=task.workflow_execution.run_id,
            task_token=task.task_token,
            began_at=time.time(),
            keeps_values=self._keeps_values,
            number=self._jobs,
        )

    def _check(self, task: ActivityTask, response: Exception | None) -> None:
        """What to do about an answer that was refused: say so, or fail the task in other words."""
        if response is None:
            self._count(self._worked_on.outcome)
            return
        with logged(**self._about(task, self._told(task))):
            self._count(self._heed(task, response))

    def _heed(self, task: ActivityTask, response: Exception) -> str:
        """In a word, what has become of the task after all."""
        if isinstance(response, UnknownResourceFault):
            log.warning("answer came too late id=%s: %s", task.activity_id, response)
            return "lost"
        assert task.task_token is not None
        code = response.code if isinstance(response, Fault) else type(response).__name__
        if not isinstance(response, ABOUT_THE_ANSWER):
            log.error("the answer was not taken, the task is left to its timeout id=%s: %s %s",
                      task.activity_id, code, response)  # fmt: skip
            return "lost"
        reason = f"cannot complete task {task.activity_id}: {code} {response}"
        log.error("%s", reason)
        refusal = self._sent(
            RespondActivityTaskFailed(
                task_token=task.task_token,
                reason=format.shortened(reason, REASON_CHARACTERS),
                details=format.shortened(reason, FIELD_CHARACTERS),
            )
        )
        if refusal is not None:
            log.error("cannot fail the task either id=%s: %s", task.activity_id, refusal)
        return "failed"

    def _sent(self, response: Request[None]) -> Exception | None:
        """Sends a response; the error, or None."""
        try:
            self._client.call(response)
        except (Fault, SWFError) as error:
            return error
        return None

    def _told(self, task: ActivityTask) -> dict[str, Any]:
        """What the decider has written into the input beside the arguments."""
        try:
            return told_in(self._store.resolve(task.input))
        except StorageError:
            return {}  # the child will say what is wrong with the value

    def _replace_worn(self) -> None:
        """Between two activities: a child that has done enough gives way to a new one."""
        worn = None if self._child is None else self._isolation.worn(self._jobs - self._first_job, self._child.pid)
        if worn is None or self._child is None or self._is_stopped:
            return
        reason, why = worn
        log.info("child process %d replaced: %s", self._child.pid, why)
        old, self._child = self._child, None
        self.start_child()  # it begins while the other one ends
        old.close()
        self._counts.replaced(reason)

    def _end_child(self, child: Hand, reason: str) -> None:
        """Ends an activity in the middle: first kindly, then for good. One in a thread is waited for."""
        try:
            child.terminate(float(settings.ACTIVITY_SIGTERM_WAIT_SEC))
        except ChildDied:
            pass  # told to wait no longer
        if child.can_be_ended:
            self._drop_child(reason)

    def _drop_child(self, reason: str | None = None) -> None:
        """*reason*: another one will take its place."""
        child, self._child = self._child, None
        if child is not None:
            child.close()
            if reason is not None:
                self._counts.replaced(reason)


def last_words(said: str | None) -> str | None:
    """The details of an attempt that has died: what it *said* in its last heartbeat, for the next one."""
    return None if said is None else format.encode({LAST_DETAILS: said})


def told_in(input: str | None) -> dict[str, Any]:
    """What the decider has written into the input beside the arguments: attempt, timeouts."""
    try:
        told = format.decode(input)["meta"]["simpleflow"]
    except (ValueError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def limits_of(told: Mapping[str, Any]) -> dict[str, int]:
    """The seconds among it: heartbeat, start_to_close; those that are set."""
    try:
        return {name: int(told[name]) for name in ("heartbeat", "start_to_close") if told.get(name, "NONE") != "NONE"}
    except (ValueError, TypeError):
        return {}
