"""Models against every service."""

from __future__ import annotations

import dataclasses
import datetime
import pickle
import re
from typing import Any

import botocore.parsers
import pytest

from swf.constants import DEPRECATED, REGISTERED
from swf.exceptions import (
    AlreadyExistsError,
    DeprecatedError,
    DomainDoesNotExist,
    InvalidKeywordArgumentError,
    InvalidRequestError,
    ResponseError,
    WorkflowExecutionAlreadyStartedError,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeDoesNotExist,
)
from swf.models import CHILD_POLICIES, ActivityTask, ActivityType, Domain, ModelDiff, WorkflowExecution, WorkflowType
from swf.protocol.faults import UnknownResourceFault
from swf.querysets import DomainQuerySet, WorkflowTypeQuerySet
from swf.utils import now
from tests.objects.places import Place


def order_type(domain: Domain, **values: Any) -> WorkflowType:
    """A registered workflow type."""
    workflow_type = WorkflowType(domain, "order", "1", **{"task_list": "orders", **values})
    workflow_type.save()
    return workflow_type


def started(place: Place, **values: Any) -> WorkflowExecution:
    """An execution that has just been started in a domain of its own."""
    return order_type(place.domain()).start_execution("order-1", **values)


def test_a_saved_domain_is_there_and_the_same(place: Place) -> None:
    domain = Domain("shop", description="a shop", retention_period=7, connection=place.connection)
    assert not domain.exists
    assert not domain.is_synced

    domain.save()

    assert domain.exists
    assert domain.is_synced
    assert domain.upstream() == domain
    assert re.fullmatch(r"arn:aws:swf:us-east-1:\d{12}:/domain/shop", domain.upstream().arn or "")


def test_changes_of_a_domain_say_what_differs(place: Place) -> None:
    place.domain()

    other = Domain("shop", description="mine", retention_period=8, connection=place.connection)

    assert other.changes.differing_fields() == ["description", "retention_period"]
    assert other.changes[0] == ("description", "mine", "a shop")
    assert not other.is_synced
    assert other._diff(["description"]).as_list() == [("retention_period", 8, 7)]


def test_a_domain_is_deprecated_and_comes_back(place: Place) -> None:
    domain = place.domain()

    domain.delete()
    assert domain.upstream().status == DEPRECATED
    assert domain.changes.differing_fields() == ["status"]

    with pytest.raises(DeprecatedError):
        domain.delete()
    domain.undeprecate()
    assert domain.upstream().status == REGISTERED
    with pytest.raises(AlreadyExistsError):
        domain.undeprecate()


def test_a_domain_has_tags(place: Place) -> None:
    domain = Domain("shop", connection=place.connection)
    domain.save(tags={"team": "payments"})

    domain.tag({"stage": "test", "team": "billing"})
    assert domain.tags == {"team": "billing", "stage": "test"}

    domain.untag("team", "nothing")
    assert domain.tags == {"stage": "test"}


def test_a_name_that_is_taken_is_refused(place: Place) -> None:
    domain = place.domain()
    order_type(domain)

    with pytest.raises(AlreadyExistsError):
        domain.save()
    with pytest.raises(AlreadyExistsError):
        order_type(domain)


def test_types_are_deleted_when_they_are_deprecated(ours: Place) -> None:
    domain = ours.domain()
    activity_type = ActivityType(domain, "charge", "1")
    activity_type.save()
    for model in (order_type(domain), activity_type):
        with pytest.raises(DeprecatedError, match="not deprecated"):
            model.purge()
        model.delete()
        model.purge()
        assert not model.exists
        model.save()
        assert model.is_synced


def test_a_deprecated_domain_takes_nothing_new(ours: Place) -> None:
    workflow_type = order_type(ours.domain())
    execution = workflow_type.start_execution("order-1")
    workflow_type.domain.delete()

    with pytest.raises(DomainDoesNotExist, match="shop"):
        workflow_type.start_execution("order-2")
    with pytest.raises(DomainDoesNotExist):
        ActivityType(workflow_type.domain, "charge", "1").save()
    execution.signal("paid")
    assert workflow_type.upstream().status == DEPRECATED


