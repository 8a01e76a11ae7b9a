"""Pages over one service that tests read and do not change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.world import World, filled, pages_of


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    service = filled()
    yield pages_of(service)
    service.close()
