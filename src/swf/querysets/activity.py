"""The activity types of a domain."""

from __future__ import annotations

from collections.abc import Iterable

from swf import given
from swf.constants import REGISTERED
from swf.exceptions import ActivityTypeDoesNotExist, AlreadyExistsError
from swf.models.activity import ActivityType
from swf.models.domain import Domain
from swf.protocol import operations as o
from swf.protocol.values import RegistrationStatus
from swf.querysets.base import DomainBoundQuerySet, Results


class ActivityTypeQuerySet(DomainBoundQuerySet):
    """Asks for activity types."""

    __slots__ = ()

    def get(self, name: str, version: str) -> ActivityType:
        """The type with its defaults; raises ActivityTypeDoesNotExist if there is none."""
        return ActivityType(self.domain, name, version).upstream()

    def get_or_create(
        self,
        name: str,
        version: str,
        status: str = REGISTERED,
        description: str | None = None,
        creation_date: float = 0.0,
        deprecation_date: float = 0.0,
        task_list: str | None = None,
        task_heartbeat_timeout: int | str | None = None,
        task_schedule_to_close_timeout: int | str | None = None,
        task_schedule_to_start_timeout: int | str | None = None,
        task_start_to_close_timeout: int | str | None = None,
    ) -> ActivityType:
        """The type, registered with these values if it is not there; many may ask at once."""
        try:
            return self.get(name, version)
        except ActivityTypeDoesNotExist:
            try:
                return self.create(
                    name,
                    version,
                    status,
                    description,
                    creation_date,
                    deprecation_date,
                    task_list,
                    task_heartbeat_timeout,
                    task_schedule_to_close_timeout,
                    task_schedule_to_start_timeout,
                    task_start_to_close_timeout,
                )
            except AlreadyExistsError:
                return self.get(name, version)

    def create(
        self,
        name: str,
        version: str,
        status: str = REGISTERED,
        description: str | None = None,
        creation_date: float = 0.0,
        deprecation_date: float = 0.0,
        task_list: str | None = None,
        task_heartbeat_timeout: int | str | None = None,
        task_schedule_to_close_timeout: int | str | None = None,
        task_schedule_to_start_timeout: int | str | None = None,
        task_start_to_close_timeout: int | str | None = None,
    ) -> ActivityType:
        """Registers a type; raises AlreadyExistsError if name and version are taken."""
        activity_type = ActivityType(
            self.domain,
            name,
            version,
            status,
            description,
            creation_date,
            deprecation_date,
            task_list,
            task_heartbeat_timeout,
            task_schedule_to_close_timeout,
            task_schedule_to_start_timeout,
            task_start_to_close_timeout,
        )
        activity_type.save()
        return activity_type

    def filter(
        self,
        domain: Domain | None = None,
        registration_status: str = REGISTERED,
        name: str | None = None,
        *,
        page_size: int | None = None,
    ) -> Results[ActivityType]:
        """The types of that status and, if given, of that exact name, by name and version; None: all names.

        *domain* None: that of the queryset. A list tells no defaults: ``upstream()`` does.
        """
        wanted = self.domain if domain is None else domain
        Domain.check(wanted)
        status = given.one_of(RegistrationStatus, registration_status, "registration_status")

        def fetch(
            token: str | None, *, reverse: bool
        ) -> tuple[o.ActivityTypeInfos, Iterable[ActivityType], str | None]:
            page = wanted.list_activity_types(wanted.name, status, name, token, page_size, reverse or None)
            return page, (ActivityType.from_info(wanted, info) for info in page.type_infos), page.next_page_token

        return Results(fetch)

    def all(self, registration_status: str = REGISTERED, *, page_size: int | None = None) -> Results[ActivityType]:
        """The types of that status."""
        return self.filter(registration_status=registration_status, page_size=page_size)
