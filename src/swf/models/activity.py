"""Activity types, and the activity tasks that workers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec

from swf import format, given
from swf.constants import REGISTERED
from swf.core import linked
from swf.exceptions import ActivityTypeDoesNotExist, DoesNotExistError, ResponseError
from swf.models.base import BaseModel, check_registered, duration
from swf.models.domain import Domain
from swf.protocol import operations as o
from swf.protocol import values as v

if TYPE_CHECKING:
    from swf.models.workflow import WorkflowExecution

__all__ = ["ActivityTask", "ActivityType", "ActivityTypeDoesNotExist"]


@dataclass(frozen=True, slots=True, repr=False)
class ActivityType(BaseModel):
    """An activity type with its defaults. Timeouts are seconds or ``"NONE"``; None: no default.

    What a list shows has no defaults; :meth:`upstream` has them. Dates are seconds since 1970, 0 where the service has
    not told them.
    """

    MISSING: ClassVar[type[DoesNotExistError]] = ActivityTypeDoesNotExist
    COMPARED: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "status",
        "description",
        "task_list",
        "task_heartbeat_timeout",
        "task_schedule_to_close_timeout",
        "task_schedule_to_start_timeout",
        "task_start_to_close_timeout",
        "task_priority",
    )

    domain: Domain
    name: str
    version: str
    status: str = REGISTERED
    description: str | None = None
    creation_date: float = field(default=0.0, compare=False)
    deprecation_date: float = field(default=0.0, compare=False)
    task_list: str | None = None
    task_heartbeat_timeout: int | str | None = None
    task_schedule_to_close_timeout: int | str | None = None
    task_schedule_to_start_timeout: int | str | None = None
    task_start_to_close_timeout: int | str | None = None
    task_priority: int | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        Domain.check(self.domain)
        self._link(self.domain)
        given.one_of(v.RegistrationStatus, self.status, "status")
        for name in self.COMPARED[5:]:
            object.__setattr__(self, name, duration(getattr(self, name)))

    @classmethod
    def from_info(
        cls, domain: Domain, info: o.ActivityTypeInfo, defaults: o.ActivityTypeConfiguration | None = None
    ) -> Self:
        """The type that a list or description shows; a list tells no *defaults*."""
        defaults = defaults or o.ActivityTypeConfiguration()
        return cls(
            domain,
            info.activity_type.name,
            info.activity_type.version,
            info.status,
            info.description,
            info.creation_date,
            info.deprecation_date or 0.0,
            defaults.default_task_list.name if defaults.default_task_list else None,
            defaults.default_task_heartbeat_timeout,
            defaults.default_task_schedule_to_close_timeout,
            defaults.default_task_schedule_to_start_timeout,
            defaults.default_task_start_to_close_timeout,
            task_priority=defaults.default_task_priority,
            **linked(domain),
        )

    @property
    def word(self) -> v.ActivityType:
        """Name and version, as calls and decisions carry them."""
        return v.ActivityType(name=self.name, version=self.version)

    def upstream(self) -> Self:
        detail = self.call(o.DescribeActivityType(domain=self.domain.name, activity_type=self.word))
        return self.from_info(self.domain, detail.type_info, detail.configuration)

    def save(self) -> None:
        check_registered(self.status)
        self.call(
            o.RegisterActivityType(
                domain=self.domain.name,
                name=self.name,
                version=self.version,
                description=self.description,
                default_task_list=None if self.task_list is None else v.TaskList(name=self.task_list),
                default_task_heartbeat_timeout=duration(self.task_heartbeat_timeout),
                default_task_schedule_to_close_timeout=duration(self.task_schedule_to_close_timeout),
                default_task_schedule_to_start_timeout=duration(self.task_schedule_to_start_timeout),
                default_task_start_to_close_timeout=duration(self.task_start_to_close_timeout),
                default_task_priority=duration(self.task_priority),
            )
        )

    def delete(self) -> None:
        """Deprecates it: it cannot be scheduled any more, open tasks go on."""
        self.call(o.DeprecateActivityType(domain=self.domain.name, activity_type=self.word))

    def undeprecate(self) -> None:
        """Makes it usable again."""
        self.call(o.UndeprecateActivityType(domain=self.domain.name, activity_type=self.word))

    def purge(self) -> None:
        """Deletes it for good; raises DeprecatedError if it is not deprecated."""
        self.call(o.DeleteActivityType(domain=self.domain.name, activity_type=self.word))

    def __repr__(self) -> str:
        return f"<ActivityType domain={self.domain.name} name={self.name} version={self.version} status={self.status}>"


@dataclass(frozen=True, slots=True, repr=False)
class ActivityTask(BaseModel):
    """A task that a worker has got. *input* is decoded; *context* is for the user's own use."""

    domain: Domain
    task_list: str
    task_token: str | None = None
    activity_type: ActivityType | None = None
    workflow_execution: WorkflowExecution | None = None
    input: Any = None
    activity_id: str | None = None
    started_event_id: int | None = None
    context: Any = None

    def __post_init__(self) -> None:
        Domain.check(self.domain)
        self._link(self.domain)

    @classmethod
    def from_poll(cls, domain: Domain, task_list: str, response: o.ActivityTask | Mapping[str, Any]) -> ActivityTask:
        """The task in the answer of a poll, of ours or boto3's; raises ResponseError if it found none."""
        from swf.models.workflow import WorkflowExecution

        try:
            found = msgspec.convert(response, o.ActivityTask)
        except msgspec.ValidationError as error:
            raise ResponseError(f"{response!r} is no answer of PollForActivityTask: {error}") from error
        kind, execution = found.activity_type, found.workflow_execution
        if kind is None or execution is None:
            raise ResponseError(f"response: there is no activity task in {response!r}")
        return cls(
            domain,
            task_list,
            found.task_token,
            ActivityType(domain, kind.name, kind.version),
            WorkflowExecution(domain, execution.workflow_id, execution.run_id),
            format.decode(found.input),
            found.activity_id,
            found.started_event_id,
        )

    def __repr__(self) -> str:
        return f"<ActivityTask domain={self.domain.name} task_list={self.task_list} activity_id={self.activity_id}>"
