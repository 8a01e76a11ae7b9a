"""Rows that come later: what is chosen among them, and news, leave them where they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from swf.protocol import operations as o
from swf.server import ManualClock, open_service
from tests.web.browser import looking, shown
from tests.web.histories import START, Play, Step
from tests.web.world import World, pages_of


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A group of 300 tasks."""
    service = open_service(None, clock=ManualClock(START))
    steps = [Step("load"), *(Step("fetch", ["activity-load-1"]) for _ in range(300))]
    Play(steps, workers=300, workflow_id="crawl", on=service).play()
    yield pages_of(service)
    service.close()


def scrolled(page: Page, number: int) -> None:
    """Scrolls until so many chunks are there."""
    chunks = page.locator(".chunk")
    for each in range(2, number + 1):
        chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
        chunks.nth(each - 1).wait_for(state="attached")


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


def test_news_leave_the_rows_that_came_later_where_they_are(browser: Browser, world: World) -> None:
    steps = [*(Step(f"task{n}") for n in range(450)), Step("last", ["signal-go"])]
    play = Play(steps, workers=450, until=20.0, workflow_id="many", on=world.service)
    play.play()
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
