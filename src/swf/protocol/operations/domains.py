"""Domains: the namespaces of everything, and their tags."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request, Word
from swf.protocol.values import (
    Arn,
    Description,
    DomainName,
    DurationInDays,
    PageSize,
    PageToken,
    RegistrationStatus,
    ResourceTagKey,
    ResourceTagValue,
)


class DomainInfo(Word, frozen=True, kw_only=True):
    """Name and status of a domain."""

    name: DomainName
    status: RegistrationStatus
    description: Description | None = None
    arn: Arn | None = None


class DomainConfiguration(Word, frozen=True, kw_only=True):
    """What a domain was registered with."""

    workflow_execution_retention_period_in_days: DurationInDays


class DomainInfos(Word, frozen=True, kw_only=True):
    """A page of domains."""

    domain_infos: tuple[DomainInfo, ...]
    next_page_token: PageToken | None = None


class DomainDetail(Word, frozen=True, kw_only=True):
    """A domain with its configuration."""

    domain_info: DomainInfo
    configuration: DomainConfiguration


class ResourceTag(Word, frozen=True, kw_only=True):
    """A tag of a domain."""

    key: ResourceTagKey
    value: ResourceTagValue | None = None


class ListTagsForResourceOutput(Word, frozen=True, kw_only=True):
    """The tags of a domain."""

    tags: tuple[ResourceTag, ...] | None = None


class RegisterDomain(Request[None], frozen=True, kw_only=True):
    """Registers a domain; retention is in days, "0" to "90" or "NONE"."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "DomainAlreadyExistsFault",
        "LimitExceededFault",
        "TooManyTagsFault",
    )

    name: DomainName
    workflow_execution_retention_period_in_days: DurationInDays
    description: Description | None = None
    tags: tuple[ResourceTag, ...] | None = None


class DescribeDomain(Request[DomainDetail], frozen=True, kw_only=True):
    """Tells status and configuration of a domain, a deprecated one too."""

    RESULT: ClassVar = DomainDetail
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    name: DomainName


class ListDomains(Request[DomainInfos], frozen=True, kw_only=True):
    """Lists domains by name."""

    RESULT: ClassVar = DomainInfos
    FAULTS: ClassVar[tuple[str, ...]] = ()

    registration_status: RegistrationStatus
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateDomain(Request[None], frozen=True, kw_only=True):
    """Deprecates a domain and every type in it; running executions go on."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "DomainDeprecatedFault",
    )

    name: DomainName


class UndeprecateDomain(Request[None], frozen=True, kw_only=True):
    """Makes a deprecated domain usable again; its types stay as they are."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "DomainAlreadyExistsFault",
    )

    name: DomainName


class TagResource(Request[None], frozen=True, kw_only=True):
    """Sets tags of a domain, named by its ARN."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TooManyTagsFault",
        "LimitExceededFault",
    )

    resource_arn: Arn
    tags: tuple[ResourceTag, ...]


class UntagResource(Request[None], frozen=True, kw_only=True):
    """Removes tags of a domain; unknown keys are ignored."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "LimitExceededFault",
    )

    resource_arn: Arn
    tag_keys: tuple[ResourceTagKey, ...]


class ListTagsForResource(Request[ListTagsForResourceOutput], frozen=True, kw_only=True):
    """Lists the tags of a domain."""

    RESULT: ClassVar = ListTagsForResourceOutput
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "LimitExceededFault",
    )

    resource_arn: Arn