def test_waiting_tasks_are_counted(place: Place) -> None:
    domain = started(place).domain
    assert domain.pending_decision_tasks("orders") == 1
    assert domain.pending_decision_tasks("others") == 0
    assert domain.pending_activity_tasks("orders") == 0


def test_a_workflow_type_is_there_with_its_defaults(place: Place) -> None:
    workflow_type = order_type(
        place.domain(),
        child_policy=CHILD_POLICIES.ABANDON,
        execution_timeout=3600,
        decision_tasks_timeout="60",
        description="takes orders",
    )

    upstream = workflow_type.upstream()

    assert upstream == workflow_type
    assert workflow_type.exists
    assert workflow_type.is_synced
    assert upstream.creation_date > 1e9
    assert (upstream.execution_timeout, upstream.decision_tasks_timeout) == ("3600", "60")


def test_an_activity_type_is_there_with_its_defaults(place: Place) -> None:
    domain = place.domain()
    activity_type = ActivityType(
        domain,
        "charge",
        "1",
        description="takes money",
        task_list="cards",
        task_heartbeat_timeout="NONE",
        task_schedule_to_close_timeout=100,
        task_schedule_to_start_timeout=50,
        task_start_to_close_timeout="30",
    )
    assert not activity_type.exists

    activity_type.save()

    assert activity_type.upstream() == activity_type
    assert activity_type.is_synced


def test_a_type_without_a_task_list_is_registered_without_one(place: Place) -> None:
    domain = place.domain()
    activity_type = ActivityType(domain, "charge", "1")
    activity_type.save()

    assert activity_type.upstream().task_list is None
    assert order_type(domain, task_list=None).upstream().task_list is None


def test_changes_of_a_type_say_what_differs(place: Place) -> None:
    workflow_type = order_type(place.domain())

    changed = workflow_type.set_child_policy(CHILD_POLICIES.ABANDON)

    assert changed.changes.as_list() == [("child_policy", "ABANDON", "TERMINATE")]
    assert workflow_type.child_policy == "TERMINATE"


def test_types_are_deprecated_and_come_back(place: Place) -> None:
    domain = place.domain()
    activity_type = ActivityType(domain, "charge", "1")
    activity_type.save()
    for model in (order_type(domain), activity_type):
        model.delete()
        assert model.upstream().status == DEPRECATED
        assert model.upstream().deprecation_date > 0
        with pytest.raises(DeprecatedError):
            model.delete()
        model.undeprecate()
        assert model.upstream().status == REGISTERED


def test_a_deprecated_type_starts_nothing(place: Place) -> None:
    workflow_type = order_type(place.domain())
    workflow_type.delete()

    with pytest.raises(DeprecatedError, match=r"name=order, version=1"):
        workflow_type.start_execution()


def test_what_is_not_there_is_missing_by_its_kind(place: Place) -> None:
    domain = place.domain()

    with pytest.raises(WorkflowTypeDoesNotExist, match="order") as caught:
        WorkflowType(domain, "order", "1").start_execution("order-1")
    assert isinstance(caught.value.__cause__, UnknownResourceFault)
    assert caught.value.error_code == "UnknownResourceFault"
    assert caught.value.type_ == "unknown_type"
    assert not WorkflowExecution(domain, "order-1", "a-run").exists


def test_existence_is_no_answer_where_the_domain_is_missing(place: Place) -> None:
    """Only the matching thing's absence is one."""
    workflow_type = WorkflowType(place.unregistered("nowhere"), "order", "1")

    with pytest.raises(ResponseError, match="nowhere") as caught:
        _ = workflow_type.exists
    assert isinstance(caught.value.__cause__, DomainDoesNotExist)
    with pytest.raises(DomainDoesNotExist):
        workflow_type.save()


