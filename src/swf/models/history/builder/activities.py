"""Activities in made-up histories."""

from __future__ import annotations

from typing import Any, Self

from swf import given
from swf.exceptions import InvalidKeywordArgumentError
from swf.models.base import duration
from swf.models.history.builder.decisions import Decisions, all_or_nothing
from swf.protocol import events as e
from swf.protocol.causes import Cause
from swf.protocol.values import TimeoutType


class Activities(Decisions):
    """A history to which activities can be added."""

    @all_or_nothing
    def add_activity_task(
        self,
        activity: Any,
        decision_id: int | None = None,
        last_state: str = "completed",
        activity_id: str | None = None,
        input: Any = None,
        control: Any = None,
        result: Any = None,
        reason: str | None = "REASON",
        details: Any = "DETAILS",
        activity_type: Any = None,
        cause: str | None = None,
        timeout_type: str = TimeoutType.START_TO_CLOSE,
    ) -> Self:
        """An activity up to *last_state*: ``schedule_failed scheduled started cancel_requested completed failed`` or
        ``timed_out canceled``.

        *activity* has name, version and task list, as *activity_type* has if given. *activity_id* None: name and event.
        """
        kind = activity_type or activity
        if last_state == "schedule_failed":
            return self.add_activity_task_schedule_failed(activity, decision_id, activity_id, kind, cause)
        self.add_activity_task_scheduled(activity, decision_id, activity_id, input, control, kind)
        scheduled = self.last_id
        if last_state == "scheduled":
            return self
        early = last_state == "timed_out" and timeout_type == TimeoutType.SCHEDULE_TO_START
        if not early:
            self.add_activity_task_started(scheduled)
        match last_state:
            case "started":
                return self
            case "cancel_requested":
                return self.add_activity_task_cancel_requested(self._activity_id(scheduled), decision_id)
            case "completed":
                return self.add_activity_task_completed(scheduled, result=result)
            case "failed":
                return self.add_activity_task_failed(scheduled, reason=reason, details=details)
            case "timed_out":
                return self.add_activity_task_timed_out(scheduled, timeout_type=timeout_type)
            case "canceled":
                return self.add_activity_task_canceled(scheduled, details=details)
        raise InvalidKeywordArgumentError(f"last_state: {last_state!r} is none of an activity")

    def _activity_id(self, scheduled: int) -> str:
        attributes = self.facts[scheduled - 1].attributes
        assert isinstance(attributes, e.ActivityTaskScheduled)
        return attributes.activity_id

    def add_activity_task_scheduled(
        self,
        activity: Any,
        decision_id: int | None = None,
        activity_id: str | None = None,
        input: Any = None,
        control: Any = None,
        activity_type: Any = None,
        **timeouts: Any,
    ) -> Self:
        """It waits for a worker. *timeouts* by their names in the event."""
        kind, decision = given.activity_type(activity_type or activity), self.decided(decision_id)
        return self.add(
            e.ActivityTaskScheduled(
                activity_type=kind,
                activity_id=activity_id or f"{kind.name}-{self.next_id}",
                task_list=given.task_list(getattr(activity, "task_list", None)) or self.task_list,
                decision_task_completed_event_id=decision,
                input=given.json(input, "input"),
                control=given.json(control, "control"),
                **{name: duration(value) for name, value in timeouts.items()},
            )
        )

    def add_activity_task_schedule_failed(
        self,
        activity: Any,
        decision_id: int | None = None,
        activity_id: str | None = None,
        activity_type: Any = None,
        cause: str | None = None,
    ) -> Self:
        """The decision to schedule it was refused. *cause* None: its type does not exist."""
        kind, decision = given.activity_type(activity_type or activity), self.decided(decision_id)
        return self.add(
            e.ScheduleActivityTaskFailed(
                activity_type=kind,
                activity_id=activity_id or f"{kind.name}-{self.next_id}",
                cause=given.one_of(Cause, cause or Cause.ACTIVITY_TYPE_DOES_NOT_EXIST, "cause"),
                decision_task_completed_event_id=decision,
            )
        )

    def add_activity_task_started(self, scheduled: int | None = None, identity: str | None = None) -> Self:
        """A worker has it. *scheduled* None: the activity scheduled last, as in the methods below."""
        return self.add(
            e.ActivityTaskStarted(
                scheduled_event_id=scheduled or self._latest(e.ActivityTaskScheduled), identity=identity
            )
        )

    def add_activity_task_completed(
        self, scheduled: int | None = None, started: int | None = None, result: Any = None
    ) -> Self:
        """Its worker gives a result. *started* None: the event that started it, as in the methods below."""
        ids = self._ids(e.ActivityTaskScheduled, e.ActivityTaskStarted, scheduled, started)
        return self.add(e.ActivityTaskCompleted(**ids, result=given.json(result, "result")))

    def add_activity_task_failed(
        self,
        scheduled: int | None = None,
        started: int | None = None,
        reason: str | None = None,
        details: Any = None,
    ) -> Self:
        """Its worker gives a failure."""
        ids = self._ids(e.ActivityTaskScheduled, e.ActivityTaskStarted, scheduled, started)
        return self.add(e.ActivityTaskFailed(**ids, reason=reason, details=given.text(details, "details")))

    def add_activity_task_timed_out(
        self,
        scheduled: int | None = None,
        started: int | None = None,
        timeout_type: str = TimeoutType.START_TO_CLOSE,
        details: Any = None,
    ) -> Self:
        """One of its timeouts strikes."""
        ids = self._ids(e.ActivityTaskScheduled, e.ActivityTaskStarted, scheduled, started)
        return self.add(
            e.ActivityTaskTimedOut(
                **ids,
                timeout_type=given.one_of(TimeoutType, timeout_type, "timeout_type"),
                details=given.text(details, "details"),
            )
        )

    def add_activity_task_canceled(
        self, scheduled: int | None = None, started: int | None = None, details: Any = None
    ) -> Self:
        """It is canceled, after the request that was made last, if any."""
        ids = self._ids(e.ActivityTaskScheduled, e.ActivityTaskStarted, scheduled, started)
        request = self._latest(e.ActivityTaskCancelRequested) or None
        return self.add(
            e.ActivityTaskCanceled(
                **ids, details=given.text(details, "details"), latest_cancel_requested_event_id=request
            )
        )

    def add_activity_task_cancel_requested(self, activity_id: str, decision_id: int | None = None) -> Self:
        """Its worker is asked to cancel."""
        decision = self.decided(decision_id)
        return self.add(
            e.ActivityTaskCancelRequested(activity_id=activity_id, decision_task_completed_event_id=decision)
        )

    def add_activity_task_request_cancel_failed(
        self, activity_id: str, decision_id: int | None = None, cause: str = Cause.ACTIVITY_ID_UNKNOWN
    ) -> Self:
        """The decision to ask for a cancel was refused."""
        decision = self.decided(decision_id)
        return self.add(
            e.RequestCancelActivityTaskFailed(
                activity_id=activity_id,
                cause=given.one_of(Cause, cause, "cause"),
                decision_task_completed_event_id=decision,
            )
        )
