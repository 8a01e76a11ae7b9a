"""Workflow types and activity types: the same rules for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.events import ActivityTaskCompleted, ScheduleActivityTaskFailed
from swf.protocol.faults import (
    LimitExceededFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    ValidationException,
)
from swf.protocol.values import ActivityType, CloseStatus, RegistrationStatus, TaskList, WorkflowType
from swf.server import Quotas
from tests.service.flow import CHARGE, DOMAIN, ORDER, Flow, schedule

REGISTERED, DEPRECATED = RegistrationStatus.REGISTERED, RegistrationStatus.DEPRECATED


@dataclass(frozen=True)
class Kind:
    """The operations of one kind of types."""

    word: str
    type: Callable[..., Any]

    def request(self, verb: str, name: str = "new", version: str = "1", **values: Any) -> Any:
        """The request of an operation on one type."""
        operation = o.OPERATIONS[f"{verb}{self.word}Type"]
        member = f"{self.word.lower()}_type"
        return operation(domain=DOMAIN, **{member: self.type(name=name, version=version)}, **values)

    def register(self, name: str = "new", version: str = "1", **values: Any) -> Any:
        operation = o.OPERATIONS[f"Register{self.word}Type"]
        return operation(domain=DOMAIN, name=name, version=version, **values)  # type: ignore[call-arg]

    def list(self, status: RegistrationStatus = REGISTERED, **values: Any) -> Any:
        operation = o.OPERATIONS[f"List{self.word}Types"]
        return operation(domain=DOMAIN, registration_status=status, **values)  # type: ignore[call-arg]

    def label(self, name: str = "new", version: str = "1") -> str:
        return rf"{self.word}Type=\[name={name}, version={version}\]"

    def shown(self, page: Any) -> list[tuple[str, str]]:
        types = [getattr(info, f"{self.word.lower()}_type") for info in page.type_infos]
        return [(type.name, type.version) for type in types]


KINDS = [Kind("Activity", ActivityType), Kind("Workflow", WorkflowType)]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)


@each_kind
def test_a_type_is_described_with_its_dates_and_the_defaults_that_were_set(flow: Flow, kind: Kind) -> None:
    at = flow.clock.now()
    flow.call(kind.register(description="words", default_task_priority="-7", default_task_list=TaskList(name="l")))
    detail = flow.call(kind.request("Describe"))
    info = detail.type_info
    assert (info.status, info.description, info.creation_date, info.deprecation_date) == (REGISTERED, "words", at, None)
    defaults = detail.configuration
    assert (defaults.default_task_priority, defaults.default_task_list) == ("-7", TaskList(name="l"))
    assert defaults.default_task_start_to_close_timeout is None


@each_kind
def test_deprecation_is_not_idempotent_and_can_be_taken_back(flow: Flow, kind: Kind) -> None:
    flow.call(kind.register())
    with pytest.raises(TypeAlreadyExistsFault, match=f"^{kind.label()}$"):
        flow.call(kind.request("Undeprecate"))
    flow.clock.advance(5)
    flow.call(kind.request("Deprecate"))
    info = flow.call(kind.request("Describe")).type_info
    assert (info.status, info.deprecation_date) == (DEPRECATED, flow.clock.now())
    with pytest.raises(TypeDeprecatedFault, match=f"^{kind.label()}$"):
        flow.call(kind.request("Deprecate"))
    with pytest.raises(TypeAlreadyExistsFault, match=f"^{kind.label()}$"):
        flow.call(kind.register())
    flow.call(kind.request("Undeprecate"))
    info = flow.call(kind.request("Describe")).type_info
    assert (info.status, info.deprecation_date) == (REGISTERED, None)


@each_kind
def test_only_a_deprecated_type_can_be_deleted_and_then_it_is_unknown_everywhere(
    durable_flow: Flow, kind: Kind
) -> None:
    flow = durable_flow
    flow.call(kind.register(description="first"))
    with pytest.raises(
        TypeNotDeprecatedFault,
        match=r"^The type is currently registered and cannot be deleted in its current state$",
    ):
        flow.call(kind.request("Delete"))
    flow.call(kind.request("Deprecate"))
    flow.call(kind.request("Delete"))
    for verb in ("Describe", "Deprecate", "Undeprecate", "Delete"):
        with pytest.raises(UnknownResourceFault, match=f"^Unknown type: {kind.label()}$"):
            flow.call(kind.request(verb))
    assert kind.shown(flow.call(kind.list(DEPRECATED))) == []
    flow.reopen()
    flow.call(kind.register(description="second"))
    assert flow.call(kind.request("Describe")).type_info.description == "second"


@each_kind
def test_types_are_listed_by_name_and_version(flow: Flow, kind: Kind) -> None:
    for name, version in (("b", "2"), ("a", "10"), ("b", "1"), ("c", "1")):
        flow.call(kind.register(name, version))
    flow.call(kind.request("Deprecate", "c", "1"))
    known = ("charge", "1") if kind.word == "Activity" else ("order", "1")

    assert kind.shown(flow.call(kind.list())) == [("a", "10"), ("b", "1"), ("b", "2"), known]
    assert kind.shown(flow.call(kind.list(reverse_order=True))) == [known, ("b", "2"), ("b", "1"), ("a", "10")]
    assert kind.shown(flow.call(kind.list(name="b"))) == [("b", "1"), ("b", "2")]
    assert kind.shown(flow.call(kind.list(DEPRECATED))) == [("c", "1")]
    with pytest.raises(UnknownResourceFault, match="Unknown domain"):
        flow.call(type(kind.list())(domain="mars", registration_status=REGISTERED))


@each_kind
@pytest.mark.parametrize("reverse", [False, True])
def test_lists_of_types_come_in_pages(flow: Flow, kind: Kind, reverse: bool) -> None:
    for number in range(5):
        flow.call(kind.register("n", str(number)))
    seen: list[tuple[str, str]] = []
    token = None
    while True:
        page = flow.call(kind.list(name="n", maximum_page_size=2, reverse_order=reverse, next_page_token=token))
        seen += kind.shown(page)
        token = page.next_page_token
        if token is None:
            break
        with pytest.raises(ValidationException, match="Invalid token"):
            flow.call(kind.list(name="n", reverse_order=not reverse, next_page_token=token))
    assert seen == sorted(seen, reverse=reverse)
    assert len(seen) == 5


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)
def test_a_domain_can_have_so_many_types_of_a_kind(kind: Kind) -> None:
    """Deprecated ones count, deleted ones do not."""
    flow = Flow(quotas=Quotas(activity_types=2, workflow_types=2))
    flow.call(kind.register("one"))
    flow.call(kind.request("Deprecate", "one"))
    with pytest.raises(LimitExceededFault):
        flow.call(kind.register("two"))
    flow.call(kind.request("Delete", "one"))
    flow.call(kind.register("two"))
    flow.service.close()


@pytest.mark.parametrize("timeout", ["NONE", "31536001", "-1", "x"])
def test_the_default_timeout_of_an_execution_is_at_most_a_year(flow: Flow, timeout: str) -> None:
    with pytest.raises(ValidationException, match="defaultExecutionStartToCloseTimeout"):
        flow.call(KINDS[1].register(default_execution_start_to_close_timeout=timeout))
    flow.call(KINDS[1].register(default_execution_start_to_close_timeout="31536000"))


def test_an_execution_of_a_deprecated_type_cannot_be_started(flow: Flow) -> None:
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    with pytest.raises(TypeDeprecatedFault, match=r"^WorkflowType=\[name=order, version=1\]$"):
        flow.start()


def test_executions_and_tasks_outlive_their_types(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.take()
    for request in (
        o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER),
        o.DeprecateActivityType(domain=DOMAIN, activity_type=CHARGE),
    ):
        flow.call(request)
    flow.signal()
    flow.decide(schedule("c"))
    flow.call(o.DeleteWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    flow.call(o.DeleteActivityType(domain=DOMAIN, activity_type=CHARGE))
    flow.decide(schedule("d"))
    assert [failed.cause for failed in flow.all_of(ScheduleActivityTaskFailed)] == [
        "ACTIVITY_TYPE_DEPRECATED",
        "ACTIVITY_TYPE_DOES_NOT_EXIST",
    ]
    assert flow.take().activity_id == "b"
    flow.complete("a")
    flow.complete("b")
    assert len(flow.all_of(ActivityTaskCompleted)) == 2
    flow.decide(d.CompleteWorkflowExecution())
    assert flow.status is CloseStatus.COMPLETED
