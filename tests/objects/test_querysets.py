"""Querysets against every service."""

from __future__ import annotations

import datetime
import gc
import threading
import weakref
from typing import Any

import pytest

from swf.exceptions import (
    ActivityTypeDoesNotExist,
    AlreadyExistsError,
    DomainDoesNotExist,
    InvalidKeywordArgumentError,
    InvalidRequestError,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeDoesNotExist,
)
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.protocol import operations as o
from swf.protocol.values import ExecutionStatus
from swf.protocol.values import WorkflowExecution as ExecutionWord
from swf.protocol.values import WorkflowType as TypeWord
from swf.querysets import (
    ActivityTypeQuerySet,
    DomainQuerySet,
    HistoryQuerySet,
    Results,
    WorkflowExecutionQuerySet,
    WorkflowTypeQuerySet,
)
from swf.utils import now, past_day
from tests.objects.places import Place


def executions(place: Place, *ids: str, **values: Any) -> WorkflowExecutionQuerySet:
    """The executions of a domain in which these run."""
    domain = place.domain()
    workflow_type = WorkflowTypeQuerySet(domain).create("order", "1", task_list="orders")
    for id in ids:
        workflow_type.start_execution(id, **values)
        if place.clock is not None:
            place.clock.advance(1)
    return domain.executions


def ids(results: Results[WorkflowExecution]) -> list[str]:
    return [execution.workflow_id for execution in results]


def test_domains_are_listed_by_status(place: Place) -> None:
    domains = DomainQuerySet(connection=place.connection)
    for name in ("b", "a", "c"):
        domains.create(name)
    domains.get("c").delete()

    assert [domain.name for domain in domains.all()] == ["a", "b"]
    assert [domain.name for domain in domains.all("DEPRECATED")] == ["c"]
    assert [domain.name for domain in reversed(domains.all())] == ["b", "a"]
    assert domains.all().count() == 2


def test_a_domain_is_got_or_made(place: Place) -> None:
    domains = DomainQuerySet(connection=place.connection)
    with pytest.raises(DomainDoesNotExist, match="shop"):
        domains.get("shop")

    made = domains.get_or_create("shop", description="a shop", retention_period=3)
    again = domains.get_or_create("shop", description="another")

    assert made == again == domains.get("shop")
    assert again.retention_period == 3


def test_types_are_listed_by_name_and_status(place: Place) -> None:
    domain = place.domain()
    types = WorkflowTypeQuerySet(domain)
    for name, version in (("b", "1"), ("a", "1"), ("a", "2")):
        types.create(name, version)
    types.get("b", "1").delete()

    assert [(each.name, each.version) for each in types.all()] == [("a", "1"), ("a", "2")]
    assert [each.name for each in types.filter(name="b", registration_status="DEPRECATED")] == ["b"]
    assert domain.workflows() == list(types.all())
    assert domain.workflows("DEPRECATED") == types.all("DEPRECATED")


def test_activity_types_are_listed_on_all_pages(place: Place) -> None:
    domain = place.domain()
    types = ActivityTypeQuerySet(domain)
    for number in range(7):
        types.create("charge", str(number))

    assert [each.version for each in types.filter(name="charge", page_size=3)] == list("0123456")
    assert len(types.all(page_size=2)) == 7
    assert domain.activities()[6] == types.all()[-1]


def test_a_type_is_got_or_made(place: Place) -> None:
    domain = place.domain()
    with pytest.raises(WorkflowTypeDoesNotExist):
        WorkflowTypeQuerySet(domain).get("order", "1")
    with pytest.raises(ActivityTypeDoesNotExist):
        ActivityTypeQuerySet(domain).get("charge", "1")

    order = WorkflowTypeQuerySet(domain).get_or_create("order", "1", task_list="orders", description="takes orders")
    charge = ActivityTypeQuerySet(domain).get_or_create("charge", "1", task_list="cards", task_heartbeat_timeout=10)

    assert WorkflowTypeQuerySet(domain).get_or_create("order", "1") == order
    assert ActivityTypeQuerySet(domain).get_or_create("charge", "1") == charge
    assert charge.task_heartbeat_timeout == "10"
    with pytest.raises(AlreadyExistsError):
        WorkflowTypeQuerySet(domain).create("order", "1")


