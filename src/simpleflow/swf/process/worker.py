"""The loop that takes activity tasks, has a child run them and answers for it."""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from simpleflow import format, settings
from simpleflow.attempt import LAST_DETAILS, Job
from simpleflow.dispatch import REASON_CHARACTERS
from simpleflow.storage import FIELD_CHARACTERS, StorageError, ValueStore
from simpleflow.swf.process.child import Orders
from simpleflow.swf.process.children import Child, ChildDied
from simpleflow.swf.process.identity import identity as this_process
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


class Worker:
    """Polls one task list and runs one activity at a time in a child process of its own."""

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
    ) -> None:
        """*modules* are imported by the child, and the functions that *middlewares* names (``pre``, ``post``).

        *identity* is what SWF shows of who holds a task; None: this process. *beat_s* are the seconds between
        heartbeats of an activity whose heartbeat timeout is not known, or long; 0: those with a timeout alone get
        heartbeats. *keeps_values*: results too long for SWF are put into files of this machine.
        """
        self._client = client
        named = middlewares or {}
        self._orders = Orders(tuple(modules), tuple(named.get("pre", ())), tuple(named.get("post", ())))
        self._domain = domain
        self._task_list = task_list
        self._store = ValueStore()
        self._poll = PollForActivityTask(
            domain=domain, task_list=TaskList(name=task_list), identity=identity or this_process()
        )
        self._beat_s = beat_s
        self._keeps_values = keeps_values
        self._child: Child | None = None
        self._jobs = 0
        self._is_stopped = False
        self._is_killed = False

    def start_child(self) -> None:
        """Spawns the child before it is needed."""
        if self._child is None:
            self._child = Child(self._orders)

    def stop(self) -> None:
        """Takes no task after the present one; another thread may call it. The poll must be ended by
        ``client.stop_polling``."""
        self._is_stopped = True

    def kill(self) -> None:
        """Ends the activity that runs, which is then a failed attempt; another thread may call it."""
        self._is_stopped = True
        self._is_killed = True
        child = self._child
        if child is not None:
            child.kill()

    def run(self) -> None:
        """Works until it is stopped."""
        try:
            self.start_child()
            task = self._client.call(self._poll)
            while True:
                answer = self._work(task) if task.task_token is not None else None
                if self._is_stopped:
                    if answer is not None:
                        self._check(task, self._sent(answer))
                    return
                if answer is None:
                    task = self._client.call(self._poll)
                else:
                    task = self._client.respond_and_poll(answer, self._poll, functools.partial(self._check, task))
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

    def _work(self, task: ActivityTask) -> Request[None] | None:
        """The answer for an activity; None if the service does not want one any more."""
        assert task.task_token is not None
        assert task.activity_id is not None
        assert task.activity_type is not None
        self.start_child()
        assert self._child is not None
        token = task.task_token
        watch: Watch | None = None
        try:
            self._jobs += 1
            self._child.send(self._job(task))
            watch = Watch(
                self._client, self._child, token, task.activity_id, self._limits(task), self._beat_s or math.inf
            )
            done = watch.run()
        except ChildDied as death:
            self._drop_child()
            reason = "its worker was stopped and could not wait for it" if self._is_killed else str(death)
            details = last_words(watch.details if watch is not None else None)
            return RespondActivityTaskFailed(task_token=token, reason=reason, details=details)
        except Canceled as canceled:
            if not canceled.has_ended:
                self._end_child(self._child)
            return RespondActivityTaskCanceled(task_token=token, details=canceled.details)
        if done is None:
            self._end_child(self._child)
            return None
        if done.is_later:
            log.info("activity will be completed later id=%s", task.activity_id)
            return None
        if done.reason is not None:
            return RespondActivityTaskFailed(task_token=token, reason=done.reason, details=done.details)
        return RespondActivityTaskCompleted(task_token=token, result=done.result)

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
            return
        if isinstance(response, UnknownResourceFault):
            log.warning("answer came too late id=%s: %s", task.activity_id, response)
            return
        assert task.task_token is not None
        code = response.code if isinstance(response, Fault) else type(response).__name__
        if not isinstance(response, ABOUT_THE_ANSWER):
            log.error("the answer was not taken, the task is left to its timeout id=%s: %s %s",
                      task.activity_id, code, response)  # fmt: skip
            return
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

    def _sent(self, response: Request[None]) -> Exception | None:
        """Sends a response; the error, or None."""
        try:
            self._client.call(response)
        except (Fault, SWFError) as error:
            return error
        return None

    def _limits(self, task: ActivityTask) -> dict[str, int]:
        try:
            return limits_in(self._store.resolve(task.input))
        except StorageError:
            return {}  # the child will say what is wrong with the value

    def _end_child(self, child: Child) -> None:
        """Ends an activity in the middle: first kindly, then for good."""
        child.terminate(float(settings.ACTIVITY_SIGTERM_WAIT_SEC))
        self._drop_child()

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.close()


def last_words(said: str | None) -> str | None:
    """The details of an attempt that has died: what it *said* in its last heartbeat, for the next one."""
    return None if said is None else format.encode({LAST_DETAILS: said})


def limits_in(input: str | None) -> dict[str, int]:
    """The seconds that the decider has written into the input: heartbeat, start_to_close; those that are set."""
    try:
        told: Any = format.decode(input)["meta"]["simpleflow"]
        return {name: int(told[name]) for name in ("heartbeat", "start_to_close") if told.get(name, "NONE") != "NONE"}
    except (ValueError, KeyError, TypeError):
        return {}