def test_an_execution_starts_with_what_was_given(place: Place) -> None:
    execution = started(place, input={"args": [1]}, tag_list=["urgent", "eu"], execution_timeout=600)

    upstream = execution.upstream()
    begun = execution.history().first

    assert execution.is_synced, execution.changes
    assert (upstream.status, upstream.close_status) == (WorkflowExecution.STATUS_OPEN, None)
    assert upstream.tag_list == ("urgent", "eu")
    assert (upstream.execution_timeout, upstream.decision_tasks_timeout) == ("600", "300")
    assert (upstream.task_list, upstream.child_policy) == ("orders", "TERMINATE")
    assert upstream.workflow_type is not None
    assert upstream.workflow_type.word == order_type_word()
    assert upstream.open_counts is not None
    assert isinstance(upstream.start_timestamp, datetime.datetime)
    assert begun.input == {"args": [1]}


def order_type_word() -> Any:
    from swf.protocol.values import WorkflowType as Word

    return Word(name="order", version="1")


def test_an_execution_without_an_id_gets_one_of_name_version_and_time(place: Place) -> None:
    execution = order_type(place.domain()).start_execution()

    name, version, moment = execution.workflow_id.split("-")
    assert (name, version) == ("order", "1")
    assert abs(float(moment) - now().timestamp()) < 60


def test_a_workflow_id_that_is_open_is_not_started_again(place: Place) -> None:
    execution = started(place)
    assert execution.workflow_type is not None

    with pytest.raises(WorkflowExecutionAlreadyStartedError):
        execution.workflow_type.start_execution("order-1")


def test_a_signal_arrives(place: Place) -> None:
    execution = started(place)

    execution.signal("paid", {"amount": 12})

    (event,) = execution.history().filter(state="signaled")
    assert (event.signal_name, event.input) == ("paid", {"amount": 12})


def test_a_cancel_request_arrives(ours: Place) -> None:
    execution = started(ours)

    execution.request_cancel()

    assert execution.upstream().cancel_requested
    assert execution.history().last.state in ("cancel_requested", "scheduled")


def test_a_terminated_execution_is_closed(place: Place) -> None:
    execution = started(place)

    execution.terminate(reason="wrong order", details="typo")

    upstream = execution.upstream()
    assert upstream.status == WorkflowExecution.STATUS_CLOSED
    assert upstream.close_status == WorkflowExecution.CLOSE_STATUS_TERMINATED
    assert execution.changes.differing_fields() == ["status"]
    assert execution.history().finished
    assert execution.history().last.reason == "wrong order"


def test_what_is_closed_takes_no_signal(ours: Place) -> None:
    execution = started(ours)
    execution.terminate()

    for act in (lambda: execution.signal("too late"), execution.request_cancel, execution.terminate):
        with pytest.raises(WorkflowExecutionDoesNotExist, match="order-1"):
            act()


def test_a_history_is_read_page_by_page(ours: Place) -> None:
    execution = started(ours)
    for number in range(5):
        execution.signal("paid", number)
    calls: list[Any] = []

    history = execution.history(lambda loop_number, response: calls.append((loop_number, response)), page_size=3)

    assert len(history) == 7
    assert [number for number, _ in calls] == [0, 1, 2, 3]
    assert calls[-1][1] is None
    assert history == execution.history()
    assert [event.id for event in execution.history(reverse=True)] == [7, 6, 5, 4, 3, 2, 1]
    assert list(execution.history_events(page_size=2)) == list(history)