def test_many_may_get_or_create_at_once(ours: Place) -> None:
    """Whoever comes second gets what the first has made, whenever that happens."""
    domain = ours.domain()
    gate = threading.Barrier(8)
    got: list[ActivityType] = []
    failed: list[BaseException] = []

    def ask() -> None:
        gate.wait()
        try:
            got.append(ActivityTypeQuerySet(domain).get_or_create("charge", "1", task_list="cards"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(got) == 8
    assert all(each == got[0] for each in got)


def test_get_or_create_gets_what_another_has_made_in_between(place: Place) -> None:
    domain = place.domain()

    class Late(WorkflowTypeQuerySet):
        """Finds nothing at first; then another one has made it."""

        def get(self, name: str, version: str) -> WorkflowType:
            if not made:
                made.append(WorkflowTypeQuerySet(domain).create(name, version, description="theirs"))
                raise WorkflowTypeDoesNotExist("not yet")
            return super().get(name, version)

    made: list[WorkflowType] = []
    assert Late(domain).get_or_create("order", "1", description="mine").description == "theirs"


def test_open_executions_are_found_by_tag_and_type(place: Place) -> None:
    """One of them: moto drops every second of several that do not fit."""
    found = executions(place, "a", tag_list=["urgent"])

    assert ids(found.all()) == ["a"]
    assert found.filter(tag="urgent")[0].tag_list == ("urgent",)
    assert found.filter(tag="other") == []
    assert len(found.filter(workflow_type_name="order", workflow_type_version="1")) == 1


def test_open_executions_are_listed_newest_first(ours: Place) -> None:
    found = executions(ours, "a", "b", "c", tag_list=["urgent"])

    assert ids(found.all()) == ["c", "b", "a"]
    assert ids(found.filter(tag="urgent")) == ["c", "b", "a"]
    assert found.filter(tag="other") == []
    assert ids(found.all().reverse()) == ["a", "b", "c"]
    assert ids(found.filter(workflow_id="b")) == ["b"]
    assert found.filter(workflow_type_name="other") == []
    assert found.filter(workflow_type_name="order", workflow_type_version="2") == []


def test_executions_that_have_closed_are_in_the_other_list(place: Place) -> None:
    found = executions(place, "a", "b")
    next(each for each in found.all() if each.workflow_id == "a").terminate()

    assert ids(found.all()) == ["b"]
    assert ids(found.all("CLOSED")) == ["a"]
    assert found.all("CLOSED")[0].close_status == WorkflowExecution.CLOSE_STATUS_TERMINATED


def test_closed_executions_are_listed_by_how_and_when_they_closed(ours: Place) -> None:
    found = executions(ours, "a", "b")
    found.get("a").terminate()

    assert ids(found.filter("CLOSED", close_status="TERMINATED", close_oldest_date=1)) == ["a"]
    assert found.filter("CLOSED", close_status="COMPLETED") == []
    assert ids(found.filter("CLOSED", workflow_id="a", start_oldest_date=past_day(1))) == ["a"]
    assert found.filter("CLOSED", close_latest_date=past_day(3)) == []


def test_executions_are_counted_without_being_listed(ours: Place) -> None:
    found = executions(ours, "a", "b", "c", tag_list=["urgent"])
    found.get("a").terminate()

    assert found.all().count() == 2
    assert found.filter(tag="urgent").count() == 2
    assert found.filter(tag="other").count() == 0
    assert found.filter("CLOSED", close_status="TERMINATED").count() == 1


def test_types_are_found_by_name(ours: Place) -> None:
    types = WorkflowTypeQuerySet(ours.domain())
    for name, version in (("b", "1"), ("a", "2"), ("a", "1")):
        types.create(name, version)

    assert [(each.name, each.version) for each in types.all()] == [("a", "1"), ("a", "2"), ("b", "1")]
    assert [each.version for each in types.filter(name="a")] == ["1", "2"]
    assert types.filter(name="c") == []
    assert types.all().reverse().first() == types.filter(name="b")[0]


def test_an_execution_is_found_by_its_id_alone(ours: Place) -> None:
    """The open one; or else the one that was started last."""
    found = executions(ours, "a")
    run_id = found.get("a").run_id
    assert found.get("a", run_id).status == "OPEN"
    assert found.get("a").task_list == "orders"

    found.get("a").terminate()

    assert found.get("a").run_id == run_id
    assert found.get("a").status == "CLOSED"
    with pytest.raises(WorkflowExecutionDoesNotExist, match="'b' in domain 'shop'"):
        found.get("b")
    with pytest.raises(WorkflowExecutionDoesNotExist):
        found.get("a", "another-run")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tag": "x", "workflow_id": "y"}, "tag and workflow_id exclude each other"),
        ({"status": "CLOSED", "tag": "x", "close_status": "FAILED"}, "tag and close_status exclude each other"),
        ({"close_status": "FAILED"}, "close_status: only for status CLOSED"),
        ({"status": "CLOSED", "close_status": "BROKEN"}, "close_status: 'BROKEN' is none of COMPLETED, FAILED"),
        ({"status": "WAITING"}, "status: 'WAITING' is neither OPEN nor CLOSED"),
        ({"workflow_type_version": "1"}, "workflow_type_version: needs workflow_type_name"),
        ({"close_oldest_date": 3}, "close_oldest_date: not for status OPEN, which takes oldest_date, latest_date"),
        ({"status": "CLOSED", "oldest_date": 3}, "oldest_date: not for status CLOSED"),
        ({"status": "CLOSED", "start_oldest_date": 3, "close_oldest_date": 3}, "or one of close times, not both"),
        ({"oldest_date": "yesterday"}, "oldest_date: a number of days ago or a datetime is wanted, not 'yesterday'"),
        ({"oldest_date": True}, "oldest_date: a number of days"),
        ({"oldest_date": 1, "latest_date": 2}, "latest_date: is before oldest_date"),
        ({"colour": "red"}, "colour: not for status OPEN"),
    ],
)
def test_filters_that_contradict_are_refused_before_the_call(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidKeywordArgumentError, match=words):
        WorkflowExecutionQuerySet(Domain("shop")).filter(**arguments)


