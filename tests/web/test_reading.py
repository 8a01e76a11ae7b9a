"""Histories that are too long to be read at once: what is there first, what it costs, what comes later."""

from __future__ import annotations

import contextlib
import html
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from simpleflow.web.queries.reader import Patience
from simpleflow.web.queries.runs import Histories, Reading
from simpleflow.web.sketches import told_by
from swf.protocol import operations as o
from swf.protocol.faults import ThrottlingException
from swf.server import ManualClock, Service, open_service
from tests.web.browser import looking, shown
from tests.web.histories import START, Play, Step, crawl, order, report
from tests.web.world import World, pages_of

HISTORY = "GetWorkflowExecutionHistory"
IMPATIENT = Patience(0.0, 0.2)


class Pages:
    """Pages of a history that come when the test lets them."""

    def __init__(self) -> None:
        self._let = threading.Semaphore(0)

    def wait(self) -> None:
        self._let.acquire()

    def come(self, number: int = 1) -> None:
        self._let.release(number)


@dataclass
class Slow:
    """The pages over a service that is slow to tell of long histories."""

    world: World
    pages: Pages
    path: str

    def read(self) -> int:
        """How many events are there, as a page is told that asks again."""
        answer = self.world.get(f"{self.path}/sections")
        assert answer.status_code == 202
        return int(answer.json()["read"])

    def calls(self) -> int:
        return self.world.client.calls.count(HISTORY)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """With a run of more than 3,000 events that has failed, and one of more than 2,000 that goes on."""
    service = open_service(None, clock=ManualClock(START))
    pieces = [Step("aggregate") for _ in range(550)]
    names = [f"activity-aggregate-{number}" for number in range(1, 551)]
    last = Step("publish", names, [("failed", 2.0)] * 3, reason="AccessDenied: read-only")
    fails_with = 'error in task activity-publish: "AccessDenied: read-only"'
    Play([*pieces, last], workers=16, fails_with=fails_with, workflow_id="long", on=service).play()
    goes_on = [*(Step("count") for _ in range(420)), Step("sleep", (), [("completed", 900.0)])]
    Play(goes_on, workers=16, until=500.0, workflow_id="open", on=service).play()
    yield service
    service.close()


def slow_over(service: Service, workflow_id: str = "long", patience: Patience = IMPATIENT) -> Slow:
    world = pages_of(service, patience=patience)
    pages = Pages()
    world.client.goes_on = pages  # type: ignore[assignment]  # it only waits
    path = world.path(workflow_id)
    world.client.calls.clear()
    return Slow(world, pages, path)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_what_happened_is_told_at_once_by_the_newest_events(service: Service) -> None:
    """Two calls: the first page, that is being read on from, and the newest one."""
    slow = slow_over(service)
    answer = slow.world.get(slow.path)
    said = text_of(answer.text)
    assert answer.status_code == 200
    assert "publish failed for good after 3 attempts" in said
    assert "AccessDenied: read-only" in said
    assert "Failed" in said
    assert "shop.OrderWorkflow" in said
    assert "As the newest 1,000 of" in said
    assert said.count("reading events… 1,000 of 3,261") == 5
    assert slow.calls() <= 3, "the third one is the page that does not come"
    assert f'content="0;url={slow.path}?wait=1"' in answer.text.partition("<noscript>")[2].partition("</noscript>")[0]
    slow.pages.come(10)