@pytest.mark.parametrize("place", ["http", "moto"], indirect=True)
def test_a_history_does_not_go_through_botocores_parser(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes 25,000 events apart member by member."""
    execution = started(place)

    def refuse(*arguments: Any) -> None:
        raise AssertionError("parsed by botocore")

    monkeypatch.setattr(botocore.parsers.BaseJSONParser, "_handle_list", refuse)
    assert len(execution.history()) == 2
    with pytest.raises(AssertionError, match="parsed by botocore"):
        place.connection.list_open_workflow_executions(domain="shop", startTimeFilter={"oldestDate": 0})


def test_models_are_frozen_values(place: Place) -> None:
    domain = place.domain()
    models = [
        domain,
        WorkflowType(domain, "order", "1"),
        ActivityType(domain, "charge", "1"),
        WorkflowExecution(domain, "order-1"),
    ]
    for model in models:
        with pytest.raises(AttributeError):
            model.name = "other"  # type: ignore[union-attr]
        with pytest.raises(AttributeError):
            model.anything = 1  # type: ignore[union-attr]
        assert dataclasses.replace(model) == model
        assert not hasattr(model, "__dict__")


def test_models_of_a_domain_call_its_service(place: Place) -> None:
    domain = place.domain()

    assert WorkflowType(domain, "order", "1").client is domain.client
    assert WorkflowTypeQuerySet(domain).client is domain.client


def test_a_domain_shows_what_it_is() -> None:
    assert repr(Domain("shop")) == "<Domain name=shop status=REGISTERED>"
    with pytest.raises(TypeError, match="'shop' of type str"):
        Domain.check("shop")
    with pytest.raises(TypeError):
        WorkflowType("shop", "order", "1")  # type: ignore[arg-type]


def test_a_child_policy_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="child_policy: 'KILL' is none of TERMINATE, REQUEST_CANCEL, ABANDON"):
        WorkflowType(Domain("shop"), "order", "1", child_policy="KILL")


def test_the_close_status_of_a_continued_run_is_spelt_as_amazon_spells_it() -> None:
    assert WorkflowExecution.CLOSE_STATUS_CONTINUED_AS_NEW == "CONTINUED_AS_NEW"
    assert WorkflowExecution.CLOSE_TIMED_OUT == "TIMED_OUT"


class Deaf:
    """A client that must not be asked."""

    def call(self, request: Any) -> Any:
        raise AssertionError(f"sent: {request}")


@pytest.mark.parametrize(
    ("act", "field", "rule"),
    [
        (lambda d: Domain("a:b", connection=Deaf()).save(), "'name'", "must not contain ':'"),
        (lambda d: Domain("shop", retention_period=91, connection=Deaf()).save(), "PeriodInDays", "from 0 to 90"),
        (lambda d: WorkflowType(d, "o" * 257, "1").save(), "'name'", "less than or equal to 256"),
        (lambda d: WorkflowType(d, "order", "1", execution_timeout="NONE").save(), "defaultExecution", "seconds"),
        (lambda d: ActivityType(d, "charge", "arn").save(), "'version'", "must not be 'arn'"),
        (lambda d: WorkflowType(d, "o", "1").start_execution("a|b"), "'workflowId'", "must not contain"),
        (lambda d: WorkflowType(d, "o", "1").start_execution(tag_list=[*"abcdef"]), "'tagList'", "equal to 5"),
        (lambda d: WorkflowType(d, "o", "1").start_execution(task_list=" x"), "'taskList.name'", "whitespace"),
        (lambda d: WorkflowExecution(d, "o").signal(""), "'signalName'", "greater than or equal to 1"),
        (lambda d: WorkflowExecution(d, "o").terminate(reason="r" * 257), "'reason'", "less than or equal to 256"),
    ],
)
def test_what_breaks_a_rule_is_refused_unsent_with_field_and_rule(act: Any, field: str, rule: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        act(Domain("shop", connection=Deaf()))

    assert field in str(caught.value)
    assert rule in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_difference_of_models_behaves_as_a_list_of_what_differs() -> None:
    diff = ModelDiff(("a", 1, 1), ("b", 1, 2), ("c", None, "x"), ignore_fields=["c"])
    assert len(diff) == 1
    assert "b" in diff
    assert "a" not in diff
    assert diff[0].upstream == 2

    diff.merge(ModelDiff(("d", "x", "y")))
    diff.add_input(("b", 2, 2))
    assert diff.differing_fields() == ["d"]
    assert bool(ModelDiff()) is False


def test_a_model_travels_between_processes() -> None:
    domain = Domain("shop", description="a shop")
    assert pickle.loads(pickle.dumps(WorkflowType(domain, "order", "1"))) == WorkflowType(domain, "order", "1")


@pytest.mark.parametrize(
    "model",
    [
        lambda domain, **values: Domain("other", connection=domain.connection, **values),
        lambda domain, **values: WorkflowType(domain, "order", "1", **values),
        lambda domain, **values: ActivityType(domain, "charge", "1", **values),
    ],
)
def test_nothing_is_registered_as_deprecated(place: Place, model: Any) -> None:
    """The service knows no such call: it would be registered, and called deprecated here."""
    domain = place.domain()

    with pytest.raises(InvalidRequestError, match=r"^status: 'FOO' is none of REGISTERED, DEPRECATED"):
        model(domain, status="FOO")
    with pytest.raises(InvalidRequestError, match=r"^status: what is registered is REGISTERED"):
        model(domain, status="DEPRECATED").save()
    assert not model(domain).exists


def test_querysets_create_nothing_deprecated(place: Place) -> None:
    with pytest.raises(InvalidRequestError, match=r"^status: "):
        DomainQuerySet(connection=place.connection).create("x", "DEPRECATED")
    with pytest.raises(InvalidRequestError, match=r"^status: "):
        WorkflowTypeQuerySet(place.domain()).create("x", "1", "DEPRECATED")


def test_an_execution_is_open_or_closed() -> None:
    with pytest.raises(InvalidRequestError, match=r"^status: 'FOO' is none of OPEN, CLOSED"):
        WorkflowExecution(Domain("shop"), "order-1", status="FOO")


def test_what_comes_from_the_service_is_of_the_class_that_asked(place: Place) -> None:
    class OurDomain(Domain):
        pass

    class OurType(WorkflowType):
        pass

    class OurActivity(ActivityType):
        pass

    class OurExecution(WorkflowExecution):
        pass

    execution = started(place)
    domain = execution.domain
    ActivityType(domain, "charge", "1").save()
    for model in (
        OurDomain("shop", connection=place.connection),
        OurType(domain, "order", "1"),
        OurActivity(domain, "charge", "1"),
        OurExecution(domain, execution.workflow_id, execution.run_id),
    ):
        assert type(model.upstream()) is type(model)


def test_an_activity_task_is_read_from_what_boto3_gives() -> None:
    answer = {
        "taskToken": "token",
        "activityId": "charge-1",
        "startedEventId": 6,
        "workflowExecution": {"workflowId": "order-1", "runId": "a-run"},
        "activityType": {"name": "charge", "version": "1"},
        "input": '{"amount":12}',
        "ResponseMetadata": {"HTTPStatusCode": 200},
    }
    task = ActivityTask.from_poll(Domain("shop"), "cards", answer)

    assert (task.task_token, task.activity_id, task.input) == ("token", "charge-1", {"amount": 12})
    assert task.workflow_execution == WorkflowExecution(Domain("shop"), "order-1", "a-run")


@pytest.mark.parametrize("answer", [{"startedEventId": 0}, {}, {"startedEventId": "6"}, 5])
def test_no_activity_task_is_none(answer: Any) -> None:
    with pytest.raises(ResponseError):
        ActivityTask.from_poll(Domain("shop"), "cards", answer)


def test_tags_of_a_domain_are_names_with_values() -> None:
    domain: Any = Domain("shop", arn="arn:aws:swf:us-east-1:1:/domain/shop", connection=Deaf())
    with pytest.raises(InvalidKeywordArgumentError, match=r"^tags: "):
        domain.tag("abc")
    with pytest.raises(InvalidKeywordArgumentError, match=r"^tags: "):
        domain.save(tags="abc")
