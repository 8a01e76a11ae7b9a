"""A group of hundreds of tasks in a browser: its rows come as they come near the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from swf.server import ManualClock, open_service
from tests.web.browser import looking, shown
from tests.web.histories import START, Play, Step
from tests.web.world import World, pages_of

TASKS = 800
ROWS = 200
"""That come at once."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    service = open_service(None, clock=ManualClock(START))
    steps = [Step("load"), *(Step("fetch", ["activity-load-1"]) for _ in range(TASKS))]
    Play(steps, workers=64, workflow_id="crawl", on=service).play()
    yield pages_of(service)
    service.close()


def test_all_rows_of_a_group_come_while_one_scrolls(browser: Browser, world: World) -> None:
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        page.goto(f"{url}{world.path('crawl')}?open=activity-fetch-1")
        chunks = page.locator(".chunk")
        assert chunks.count() <= 2, "no more than what is near the screen"
        for number in range(2, TASKS // ROWS + 1):
            chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
            chunks.nth(number - 1).wait_for(state="attached")
        page.locator(f"a[href*='activity-fetch-{TASKS}&']").first.wait_for(state="attached")
        assert page.locator("a[data-more]").count() == 0
        assert chunks.count() == TASKS // ROWS
        rows = [each for each in eye.requests if "/rows?" in each]
        assert len(rows) == len(set(rows)) == TASKS // ROWS - 1, "each chunk is fetched once"
        assert eye.complaints == []
