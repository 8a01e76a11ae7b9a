"""Domains: registered, deprecated, tagged, listed, and what hangs on them."""

from __future__ import annotations

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.events import ActivityTaskCompleted, ScheduleActivityTaskFailed
from swf.protocol.faults import (
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    LimitExceededFault,
    TooManyTagsFault,
    UnknownResourceFault,
    ValidationException,
)
from swf.protocol.values import CloseStatus, RegistrationStatus
from swf.server import Quotas
from tests.service.flow import CHARGE, DOMAIN, ORDER, Flow, schedule

ARN = f"arn:aws:swf:us-east-1:000000000000:/domain/{DOMAIN}"
REGISTERED, DEPRECATED = RegistrationStatus.REGISTERED, RegistrationStatus.DEPRECATED


def register(flow: Flow, name: str, **values: object) -> None:
    request = {"name": name, "workflow_execution_retention_period_in_days": "7", **values}
    flow.call(o.RegisterDomain(**request))  # type: ignore[arg-type]


def names(infos: o.DomainInfos) -> list[str]:
    return [info.name for info in infos.domain_infos]


def test_a_domain_is_described_as_it_was_registered(flow: Flow) -> None:
    register(flow, "bank", description="money", workflow_execution_retention_period_in_days="NONE")
    assert flow.call(o.DescribeDomain(name="bank")) == o.DomainDetail(
        domain_info=o.DomainInfo(
            name="bank",
            status=REGISTERED,
            description="money",
            arn="arn:aws:swf:us-east-1:000000000000:/domain/bank",
        ),
        configuration=o.DomainConfiguration(workflow_execution_retention_period_in_days="NONE"),
    )


def test_an_unknown_domain_is_named(flow: Flow) -> None:
    for request in (o.DescribeDomain, o.DeprecateDomain, o.UndeprecateDomain):
        with pytest.raises(UnknownResourceFault, match=r"^Unknown domain: mars$"):
            flow.call(request(name="mars"))


@pytest.mark.parametrize("days", ["91", "-1", "x", "none", ""])
def test_retention_is_a_number_of_days_up_to_90_or_none(flow: Flow, days: str) -> None:
    with pytest.raises(ValidationException, match="workflowExecutionRetentionPeriodInDays"):
        register(flow, "bank", workflow_execution_retention_period_in_days=days)
    for allowed in ("0", "90", "NONE"):
        register(flow, f"bank-{allowed}", workflow_execution_retention_period_in_days=allowed)


def test_domains_are_listed_by_name_status_and_page(flow: Flow) -> None:
    for name in ("zoo", "bank", "Airport"):
        register(flow, name)
    flow.call(o.DeprecateDomain(name="bank"))

    assert names(flow.call(o.ListDomains(registration_status=REGISTERED))) == ["Airport", "shop", "zoo"]
    assert names(flow.call(o.ListDomains(registration_status=REGISTERED, reverse_order=True))) == [
        "zoo",
        "shop",
        "Airport",
    ]
    deprecated = flow.call(o.ListDomains(registration_status=DEPRECATED))
    assert [(info.name, info.status) for info in deprecated.domain_infos] == [("bank", DEPRECATED)]

    first = flow.call(o.ListDomains(registration_status=REGISTERED, maximum_page_size=2))
    second = flow.call(
        o.ListDomains(registration_status=REGISTERED, maximum_page_size=2, next_page_token=first.next_page_token)
    )
    assert names(first) + names(second) == ["Airport", "shop", "zoo"]
    assert second.next_page_token is None
    with pytest.raises(ValidationException, match=r"^Invalid token$"):
        flow.call(o.ListDomains(registration_status=DEPRECATED, next_page_token=first.next_page_token))


def test_a_page_that_is_exactly_full_is_the_last(flow: Flow) -> None:
    register(flow, "bank")
    page = flow.call(o.ListDomains(registration_status=REGISTERED, maximum_page_size=2))
    assert (len(page.domain_infos), page.next_page_token) == (2, None)


def test_deprecation_is_not_idempotent_and_can_be_taken_back(flow: Flow) -> None:
    with pytest.raises(DomainAlreadyExistsFault, match=r"^shop$"):
        flow.call(o.UndeprecateDomain(name=DOMAIN))
    flow.call(o.DeprecateDomain(name=DOMAIN))
    with pytest.raises(DomainDeprecatedFault, match=r"^shop$"):
        flow.call(o.DeprecateDomain(name=DOMAIN))
    with pytest.raises(DomainAlreadyExistsFault, match=r"^shop$"):
        register(flow, DOMAIN)
    flow.call(o.UndeprecateDomain(name=DOMAIN))
    assert flow.call(o.DescribeDomain(name=DOMAIN)).domain_info.status is REGISTERED


def test_nothing_new_begins_in_a_deprecated_domain(flow: Flow) -> None:
    flow.call(o.DeprecateDomain(name=DOMAIN))
    for refused in (
        o.StartWorkflowExecution(domain=DOMAIN, workflow_id="w", workflow_type=ORDER),
        o.RegisterWorkflowType(domain=DOMAIN, name="new", version="1"),
        o.RegisterActivityType(domain=DOMAIN, name="new", version="1"),
        o.UndeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER),
        o.UndeprecateActivityType(domain=DOMAIN, activity_type=CHARGE),
    ):
        with pytest.raises(UnknownResourceFault, match=r"^Unknown domain: shop$"):
            flow.call(refused)


