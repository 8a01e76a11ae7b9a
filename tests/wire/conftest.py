from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.doors import Served, served


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Served]:
    """A service with its door open, on a file of its own."""
    with served(tmp_path / "wire.db") as it:
        yield it
