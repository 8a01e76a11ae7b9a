"""The workflow types of a domain; :mod:`swf.querysets.execution` has their executions."""

from __future__ import annotations

from collections.abc import Iterable

from swf import given
from swf.constants import REGISTERED
from swf.exceptions import AlreadyExistsError, WorkflowTypeDoesNotExist
from swf.models.domain import Domain
from swf.models.workflow_type import CHILD_POLICIES, WorkflowType
from swf.protocol import operations as o
from swf.protocol.values import RegistrationStatus
from swf.querysets.base import DomainBoundQuerySet, Results
from swf.querysets.execution import WorkflowExecutionQuerySet

__all__ = ["WorkflowExecutionQuerySet", "WorkflowTypeQuerySet"]


class WorkflowTypeQuerySet(DomainBoundQuerySet):
    """Asks for workflow types."""

    __slots__ = ()

    def get(self, name: str, version: str) -> WorkflowType:
        """The type with its defaults; raises WorkflowTypeDoesNotExist if there is none."""
        return WorkflowType(self.domain, name, version).upstream()

    def get_or_create(
        self,
        name: str,
        version: str,
        status: str = REGISTERED,
        creation_date: float = 0.0,
        deprecation_date: float = 0.0,
        task_list: str | None = None,
        child_policy: str | None = CHILD_POLICIES.TERMINATE,
        execution_timeout: int | str | None = "300",
        decision_tasks_timeout: int | str | None = "300",
        description: str | None = None,
    ) -> WorkflowType:
        """The type, registered with these values if it is not there; many may ask at once."""
        try:
            return self.get(name, version)
        except WorkflowTypeDoesNotExist:
            try:
                return self.create(
                    name,
                    version,
                    status,
                    creation_date,
                    deprecation_date,
                    task_list,
                    child_policy,
                    execution_timeout,
                    decision_tasks_timeout,
                    description,
                )
            except AlreadyExistsError:
                return self.get(name, version)

    def create(
        self,
        name: str,
        version: str,
        status: str = REGISTERED,
        creation_date: float = 0.0,
        deprecation_date: float = 0.0,
        task_list: str | None = None,
        child_policy: str | None = CHILD_POLICIES.TERMINATE,
        execution_timeout: int | str | None = "300",
        decision_tasks_timeout: int | str | None = "300",
        description: str | None = None,
    ) -> WorkflowType:
        """Registers a type; raises AlreadyExistsError if name and version are taken."""
        workflow_type = WorkflowType(
            self.domain,
            name,
            version,
            status,
            creation_date,
            deprecation_date,
            task_list,
            child_policy,
            execution_timeout,
            decision_tasks_timeout,
            description,
        )
        workflow_type.save()
        return workflow_type

    def filter(
        self,
        domain: Domain | None = None,
        registration_status: str = REGISTERED,
        name: str | None = None,
        *,
        page_size: int | None = None,
    ) -> Results[WorkflowType]:
        """The types of that status and, if given, of that exact name, by name and version; None: all names.

        *domain* None: that of the queryset. A list tells no defaults: ``upstream()`` does.
        """
        wanted = self.domain if domain is None else domain
        Domain.check(wanted)
        status = given.one_of(RegistrationStatus, registration_status, "registration_status")

        def fetch(
            token: str | None, *, reverse: bool
        ) -> tuple[o.WorkflowTypeInfos, Iterable[WorkflowType], str | None]:
            page = wanted.list_workflow_types(wanted.name, status, name, token, page_size, reverse or None)
            return page, (WorkflowType.from_info(wanted, info) for info in page.type_infos), page.next_page_token

        return Results(fetch)

    def all(self, registration_status: str = REGISTERED, *, page_size: int | None = None) -> Results[WorkflowType]:
        """The types of that status."""
        return self.filter(registration_status=registration_status, page_size=page_size)
