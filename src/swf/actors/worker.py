"""A worker: polls for activity tasks and answers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swf import format, given
from swf.actors.core import Actor, default_identity
from swf.exceptions import PollTimeout
from swf.models.activity import ActivityTask
from swf.models.domain import Domain
from swf.protocol import operations as o
from swf.protocol.values import TaskList
from swf.responses import Response


class ActivityResponse(Response):
    """What a poll gives: *task_token*, *activity_task*, *raw_response*; unpacks to the first two."""

    task_token: str
    activity_task: ActivityTask
    raw_response: o.ActivityTask

    def __iter__(self) -> Iterator[Any]:
        return iter((self.task_token, self.activity_task))


class HeartbeatResponse(dict[str, bool]):
    """What a heartbeat learns, as the API has it: ``{"cancelRequested": False}``."""

    @property
    def cancel_requested(self) -> bool:
        """Whether the task should cancel."""
        return self["cancelRequested"]


class ActivityWorker(Actor):
    """Takes activity tasks of a list. How it does the work is for those who inherit or use it."""

    def __init__(self, domain: Domain, task_list: str, identity: str | None = None, **connection: Any) -> None:
        """*identity* None: host and process. *connection*: the keyword arguments of an :class:`Actor`."""
        super().__init__(domain, task_list, **connection)
        self.identity = default_identity() if identity is None else identity

    def poll(self, task_list: str | None = None, identity: str | None = None) -> ActivityResponse:
        """The next task; raises PollTimeout if none comes. *task_list*, *identity* None: the worker's."""
        name = task_list or self.task_list
        task = self.call(
            o.PollForActivityTask(
                domain=self.domain.name,
                task_list=TaskList(name=name),
                identity=format.identity(identity or self.identity),
            )
        )
        if task.task_token is None:
            raise PollTimeout(f"no activity task came on list {name!r} of {self.domain.name!r}")
        it = ActivityTask.from_poll(self.domain, name, task)
        return ActivityResponse(task_token=task.task_token, activity_task=it, raw_response=task)

    def complete(self, task_token: str, result: Any = None) -> None:
        """Answers with a result. A text travels as it is, anything else as JSON.

        Raises DoesNotExistError if the task is no longer open, as the other answers do.
        """
        self.call(o.RespondActivityTaskCompleted(task_token=task_token, result=given.text(result, "result")))

    def fail(self, task_token: str, details: Any = None, reason: str | None = None) -> None:
        """Answers with a failure. What is too long is cut: a failure is not lost for its text."""
        self.call(
            o.RespondActivityTaskFailed(
                task_token=task_token,
                details=format.details(given.text(details, "details")),
                reason=format.reason(reason),
            )
        )

    def cancel(self, task_token: str, details: Any = None) -> None:
        """Answers that the task has canceled."""
        self.call(
            o.RespondActivityTaskCanceled(task_token=task_token, details=format.details(given.text(details, "details")))
        )

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatResponse:
        """Tells that the task is alive, and learns whether it should cancel: ``.cancel_requested``.

        Raises RateLimitExceededError if the service is asked too often.
        """
        status = self.call(
            o.RecordActivityTaskHeartbeat(
                task_token=task_token, details=format.heartbeat_details(given.text(details, "details"))
            )
        )
        return HeartbeatResponse(cancelRequested=status.cancel_requested)
