"""What holds for every address: queries that mean nothing, mistakes of ours, what may be kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

import pytest
from msgspec import Raw
from starlette.testclient import TestClient

from simpleflow.web.doors import HEADERS
from swf.exceptions import ConfigurationError, ResponseError, Unreachable
from swf.protocol import operations as o
from swf.protocol.faults import OtherFault, ThrottlingException
from swf.server import ManualClock, open_service
from tests.web.histories import START, Play, Step
from tests.web.test_doors import gets
from tests.web.world import BASE, World, pages_of

NAMES = (
    "task view only text kind open at from to event nodes before group after names seen tab wait state type version "
    "tag id since until longer parent cancel sort page all name input reason reuse workflow_id look"
)
"""What any address knows."""


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def shop() -> Iterator[World]:
    """One execution that is done, one that is open."""
    service = open_service(None, clock=ManualClock(START))
    Play([Step("load")], workflow_id="first", on=service).play()
    world = pages_of(service)
    world.start("second")
    yield world
    service.close()


@pytest.mark.parametrize("value", ["-1", "9" * 30, "1e999", "nan", "٣", "²", "\x00", "2026-13-45"])
def test_no_query_breaks_a_page(world: World, value: str) -> None:
    for path in gets(world):
        if "/static/" not in path:
            answer = world.get(path.partition("?")[0], params=dict.fromkeys(NAMES.split(), value))
            assert answer.status_code < 500, path


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "one", "٣"])
def test_an_event_that_cannot_be_is_not_there(shop: World, number: str) -> None:
    answer = shop.get(shop.path("first", f"value/{number}/input"))
    assert answer.status_code == 404
    assert "of this execution has no 'input'" in text_of(answer.text)


@pytest.mark.parametrize("path", ["/?all=1&", "/shop/types?", "/shop/task-lists?", "/shop/?", "tree?", "?"])
def test_a_query_that_means_nothing_is_ignored_and_said_on_every_page(shop: World, path: str) -> None:
    address = path if path.startswith("/") else shop.path("first") + (f"/{path}" if path != "?" else path)
    answer = shop.get(f"{address}nonsense=1")
    assert answer.status_code == 200
    assert text_of(answer.text).count("'nonsense'; it was ignored.") == 1
    assert "ignored" not in shop.get(address.rstrip("?&")).text


def test_a_mistake_of_ours_is_a_page_with_the_headers_of_all(shop: World) -> None:
    path = shop.path("first")
    shop.client.faults["*"] = ZeroDivisionError("nothing to divide by")
    browser = TestClient(shop.browser.app, base_url=BASE, raise_server_exceptions=False)
    answer = browser.get("/shop/")
    assert answer.status_code == 500
    assert "This page failed" in answer.text
    assert "ZeroDivisionError" in answer.text
    assert "divide" not in answer.text
    assert {name.decode(): value.decode() for name, value in HEADERS}.items() <= answer.headers.items()
    told = browser.get("/shop/executions.json")
    assert (told.status_code, told.json()) == (500, {"error": "ZeroDivisionError"})
    shop.client.faults.clear()
    assert browser.get(path).status_code == 200


def test_an_id_that_ends_as_a_file_does_is_a_page(shop: World) -> None:
    assert "<h1>Not found</h1>" in shop.get("/shop/e/nothing.json").text
    shop.start("made.json")
    assert shop.get("/shop/e/made.json").status_code == 303


def test_the_query_of_an_id_is_that_of_its_newest_run(shop: World) -> None:
    """So that links to a task can be written without knowing the run."""
    assert shop.get("/shop/e/first?task=activity-load-1&view=full").headers["location"] == (
        shop.path("first") + "?task=activity-load-1&view=full"
    )


@pytest.mark.parametrize("name", ["graph.svg", "timeline.svg", "history.json"])
def test_what_is_for_documents_is_kept_and_not_shown(shop: World, name: str) -> None:
    """A drawing has its colours inside, which the policy of these pages forbids to be shown from here."""
    said = shop.get(shop.path("first", name)).headers["content-disposition"]
    assert said.startswith('attachment; filename="first')


def test_a_static_file_that_has_not_changed_is_not_sent_again(shop: World) -> None:
    answer = shop.get("/static/app.css")
    tag = answer.headers["etag"]
    again = shop.get("/static/app.css", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert shop.get("/static/app.js", headers={"if-none-match": tag}).status_code == 200


def test_a_list_that_is_slowed_down_shows_what_was_read(shop: World) -> None:
    """The last one that was read whole is not forgotten for it."""
    shop.get("/shop/")
    shop.client.faults["ListClosedWorkflowExecutions"] = ThrottlingException("Rate exceeded")
    answer = shop.get("/shop/")
    said = text_of(answer.text)
    assert answer.status_code == 200
    assert "slows us down; going on in 3 s" in said
    assert 'http-equiv="refresh" content="3"' in answer.text
    assert ">second</a>" in answer.text
    assert ">first</a>" not in answer.text
    shop.client.faults = {"*": Unreachable("nobody")}
    answer = shop.get("/shop/")
    assert "Below is the list of" in text_of(answer.text)
    assert 'class="listing is-old"' in answer.text
    assert ">first</a>" in answer.text


def test_task_lists_are_those_of_the_executions_that_could_be_asked(shop: World) -> None:
    """Amazon refills descriptions at six a second; a page that waits for all of them would never come."""
    for number in range(3):
        shop.start(f"more-{number}")
    shop.client.faults_after = ("DescribeWorkflowExecution", 2, ThrottlingException("Rate exceeded"))
    answer = shop.get("/shop/task-lists", headers={"accept": "application/json"}).json()
    assert [(each["name"], each["executions"]) for each in answer["task_lists"]] == [("default", 2)]
    assert answer["not_asked"] == 2
    shop.clock.advance(60)
    shop.client.faults["DescribeWorkflowExecution"] = ThrottlingException("Rate exceeded")
    assert shop.get("/shop/task-lists").status_code == 503


@pytest.mark.parametrize(
    ("path", "operation"), [("/?all=1", "DescribeDomain"), ("/shop/types", "DescribeWorkflowType")]
)
def test_a_service_that_falls_silent_is_not_asked_for_each_of_many_things(
    shop: World, path: str, operation: str
) -> None:
    """The page shows what was read; each call would be waited for as long."""
    for name in ("other", "third"):
        call = shop.client.client.call
        call(o.RegisterDomain(name=name, workflow_execution_retention_period_in_days="1"))
        call(o.RegisterWorkflowType(domain="shop", name=name, version="1"))
    shop.client.faults = {operation: Unreachable("nobody"), "DescribeActivityType": Unreachable("nobody")}
    shop.client.calls.clear()
    page = shop.get(path)
    assert page.status_code == 200
    assert "third" in page.text
    assert shop.client.calls.count(operation) == 1
    assert "DescribeActivityType" not in shop.client.calls


@pytest.mark.parametrize("path", ["/nothing/at/all", "/shop/e/nobody", "/static/nothing.css"])
def test_a_page_that_is_not_there_has_the_theme_that_was_chosen(shop: World, path: str) -> None:
    answer = shop.get(path, headers={"cookie": "simpleflow-theme=dark"})
    assert answer.status_code == 404
    assert 'data-theme="dark"' in answer.text


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("cannot call https://swf.eu-west-1.amazonaws.com: Unable to locate credentials"),
        OtherFault("The security token is expired.", code="ExpiredTokenException", status=400),
    ],
)
def test_missing_credentials_are_no_missing_right(shop: World, error: Exception) -> None:
    shop.client.faults["*"] = error
    answer = shop.get("/shop/")
    said = text_of(answer.text)
    assert answer.status_code == 403
    assert "The service does not know who asks" in said
    assert str(error) in said
    assert "IAM" not in said


STRAY: Final = b'{"eventId": 1, "eventTimestamp": 1.5, "eventType": "TimerFired", "timerFiredEventAttributes": {}}'


@pytest.mark.parametrize("events", [b'[{"eventId": 1}]', b"[null]", b'{"a": 1}', b"[%b]" % STRAY, b"[]"])
@pytest.mark.parametrize("more", ["", "sections", "signal", "summary.json"])
def test_a_history_that_is_none_is_no_mistake_of_ours(shop: World, events: bytes, more: str) -> None:
    """What answers there is perhaps no service of workflows at all."""
    path = shop.path("second", more)
    shop.client.answers["GetWorkflowExecutionHistory"] = o.History(events=Raw(events))
    answer = shop.get(path)
    assert answer.status_code == 400
    assert "GetWorkflowExecutionHistory" in answer.text


def test_an_error_of_the_service_does_not_say_that_a_run_is_not_there(shop: World) -> None:
    path = shop.path("second")
    shop.client.faults["GetWorkflowExecutionHistory"] = OtherFault("oops", code="500", status=500)
    answer = shop.get(path)
    assert answer.status_code == 502
    assert "The service does not answer" in text_of(answer.text)
    shop.client.faults["GetWorkflowExecutionHistory"] = ResponseError("answered with '<html>': JSON is malformed")
    answer = shop.get(path)
    assert answer.status_code == 400
    assert "There is no run" not in text_of(answer.text)
    shop.client.faults.clear()
    assert shop.get(shop.path("second").rpartition("/")[0] + "/a:b").status_code == 404


def test_a_list_can_be_sorted_by_close_and_says_when_that_is_not_of_all(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shop.get("/shop/").text
    assert 'href="/shop/?sort=closed"' in page
    assert 'title="Sort by close"' in page
    assert "sorted within these" not in text_of(shop.get("/shop/?sort=closed").text)
    for name in ("READ", "SCANNED"):
        monkeypatch.setattr(f"simpleflow.web.queries.lists.{name}", 1)
    assert "sorted within these" in text_of(shop.get("/shop/?sort=closed").text)


def test_runs_of_one_id_have_times_as_all_times(shop: World) -> None:
    shop.clock.advance(60)
    shop.start("first")
    bar = shop.get(shop.path("first")).text.partition('class="runs"')[2].partition("</nav>")[0]
    assert bar.count("<time datetime=") == 2
