"""Pages over one service that tests read and do not change, and one browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from swf.server import ManualClock, open_service
from swf.server.machine.quotas import Quotas
from tests.web.browser import launched
from tests.web.histories import START, Play, Step
from tests.web.world import World, filled, pages_of

TASKS = 10_000


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    service = filled()
    yield pages_of(service)
    service.close()


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """What drives browsers: a process has one. It is gone before tests of other rooms begin, for it runs a loop."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One for all: each test has a profile of its own in it."""
    with launched(driver) as found:
        yield found


@pytest.fixture(scope="package")
def crawled() -> Iterator[World]:
    """A run as large as any: it has 10,000 tasks and 30,000 events."""
    quotas = Quotas(events_per_execution=100_000, open_activities=TASKS)
    service = open_service(None, clock=ManualClock(START), quotas=quotas)
    steps = [Step("load"), *(Step("fetch", ["activity-load-1"], result={"page": n}) for n in range(TASKS))]
    Play(steps, workers=TASKS, batch=TASKS // 5, workflow_id="crawl", on=service).play()
    yield pages_of(service)
    service.close()
