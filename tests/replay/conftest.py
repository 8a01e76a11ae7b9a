from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.replay import bed


@pytest.fixture(autouse=True)
def _beds_are_cleared() -> Iterator[None]:
    """A suspended run that is merely dropped is never freed, and tests that count what is there would find it."""
    yield
    while bed.BEDS:
        bed.BEDS.pop().kill()
