"""The domains of an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swf import given
from swf.constants import REGISTERED
from swf.core import link, linked
from swf.exceptions import AlreadyExistsError, DomainDoesNotExist
from swf.models.domain import Domain
from swf.protocol import operations as o
from swf.protocol.values import RegistrationStatus
from swf.querysets.base import BaseQuerySet, Results


class DomainQuerySet(BaseQuerySet):
    """Asks for domains."""

    __slots__ = ()

    def __init__(
        self,
        *,
        region: str | None = None,
        connection: Any = None,
        boto3_client: Any = None,
        session: Any = None,
        endpoint_url: str | None = None,
    ) -> None:
        """Takes what :class:`~swf.core.ConnectedSWFObject` takes, and nothing else."""
        link(self, region, connection, boto3_client, session, endpoint_url)

    def get(self, name: str) -> Domain:
        """The domain of that name; raises DomainDoesNotExist if there is none."""
        return Domain(name, **linked(self)).upstream()

    def get_or_create(
        self,
        name: str,
        status: str = REGISTERED,
        description: str | None = None,
        retention_period: int | str = 30,
    ) -> Domain:
        """The domain of that name, registered with these values if it is not there; many may ask at once."""
        try:
            return self.get(name)
        except DomainDoesNotExist:
            try:
                return self.create(name, status, description, retention_period)
            except AlreadyExistsError:
                return self.get(name)

    def create(
        self,
        name: str,
        status: str = REGISTERED,
        description: str | None = None,
        retention_period: int | str = 30,
    ) -> Domain:
        """Registers a domain; raises AlreadyExistsError if the name is taken."""
        domain = Domain(name, status, description, retention_period, **linked(self))
        domain.save()
        return domain

    def all(self, registration_status: str = REGISTERED, *, page_size: int | None = None) -> Results[Domain]:
        """The domains of that status, by name. A list tells no retention: ``upstream()`` does."""
        status = given.one_of(RegistrationStatus, registration_status, "registration_status")

        def fetch(token: str | None, *, reverse: bool) -> tuple[o.DomainInfos, Iterable[Domain], str | None]:
            page = self.list_domains(status, token, page_size, reverse or None)
            return page, (Domain.from_info(info, self) for info in page.domain_infos), page.next_page_token

        return Results(fetch)
