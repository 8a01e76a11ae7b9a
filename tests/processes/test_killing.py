"""Ten kills of a working server, without and with power cuts; ``make crashtest`` has a thousand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.processes.killing import Killing

KILLS = 10


@pytest.mark.parametrize("power_cuts", [False, True], ids=["kill -9", "power cuts"])
def test_a_server_that_is_killed_loses_nothing_it_has_acknowledged(tmp_path: Path, *, power_cuts: bool) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    killing = Killing(tmp_path, random.Random(seed), power_cuts=power_cuts)
    kinds = killing.run(KILLS)
    assert kinds["WorkflowExecutionCompleted"] > 0
