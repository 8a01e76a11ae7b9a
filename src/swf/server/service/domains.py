"""Operations on domains and their tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from swf.protocol import texts
from swf.protocol.operations import (
    DeprecateDomain,
    DescribeDomain,
    DomainConfiguration,
    DomainDetail,
    DomainInfo,
    DomainInfos,
    ListDomains,
    ListTagsForResource,
    ListTagsForResourceOutput,
    RegisterDomain,
    ResourceTag,
    TagResource,
    UndeprecateDomain,
    UntagResource,
)
from swf.protocol.values import RegistrationStatus
from swf.server.pending import Pending
from swf.server.service.pages import list_page, position_of
from swf.server.service.round import Later, Round
from swf.server.store.registry import DomainRow, with_status

ACCOUNT: Final = "000000000000"
_ARN = re.compile(r"arn:aws[a-z-]*:swf:[^:]*:[^:]*:/domain/(.+)")
"""Any region and account: one file is one world, under whatever address its callers know it."""


def register_domain(round: Round, request: RegisterDomain) -> None:
    """Registers a domain; an existing name is refused, a deprecated one too."""
    registry, quotas = round.service.registry, round.service.quotas
    if registry.domain(request.name) is not None:
        raise texts.domain_already_exists(request.name)
    tags = _merged({}, request.tags or (), limit=quotas.tags)
    if registry.domain_count >= quotas.domains:
        raise texts.too_many_domains(quotas.domains)
    domain = registry.add_domain(
        round.changes, request.name, request.description, request.workflow_execution_retention_period_in_days
    )
    if tags:
        registry.set_tags(round.changes, domain, tags)


def describe_domain(round: Round, pending: Pending) -> DomainDetail:
    """The domain, deprecated or not."""
    assert isinstance(pending.request, DescribeDomain)
    domain = round.domain(pending.request.name)
    return DomainDetail(
        domain_info=_info(domain, pending.region),
        configuration=DomainConfiguration(workflow_execution_retention_period_in_days=domain.retention_days),
    )


def list_domains(round: Round, pending: Pending) -> Later:
    """The domains of one status, by name."""
    request = pending.request
    assert isinstance(request, ListDomains)
    after = position_of(request, str, round.now)

    def fetch(limit: int) -> list[DomainRow]:
        return round.service.registry.domains(
            request.registration_status, after=after, limit=limit, is_reversed=bool(request.reverse_order)
        )

    def compose() -> DomainInfos:
        domains, following = list_page(request, fetch, lambda domain: domain.name, round.now)
        infos = tuple(_info(domain, pending.region) for domain in domains)
        return DomainInfos(domain_infos=infos, next_page_token=following)

    return Later(compose)


def deprecate_domain(round: Round, request: DeprecateDomain) -> None:
    """Deprecates the domain and every type in it."""
    domain, registry = round.domain(request.name), round.service.registry
    if domain.status is RegistrationStatus.DEPRECATED:
        raise texts.domain_deprecated(domain.name)
    registry.set_domain_status(round.changes, domain, RegistrationStatus.DEPRECATED)
    for activity_type in registry.activity_types.all(domain.id):
        if activity_type.type_info.status is RegistrationStatus.REGISTERED:
            deprecated = with_status(activity_type, RegistrationStatus.DEPRECATED, round.now)
            registry.activity_types.put(round.changes, domain.id, deprecated)
    for workflow_type in registry.workflow_types.all(domain.id):
        if workflow_type.type_info.status is RegistrationStatus.REGISTERED:
            out_of_use = with_status(workflow_type, RegistrationStatus.DEPRECATED, round.now)
            registry.workflow_types.put(round.changes, domain.id, out_of_use)


def undeprecate_domain(round: Round, request: UndeprecateDomain) -> None:
    """Makes the domain usable again; its types stay deprecated until each is called back."""
    domain = round.domain(request.name)
    if domain.status is RegistrationStatus.REGISTERED:
        raise texts.domain_already_exists(domain.name)
    round.service.registry.set_domain_status(round.changes, domain, RegistrationStatus.REGISTERED)


def usable_domain(round: Round, name: str) -> DomainRow:
    """The domain; a deprecated one is as good as unknown to whoever wants something new in it."""
    domain = round.domain(name)
    if domain.status is RegistrationStatus.DEPRECATED:
        raise texts.unknown_domain(name)
    return domain


def tag_resource(round: Round, request: TagResource) -> None:
    """Sets tags; a key that is there gets the new value. Too many: nothing is done."""
    registry = round.service.registry
    domain = _tagged_domain(round, request.resource_arn)
    tags = _merged(registry.tags(domain), request.tags, limit=round.service.quotas.tags)
    registry.set_tags(round.changes, domain, tags)


def untag_resource(round: Round, request: UntagResource) -> None:
    """Removes tags; keys that are not there are ignored."""
    registry = round.service.registry
    domain = _tagged_domain(round, request.resource_arn)
    tags = registry.tags(domain)
    for key in request.tag_keys:
        tags.pop(key, None)
    registry.set_tags(round.changes, domain, tags)


def list_tags_for_resource(round: Round, request: ListTagsForResource) -> ListTagsForResourceOutput:
    """The tags, by key."""
    tags = round.service.registry.tags(_tagged_domain(round, request.resource_arn))
    return ListTagsForResourceOutput(tags=tuple(ResourceTag(key=key, value=tags[key]) for key in sorted(tags)))


def _tagged_domain(round: Round, arn: str) -> DomainRow:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise texts.unknown_resource(arn)
    return round.domain(match[1])


def _merged(tags: dict[str, str | None], more: Iterable[ResourceTag], *, limit: int) -> dict[str, str | None]:
    merged = tags | {tag.key: tag.value for tag in more}
    if len(merged) > limit:
        raise texts.too_many_tags(limit)
    return merged


def _info(domain: DomainRow, region: str) -> DomainInfo:
    return DomainInfo(
        name=domain.name,
        status=domain.status,
        description=domain.description,
        arn=f"arn:aws:swf:{region}:{ACCOUNT}:/domain/{domain.name}",
    )
