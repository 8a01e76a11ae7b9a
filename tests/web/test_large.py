"""Runs as large as any: 10,000 tasks and more than 25,000 events, in a browser and as they are sent.

Nothing here is timed; `make bench` does that. What is counted is the same on every machine.
"""

from __future__ import annotations

import gzip
import re
import tracemalloc

from playwright.sync_api import Browser, expect

from simpleflow.web.queries.runs import MOST_BYTES
from tests.web.browser import looking, shown
from tests.web.conftest import TASKS
from tests.web.world import World, pages_of

ROWS = 200
"""That come at once."""
GROUP = "activity-fetch-1"


def test_ten_thousand_tasks_and_25_000_events_are_a_small_page(crawled: World) -> None:
    path = crawled.path("crawl")
    told = crawled.get(f"{path}/summary.json").json()
    assert told["tasks"] == TASKS + 1
    assert told["events"] > 25_000
    page = crawled.get(path)
    assert len(page.content) <= 80_000
    assert len(gzip.compress(page.content)) <= 15_000
    assert len(re.findall(r"<[a-z]", page.text)) <= 1000
    rows = crawled.get(f"{path}/rows?group={GROUP}&at={TASKS - ROWS}", headers={"x-fragment": "1"})
    assert len(gzip.compress(rows.content)) <= 20_000


def test_ten_thousand_rows_are_scrolled_and_zoomed_without_being_kept(browser: Browser, crawled: World) -> None:
    """Each chunk is fetched once, what is far away leaves the page, and comes back from where it was."""
    with shown(crawled.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]  # the same application
        page = eye.page
        page.goto(f"{url}{crawled.path('crawl')}?open={GROUP}")
        chunks = page.locator(".chunk")
        assert chunks.count() <= 2, "no more than what is near the screen"
        for number in range(2, 14):
            chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
            chunks.nth(number - 1).wait_for(state="attached")
        fetched = [each for each in eye.requests if "/rows?" in each]
        assert len(fetched) == len(set(fetched))
        expect(page.locator(".chunk[data-emptied]").first).to_be_attached()
        bars = page.locator(".chunk .zoom a").count()
        assert bars <= 8 * ROWS, "those that are far away are not in the page"
        page.keyboard.press("+")
        widths = page.evaluate("[...document.querySelectorAll('.zoom')].map(each => each.getAttribute('width'))")
        assert set(widths) == {"200%"}
        chunks.first.evaluate("chunk => chunk.scrollIntoView()")
        expect(chunks.first).not_to_have_attribute("data-emptied", re.compile(".*"))
        expect(chunks.first.locator(".zoom").first).to_have_attribute("width", "200%")
        assert len([each for each in eye.requests if "/rows?" in each]) == len(fetched), "it was kept"
        assert eye.complaints == []


def test_all_rows_of_a_group_come_while_one_scrolls(browser: Browser, crawled: World) -> None:
    """On a phone; from an address that names the row to begin with."""
    first = TASKS - 4 * ROWS
    with shown(crawled.browser.app) as url, looking(browser, wide=390, theme="dark") as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(f"{url}{crawled.path('crawl')}?open={GROUP}&at={first}")
        chunks = page.locator(".chunk")
        for number in range(2, 5):
            chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
            chunks.nth(number - 1).wait_for(state="attached")
        page.locator(f"a[href*='activity-fetch-{TASKS}&']").first.wait_for(state="attached")
        assert page.locator("a[data-more]").count() == 0
        assert eye.complaints == []


def test_the_runs_that_are_kept_fit_into_their_memory(crawled: World) -> None:
    """256 MB for all of them: a run counts with its events as they are sent, and needs not much more than these."""
    path = crawled.path("crawl")
    sent = len(crawled.get(f"{path}/history.json").content)
    fresh = pages_of(crawled.service)
    fresh.get("/shop/")
    tracemalloc.start()
    try:
        fresh.get(path)
        needed, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert needed / sent * MOST_BYTES <= 256 * 1024 * 1024
