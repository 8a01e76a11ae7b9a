"""Hundreds of rows in a browser, of a group or of tasks that are not alike: they come as they come near the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simpleflow.web.assets import assets
from swf.protocol import operations as o
from swf.server import ManualClock, open_service
from tests.web.browser import launched, looking, shown
from tests.web.histories import START, Play, Step
from tests.web.world import World, pages_of

TASKS = 800
ROWS = 200
"""That come at once."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    service = open_service(None, clock=ManualClock(START))
    steps = [Step("load"), *(Step("fetch", ["activity-load-1"]) for _ in range(TASKS))]
    Play(steps, workers=64, workflow_id="crawl", on=service).play()
    yield pages_of(service)
    service.close()


def scrolled(page: Page, number: int) -> None:
    """Scrolls until so many chunks are there."""
    chunks = page.locator(".chunk")
    for each in range(2, number + 1):
        chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
        chunks.nth(each - 1).wait_for(state="attached")


def test_all_rows_of_a_group_come_while_one_scrolls(browser: Browser, world: World) -> None:
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        page.goto(f"{url}{world.path('crawl')}?open=activity-fetch-1")
        chunks = page.locator(".chunk")
        assert chunks.count() <= 2, "no more than what is near the screen"
        scrolled(page, TASKS // ROWS)
        page.locator(f"a[href*='activity-fetch-{TASKS}&']").first.wait_for(state="attached")
        assert page.locator("a[data-more]").count() == 0
        assert chunks.count() == TASKS // ROWS
        rows = [each for each in eye.requests if "/rows?" in each]
        assert len(rows) == len(set(rows)) == TASKS // ROWS - 1, "each chunk is fetched once"
        assert eye.complaints == []


def test_rows_far_from_the_screen_are_emptied_and_come_back(browser: Browser, world: World) -> None:
    """Beyond 2,000 of them; here, so that it can be tried with 800, beyond 400."""
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        script = assets()["timeline.js"].body.decode()
        assert script.count("MOST = 10") == 1
        few = script.replace("MOST = 10", "MOST = 2")
        page.route("**/timeline.js*", lambda route: route.fulfill(body=few, content_type="text/javascript"))
        page.goto(f"{url}{world.path('crawl')}?open=activity-fetch-1")
        scrolled(page, TASKS // ROWS)
        page.locator(f".labels a[data-task=activity-fetch-{TASKS}]").scroll_into_view_if_needed()
        first = page.locator(".chunk").first
        expect(first).to_be_empty()
        high = first.evaluate("chunk => chunk.offsetHeight")
        first.evaluate("chunk => chunk.scrollIntoView()")
        expect(first.locator(".labels a[data-task]")).to_have_count(ROWS)
        assert abs(first.evaluate("chunk => chunk.offsetHeight") - high) <= 1
        assert eye.complaints == []


def test_a_task_of_a_later_chunk_keeps_the_group_open_in_the_address(browser: Browser, world: World) -> None:
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        page.goto(f"{url}{world.path('crawl')}?open=activity-fetch-1")
        scrolled(page, 2)
        page.locator(".labels a[data-task=activity-fetch-250]").click()
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-fetch-250")
        assert "open=activity-fetch-1" in page.url
        assert "task=activity-fetch-250" in page.url
        assert "at=" not in page.url


def test_news_leave_the_rows_that_came_later_where_they_are(browser: Browser) -> None:
    service = open_service(None, clock=ManualClock(START))
    steps = [*(Step(f"task{n}") for n in range(450)), Step("last", ["signal-go"])]
    play = Play(steps, workers=450, until=20.0, workflow_id="many", on=service)
    play.play()
    world = pages_of(service)
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        page.goto(url + world.path("many"))
        scrolled(page, 3)
        page.locator(".labels a[data-task='activity-task440-1']").scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        world.client.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id="many", signal_name="go"))
        play.until = None
        play.play()
        expect(page.locator("#s-timeline .head")).to_contain_text("451 tasks in 451 rows", timeout=15_000)
        expect(page.locator(".chunk")).to_have_count(3)
        page.locator(".labels a[data-task='activity-last-1']").wait_for(state="attached")
        assert abs(page.evaluate("scrollY") - before) < 60
        assert page.locator(".chunk-words").count() == 1
        assert page.locator("#s-timeline svg a[tabindex='0']").count() == 1
        assert eye.complaints == []
    service.close()
