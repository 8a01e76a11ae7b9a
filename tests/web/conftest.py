"""Pages over one service that tests read and do not change, and one browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browser import launched
from tests.web.world import World, filled, pages_of


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    service = filled()
    yield pages_of(service)
    service.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all: each test has a profile of its own in it. It is gone before tests of other rooms begin."""
    with launched() as found:
        yield found