def test_a_long_history_costs_one_call_for_1_000_events_with_the_newest_ones_read_ahead(service: Service) -> None:
    slow = slow_over(service)
    slow.world.get(slow.path)
    slow.world.get(slow.path)
    assert slow.read() == 1000
    slow.pages.come()
    while slow.read() < 2000:
        pass
    slow.pages.come(10)
    while slow.world.get(f"{slow.path}/sections").status_code == 202:
        pass
    events = slow.world.get(f"{slow.path}/summary.json").json()["events"]
    assert 3000 < events < 4000
    assert slow.calls() == -(-events // 1000)
    assert "reading events" not in slow.world.get(slow.path).text


def test_every_section_can_be_had_alone(service: Service) -> None:
    world = pages_of(service)
    path = world.path("long")
    for name in ("title", "say", "where", "graph", "timeline", "events", "task"):
        news = world.get(f"{path}/sections?after=0&names={name}").json()
        assert list(news["sections"]) == [name]
        assert f'id="s-{name}"' in news["sections"][name]


def test_who_runs_no_script_waits_for_the_whole_page(service: Service) -> None:
    slow = slow_over(service, patience=Patience(0.0, 10.0))
    slow.pages.come(10)
    answer = slow.world.get(f"{slow.path}?wait=1&view=full")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{slow.path}?view=full")
    assert "reading events" not in slow.world.get(slow.path).text


def test_what_cannot_be_told_in_part_says_how_far_it_is(service: Service) -> None:
    slow = slow_over(service, patience=Patience(0.0, 0.0))
    slow.world.get(slow.path)
    for path in ("/graph.svg", "/events", "/history.json"):
        answer = slow.world.get(slow.path + path, headers={"accept": "text/html"})
        assert answer.status_code == (503 if path.endswith("json") else 200), path
        assert "events" in answer.text
    told = slow.world.get(f"{slow.path}/tasks.json")
    assert (told.status_code, told.headers["retry-after"]) == (503, "2")
    slow.pages.come(10)


def test_reading_goes_on_from_where_it_was_slowed_down(service: Service) -> None:
    """Else a history of many pages would never be read by a service that slows its callers down."""
    slow = slow_over(service, patience=Patience(10.0, 10.0))
    slow.world.client.faults_after = (HISTORY, 2, ThrottlingException("Rate exceeded"))
    slow.pages.come(10)
    answer = slow.world.get(slow.path)
    assert answer.status_code == 503
    assert "slows us down; going on in 3 s" in text_of(answer.text)
    told = slow.world.get(f"{slow.path}/sections", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["kind"]) == (503, "throttled")
    slow.world.client.faults_after = None
    before = slow.calls()
    assert slow.world.get(slow.path).status_code == 200
    assert slow.calls() == before + 2, "the two pages that were left"


def test_a_service_that_slows_down_has_told_how_it_ended(service: Service) -> None:
    slow = slow_over(service, patience=Patience(10.0, 10.0))
    slow.pages.come(10)
    slow.world.client.later_pages = ThrottlingException("Rate exceeded")
    answer = slow.world.get(slow.path)
    assert answer.status_code == 200
    assert "publish failed for good" in text_of(answer.text)
    told = slow.world.get(f"{slow.path}/sections", headers={"accept": "application/json"})
    assert told.json()["advice"] == "The service slows us down; going on in 3 s."


def test_what_was_read_long_before_somebody_looks_is_read_on(service: Service) -> None:
    """A page may be left while its history is read for the first time."""
    world = pages_of(service)
    name = "shop", "open", world.run_id("open")
    histories = Histories(world.client, world.clock.now)
    with contextlib.suppress(Reading):
        histories.read(name, patience_s=0.0)
    while histories.known(name) is None:
        pass
    world.clock.advance(60)
    world.client.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id="open", signal_name="later"))
    events = histories.read(name, patience_s=10.0).history
    assert "later" in [getattr(event.attributes, "signal_name", "") for event in events[-2:]]


@given(seed=st.integers(0, 2), cut=st.floats(0.0, 1.0))
def test_any_end_of_a_history_tells_how_it_ended(seed: int, cut: float) -> None:
    """Events about things that began before it are left out; nothing is made up."""
    events = EVENTS[seed]
    newest = events[int(cut * (len(events) - 1)) :]
    execution = told_by(events[0], newest)
    assert execution.last_event_id == events[-1].id
    assert execution.closed == events[-1]
    assert execution.started == events[0].attributes
    whole = told_by(events[0], events)
    for things in ("activities", "timers", "children", "decisions"):
        known = getattr(whole, things)
        assert all(str(known[id]) == str(thing) for id, thing in getattr(execution, things).items())


EVENTS = [play.play() for play in (order(), report(), crawl(30))]


def test_an_open_run_is_told_of_by_its_newest_events_and_then_as_it_is(service: Service) -> None:
    """What has happened while it was read is there as well."""
    slow = slow_over(service, "open")
    said = text_of(slow.world.get(slow.path).text)
    assert "Running : what is open is known when all events have been read." in said
    assert "live" in said
    signal = o.SignalWorkflowExecution(domain="shop", workflow_id="open", signal_name="meanwhile")
    slow.world.client.client.call(signal)
    slow.pages.come(10)
    while slow.world.get(f"{slow.path}/sections").status_code == 202:
        pass
    page = slow.world.get(slow.path).text
    assert "1 running : sleep" in text_of(page)
    assert "meanwhile" in page


def test_sections_come_one_by_one_while_one_looks(service: Service, browser: Browser) -> None:
    """And all at once to who runs no script."""
    slow = slow_over(service)
    with shown(slow.world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(f"{url}{slow.path}?from=25&to=75")
        expect(page.locator("#s-say")).to_contain_text("publish failed for good")
        expect(page.locator("#s-graph")).to_contain_text("reading events… 1,000")
        slow.pages.come()
        expect(page.locator("#s-timeline")).to_contain_text("reading events… 2,000 of 3,")
        page.evaluate("window.isSame = true")
        slow.pages.come(10)
        expect(page.locator("#s-task .inspector, #s-task h2")).not_to_have_count(0)
        expect(page.locator("[data-hollow]")).to_have_count(0)
        expect(page.locator("[data-sketch]")).to_have_count(0)
        expect(page.locator("#s-timeline .plot .zoom").first).to_have_attribute("width", "200%")
        assert page.evaluate("window.isSame"), "it was not loaded again"
        names = [re.search(r"names=([^&]*)", asked).group(1) for asked in eye.requests if "names=" in asked]  # type: ignore[union-attr]
        assert list(dict.fromkeys(names)) == ["title%2Csay", "where", "graph", "timeline", "events", "task"]
        assert eye.complaints == []

        slow = slow_over(service, patience=Patience(0.0, 10.0))
        with shown(slow.world.browser.app) as url, looking(browser, script=False) as plain:  # type: ignore[arg-type]
            with plain.page.expect_request("**wait=1"):
                plain.page.goto(url + slow.path)
            slow.pages.come(10)
            expect(plain.page.locator("#s-timeline .plot").first).to_be_visible()
            assert plain.page.url == url + slow.path