def test_a_moment_without_a_time_zone_is_utc(ours: Place) -> None:
    found = executions(ours, "a")
    naive = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)

    assert ids(found.filter(oldest_date=naive - datetime.timedelta(hours=1))) == ["a"]
    assert found.filter(latest_date=naive - datetime.timedelta(hours=1)) == []


def test_part_of_a_history_is_got(ours: Place) -> None:
    execution = executions(ours, "a").get("a")
    for number in range(5):
        execution.signal("paid", number)
    histories = HistoryQuerySet(execution.domain)
    assert execution.run_id is not None

    assert [event.id for event in histories.get(execution.run_id, "a")] == list(range(1, 8))
    assert [event.id for event in histories.get(execution.run_id, "a", page_size=3)] == [1, 2, 3]
    assert [event.id for event in histories.get(execution.run_id, "a", max_results=4, page_size=3)] == [1, 2, 3, 4]
    assert [event.id for event in histories.get(execution.run_id, "a", max_results=2, reverse=True)] == [7, 6]


@pytest.mark.parametrize("queryset", [WorkflowTypeQuerySet, ActivityTypeQuerySet, WorkflowExecutionQuerySet])
def test_a_queryset_of_a_domain_wants_a_domain(queryset: Any) -> None:
    with pytest.raises(TypeError, match="'shop' of type str"):
        queryset("shop")


