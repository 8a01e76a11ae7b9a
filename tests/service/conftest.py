from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.flow import Flow


@pytest.fixture
def flow() -> Iterator[Flow]:
    flow = Flow()
    yield flow
    flow.service.close()


@pytest.fixture
def durable_flow(tmp_path: Path) -> Iterator[Flow]:
    flow = Flow(str(tmp_path / "flow.db"))
    yield flow
    flow.service.close()
