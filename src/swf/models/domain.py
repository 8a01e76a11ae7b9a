"""Domains: the namespaces of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from swf import given
from swf.constants import REGISTERED
from swf.core import linked
from swf.exceptions import DoesNotExistError, DomainDoesNotExist, InvalidKeywordArgumentError
from swf.models.base import BaseModel, check_registered, duration
from swf.protocol import operations as o
from swf.protocol.values import RegistrationStatus, TaskList

if TYPE_CHECKING:
    from swf.core import ConnectedSWFObject
    from swf.models.activity import ActivityType
    from swf.models.workflow import WorkflowType
    from swf.querysets.workflow import WorkflowExecutionQuerySet

__all__ = ["Domain", "DomainDoesNotExist"]


@dataclass(frozen=True, slots=True, repr=False)
class Domain(BaseModel):
    """A domain. *retention_period* is in days, 0 to 90, or ``"NONE"``; None: not told, as in what a list shows."""

    MISSING: ClassVar[type[DoesNotExistError]] = DomainDoesNotExist
    COMPARED: ClassVar[tuple[str, ...]] = ("name", "status", "description", "retention_period")

    name: str
    status: str = REGISTERED
    description: str | None = None
    retention_period: int | str | None = 30
    arn: str | None = field(default=None, compare=False, kw_only=True)
    """Its name in all of Amazon, as the service tells it; None: not asked yet."""

    def __post_init__(self) -> None:
        self._link(None)
        given.one_of(RegistrationStatus, self.status, "status")
        if isinstance(self.retention_period, str) and self.retention_period.isdigit():
            object.__setattr__(self, "retention_period", int(self.retention_period))

    @staticmethod
    def check(domain: object) -> None:
        """Returns if *domain* is a Domain; raises TypeError if not."""
        if not isinstance(domain, Domain):
            raise TypeError(f"a swf.models.Domain is wanted, found {domain!r} of type {type(domain).__name__}")

    @classmethod
    def from_info(cls, info: o.DomainInfo, origin: ConnectedSWFObject, retention: str | None = None) -> Self:
        """The domain that a list or description shows; a list does not tell the retention."""
        return cls(info.name, info.status, info.description, retention, arn=info.arn, **linked(origin))

    def upstream(self) -> Self:
        detail = self.call(o.DescribeDomain(name=self.name))
        return self.from_info(
            detail.domain_info, self, detail.configuration.workflow_execution_retention_period_in_days
        )

    def save(self, tags: Mapping[str, str] | None = None) -> None:
        """Registers it, with *tags* if there are any; raises AlreadyExistsError if the name is taken."""
        check_registered(self.status)
        retention = duration(self.retention_period)
        if retention is None:
            raise InvalidKeywordArgumentError(
                f"retention_period: not known of {self!r}; a domain is registered with a number of days"
            )
        self.call(
            o.RegisterDomain(
                name=self.name,
                workflow_execution_retention_period_in_days=retention,
                description=self.description,
                tags=_resource_tags(tags) if tags else None,
            )
        )

    def delete(self) -> None:
        """Deprecates it and every type in it; running executions go on."""
        self.call(o.DeprecateDomain(name=self.name))

    def undeprecate(self) -> None:
        """Makes it usable again; its types stay as they are."""
        self.call(o.UndeprecateDomain(name=self.name))

    @property
    def tags(self) -> dict[str, str | None]:
        """Its tags, from the service."""
        tags = self.call(o.ListTagsForResource(resource_arn=self._arn())).tags
        return {tag.key: tag.value for tag in tags or ()}

    def tag(self, tags: Mapping[str, str]) -> None:
        """Sets tags; others stay."""
        self.call(o.TagResource(resource_arn=self._arn(), tags=_resource_tags(tags)))

    def untag(self, *keys: str) -> None:
        """Removes tags; unknown keys are ignored."""
        self.call(o.UntagResource(resource_arn=self._arn(), tag_keys=keys))

    def _arn(self) -> str:
        arn = self.arn or self.upstream().arn
        if arn is None:
            raise DoesNotExistError(f"the service does not tell the ARN of domain {self.name!r}, which tags need")
        return arn

    def workflows(self, status: str = REGISTERED) -> list[WorkflowType]:
        """Its workflow types of that status."""
        from swf.querysets.workflow import WorkflowTypeQuerySet

        return list(WorkflowTypeQuerySet(self).all(status))

    def activities(self, status: str = REGISTERED) -> list[ActivityType]:
        """Its activity types of that status."""
        from swf.querysets.activity import ActivityTypeQuerySet

        return list(ActivityTypeQuerySet(self).all(status))

    @property
    def executions(self) -> WorkflowExecutionQuerySet:
        """Its executions."""
        from swf.querysets.workflow import WorkflowExecutionQuerySet

        return WorkflowExecutionQuerySet(self)

    def pending_activity_tasks(self, task_list: str) -> int:
        """How many activity tasks wait in a list."""
        return self.call(o.CountPendingActivityTasks(domain=self.name, task_list=TaskList(name=task_list))).count

    def pending_decision_tasks(self, task_list: str) -> int:
        """How many decision tasks wait in a list."""
        return self.call(o.CountPendingDecisionTasks(domain=self.name, task_list=TaskList(name=task_list))).count

    def __repr__(self) -> str:
        return f"<Domain name={self.name} status={self.status}>"


def _resource_tags(tags: Mapping[str, str]) -> tuple[o.ResourceTag, ...]:
    if not isinstance(tags, Mapping):
        raise InvalidKeywordArgumentError(f"tags: names with values are wanted, as in {{'team': 'a'}}, found {tags!r}")
    return tuple(o.ResourceTag(key=key, value=value) for key, value in tags.items())