def test_what_runs_in_a_deprecated_domain_runs_on(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"))
    flow.call(o.DeprecateDomain(name=DOMAIN))

    flow.take()
    flow.complete("a")
    flow.signal()
    flow.decide(schedule("b"))
    assert flow.all_of(ScheduleActivityTaskFailed)[0].cause == "ACTIVITY_TYPE_DEPRECATED"
    assert len(flow.all_of(ActivityTaskCompleted)) == 1
    flow.decide(d.CompleteWorkflowExecution())
    assert flow.status is CloseStatus.COMPLETED
    assert flow.beside("order-1", is_open=False).run_id == flow.run_id, "and lists show it"


def test_types_are_deprecated_with_their_domain_and_stay_so(flow: Flow) -> None:
    flow.clock.advance(5)
    flow.call(o.DeprecateDomain(name=DOMAIN))
    at = flow.clock.now()
    described = flow.call(o.DescribeActivityType(domain=DOMAIN, activity_type=CHARGE)).type_info
    assert (described.status, described.deprecation_date) == (DEPRECATED, at)
    flow.call(o.UndeprecateDomain(name=DOMAIN))
    assert flow.call(o.DescribeWorkflowType(domain=DOMAIN, workflow_type=ORDER)).type_info.status is DEPRECATED
    flow.call(o.UndeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    flow.start()


def test_a_type_registered_in_the_same_round_is_deprecated_with_its_domain(flow: Flow) -> None:
    """It is in no file yet."""
    registered, deprecated = flow.client.call_together(
        o.RegisterWorkflowType(domain=DOMAIN, name="new", version="1"), o.DeprecateDomain(name=DOMAIN)
    )
    assert (registered, deprecated) == (None, None)
    listed = flow.call(o.ListWorkflowTypes(domain=DOMAIN, registration_status=DEPRECATED))
    assert [info.workflow_type.name for info in listed.type_infos] == ["new", "order"]


def test_there_can_be_so_many_domains() -> None:
    flow = Flow(quotas=Quotas(domains=2))
    register(flow, "bank")
    flow.call(o.DeprecateDomain(name="bank"))
    with pytest.raises(LimitExceededFault):
        register(flow, "zoo")
    flow.service.close()


# Tags


def tags(flow: Flow, arn: str = ARN) -> dict[str, str | None]:
    listed = flow.call(o.ListTagsForResource(resource_arn=arn)).tags
    return {tag.key: tag.value for tag in listed}


def tag(**values: str) -> tuple[o.ResourceTag, ...]:
    return tuple(o.ResourceTag(key=key, value=value) for key, value in values.items())


def test_tags_are_set_overwritten_and_removed(durable_flow: Flow) -> None:
    flow = durable_flow
    assert flow.call(o.ListTagsForResource(resource_arn=ARN)) == o.ListTagsForResourceOutput(tags=())
    flow.call(o.TagResource(resource_arn=ARN, tags=tag(team="a", cost="1")))
    flow.call(o.TagResource(resource_arn=ARN, tags=(*tag(team="b"), o.ResourceTag(key="empty"))))
    assert list(tags(flow).items()) == [("cost", "1"), ("empty", None), ("team", "b")]
    flow.reopen()
    flow.call(o.UntagResource(resource_arn=ARN, tag_keys=("cost", "never-there")))
    flow.call(o.UntagResource(resource_arn=ARN, tag_keys=("cost",)))
    assert tags(flow) == {"empty": None, "team": "b"}


def test_a_domain_may_be_born_with_tags(flow: Flow) -> None:
    register(flow, "bank", tags=tag(team="a"))
    assert tags(flow, "arn:aws:swf:eu-west-1:123456789012:/domain/bank") == {"team": "a"}, "whatever the region"


def test_more_than_50_tags_are_refused_as_a_whole(flow: Flow) -> None:
    fifty = tag(**{f"k{number}": "v" for number in range(50)})
    flow.call(o.TagResource(resource_arn=ARN, tags=fifty))
    with pytest.raises(TooManyTagsFault):
        flow.call(o.TagResource(resource_arn=ARN, tags=tag(k0="changed", k50="v")))
    assert tags(flow)["k0"] == "v", "nothing was applied"
    flow.call(o.TagResource(resource_arn=ARN, tags=tag(k0="changed")))
    with pytest.raises(TooManyTagsFault):
        register(flow, "bank", tags=(*fifty, *tag(k50="v")))
    with pytest.raises(UnknownResourceFault):
        flow.call(o.DescribeDomain(name="bank"))


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:swf:us-east-1:000000000000:/domain/mars", r"^Unknown domain: mars$"),
        ("arn:aws:sns:us-east-1:000000000000:topic", r"^Unknown resource: arn:aws:sns:us-east-1:000000000000:topic$"),
        ("shop", r"^Unknown resource: shop$"),
    ],
)
def test_only_domains_have_tags(flow: Flow, arn: str, message: str) -> None:
    for request in (
        o.ListTagsForResource(resource_arn=arn),
        o.TagResource(resource_arn=arn, tags=tag(a="1")),
        o.UntagResource(resource_arn=arn, tag_keys=("a",)),
    ):
        with pytest.raises(UnknownResourceFault, match=message):
            flow.call(request)