class Numbers:
    """A service with so many executions, which counts what it is asked and remembers its pages."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[o.ListOpenWorkflowExecutions] = []
        self.pages: list[weakref.ref[Page]] = []

    def call(self, request: Any) -> Any:
        if isinstance(request, o.CountOpenWorkflowExecutions):
            return o.WorkflowExecutionCount(count=self.count)
        assert isinstance(request, o.ListOpenWorkflowExecutions)
        self.asked.append(request)
        begin = int(request.next_page_token or 0)
        end = min(self.count, begin + (request.maximum_page_size or 1000))
        numbers = range(begin, end)
        if request.reverse_order:
            numbers = range(self.count - 1 - begin, self.count - 1 - end, -1)
        page = Page(info(number) for number in numbers)
        self.pages.append(weakref.ref(page))
        return o.WorkflowExecutionInfos(
            execution_infos=page,  # type: ignore[arg-type]
            next_page_token=str(end) if end < self.count else None,
        )

    @property
    def pages_held(self) -> int:
        gc.collect()
        return sum(page() is not None for page in self.pages)


class Page(list[o.WorkflowExecutionInfo]):
    """A page that can be watched."""


def info(number: int) -> o.WorkflowExecutionInfo:
    return o.WorkflowExecutionInfo(
        execution=ExecutionWord(workflow_id=str(number), run_id="r"),
        workflow_type=TypeWord(name="order", version="1"),
        start_timestamp=1.6e9,
        execution_status=ExecutionStatus.OPEN,
    )


def numbered(count: int, **values: Any) -> tuple[Numbers, Results[WorkflowExecution]]:
    service = Numbers(count)
    return service, WorkflowExecutionQuerySet(Domain("shop", connection=service)).filter(**values)


def test_ten_thousand_executions_stream_a_page_at_a_time() -> None:
    """What is held while iterating does not grow with what was seen."""
    service, results = numbered(10_000, page_size=500)
    assert service.asked == []
    most = living = count = 0

    for execution in results:
        count += 1
        if count % 250 == 0:
            most = max(most, service.pages_held)
            living = max(living, sum(isinstance(each, WorkflowExecution) for each in gc.get_objects()))
        assert execution.workflow_id == str(count - 1)

    assert count == 10_000
    assert most == 1
    assert living <= 3
    assert len(service.asked) == 20
    assert service.pages_held == 0


def test_results_ask_for_no_more_than_is_wanted() -> None:
    service, results = numbered(1000, page_size=10)

    assert results.first() is not None
    assert results
    assert results[9].workflow_id == "9"
    assert len(service.asked) == 1
    assert ids(results[5:25:5]) == ["5", "10", "15", "20"]  # type: ignore[arg-type]
    assert len(service.asked) == 3
    assert results.count() == 1000
    assert len(service.asked) == 3


def test_results_behave_as_a_list() -> None:
    service, results = numbered(25, page_size=10)
    everything = [str(number) for number in range(25)]

    assert ids(results) == everything
    assert len(results) == 25
    assert results[-1].workflow_id == "24"
    assert [each.workflow_id for each in results[-3:]] == ["22", "23", "24"]
    assert [each.workflow_id for each in reversed(results)] == everything[::-1]
    assert results == list(results)
    assert list(results) == results
    assert results != []
    assert results + results[:1] == [*results, results[0]]
    assert results[:1] + results == [results[0], *results]  # type: ignore[operator]
    assert results[3] in results
    assert results.index(results[3]) == 3
    assert results.count(results[3]) == 1
    with pytest.raises(IndexError):
        results[25]
    with pytest.raises(TypeError):
        results["a"]  # type: ignore[call-overload]
    assert len(service.asked) == 6, "three pages by the first iteration, three that len() kept"


def test_a_list_of_results_asks_once() -> None:
    service, results = numbered(25, page_size=10)
    assert len(list(results)) == 25
    assert len(service.asked) == 3


def test_results_that_are_turned_round_ask_the_service_to_turn() -> None:
    service, results = numbered(25, page_size=10)
    last = results.reverse().first()
    assert last is not None
    assert last.workflow_id == "24"
    assert service.asked[-1].reverse_order
    assert ids(results.reverse().reverse()) == ids(results)


def test_a_callback_is_told_of_every_page_and_of_the_end() -> None:
    calls: list[tuple[int, Any]] = []
    _, results = numbered(
        25, page_size=10, callback=lambda loop_number, response: calls.append((loop_number, response))
    )

    assert len(results) == 25

    assert [number for number, _ in calls] == [0, 1, 2, 3]
    assert [response is None for _, response in calls] == [False, False, False, True]


def test_no_results_are_false_and_empty() -> None:
    _, results = numbered(0)
    assert not results
    assert results.first() is None
    assert results == []
    assert len(results) == 0


def test_two_iterations_do_not_disturb_each_other() -> None:
    _, results = numbered(5, page_size=2)
    pairs = [(a.workflow_id, b.workflow_id) for a, b in zip(results, results, strict=True)]
    assert pairs == [(str(number), str(number)) for number in range(5)]


def test_time_filters_count_days_from_now() -> None:
    service, results = numbered(1, oldest_date=3)
    results.first()
    oldest = service.asked[0].start_time_filter.oldest_date
    assert abs(oldest - (now() - datetime.timedelta(days=3)).timestamp()) < 60


class Unsteady:
    """Pages of two numbers; asking fails once before the pages of *failing*."""

    def __init__(self, *failing: int) -> None:
        self.failing = set(failing)

    def __call__(self, token: str | None, *, reverse: bool) -> tuple[Any, list[int], str | None]:
        page = int(token or 0)
        self.fail(page)
        return page, [2 * page, 2 * page + 1], str(page + 1) if page < 2 else None

    def fail(self, page: int) -> None:
        if page in self.failing:
            self.failing.remove(page)
            raise ConnectionError(f"page {page}")


@pytest.mark.parametrize("page", [0, 1, 2])
def test_results_go_on_where_an_error_has_stopped_them(page: int) -> None:
    found: Results[int] = Results(Unsteady(page))
    with pytest.raises(ConnectionError):
        len(found)

    assert len(found) == 6
    assert found == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("page", [0, 1, 2])
def test_results_are_whole_after_a_callback_has_failed(page: int) -> None:
    calls: list[Any] = []
    unsteady = Unsteady(page)

    def callback(*, loop_number: int, response: Any) -> None:
        calls.append((loop_number, response))
        if response is not None:
            unsteady.fail(response)

    steady = Unsteady()
    found: Results[int] = Results(steady, callback=callback)
    with pytest.raises(ConnectionError):
        found[-1]

    assert found[-1] == 5
    assert found == [0, 1, 2, 3, 4, 5]
    assert calls[-2:] == [(2, 2), (3, None)]


def test_results_are_whole_after_the_last_callback_has_failed() -> None:
    def callback(*, loop_number: int, response: Any) -> None:
        if response is None:
            raise ConnectionError("the end")

    found: Results[int] = Results(Unsteady(), callback=callback)
    with pytest.raises(ConnectionError):
        len(found)
    assert found == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("days", [-3, 10**6, 10**12, 1.5, "3", True, datetime.datetime.max])
def test_a_date_that_is_none_is_refused_by_its_name(place: Place, days: Any) -> None:
    with pytest.raises(InvalidKeywordArgumentError, match=r"^oldest_date: "):
        place.domain().executions.filter(oldest_date=days)


@pytest.mark.parametrize("oldest", [datetime.datetime(1, 1, 2), 10**5])
def test_the_oldest_date_may_be_very_old(place: Place, oldest: Any) -> None:
    assert ids(executions(place, "a").filter(oldest_date=oldest)) == ["a"]


def test_a_status_that_is_none_is_refused_by_its_name(ours: Place) -> None:
    domain = ours.domain()
    for ask in (
        lambda: domain.workflows("FOO"),
        lambda: domain.activities("FOO"),
        lambda: DomainQuerySet(connection=ours.connection).all("X"),
        lambda: WorkflowTypeQuerySet(domain).all("X"),
    ):
        with pytest.raises(InvalidRequestError, match=r"^registration_status: '\w+' is none of REGISTERED, DEPRECATED"):
            ask()


def test_another_domain_is_a_domain() -> None:
    for types in (WorkflowTypeQuerySet(Domain("shop")), ActivityTypeQuerySet(Domain("shop"))):
        asked: Any = types
        with pytest.raises(TypeError, match="'domb' of type str"):
            asked.filter("domb")


@pytest.mark.parametrize(
    "queryset", [WorkflowTypeQuerySet, ActivityTypeQuerySet, WorkflowExecutionQuerySet, HistoryQuerySet]
)
def test_a_queryset_of_a_domain_may_call_another_service(queryset: Any) -> None:
    here = Domain("shop", region="eu-west-1")
    there = queryset(here, region="us-west-2", endpoint_url="http://127.0.0.1:9", session=None)

    assert (there.region, there.endpoint_url) == ("us-west-2", "http://127.0.0.1:9")
    assert there.domain == here
    assert (there.domain.region, there.domain.endpoint_url) == ("us-west-2", "http://127.0.0.1:9")
    assert queryset(here).domain is here


def test_what_a_queryset_finds_at_another_service_is_of_that_service(place: Place) -> None:
    place.domain()
    types = WorkflowTypeQuerySet(Domain("shop"), connection=place.connection)
    assert types.create("order", "1", task_list="orders").start_execution("order-1").upstream().status == "OPEN"
    assert types.all()[0].upstream().task_list == "orders"
