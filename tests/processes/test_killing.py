"""Six kills of a working server, without and with power cuts; ``make crashtest`` has a thousand."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from swf.server import failpoints
from swf.server.check import check_file
from tests.processes.command import environment
from tests.processes.killing import Killing

KILLS = 6


@pytest.mark.parametrize("power_cuts", [False, True], ids=["kill -9", "power cuts"])
def test_a_server_that_is_killed_loses_nothing_it_has_acknowledged(tmp_path: Path, *, power_cuts: bool) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    killing = Killing(tmp_path, random.Random(seed), power_cuts=power_cuts)
    kinds = killing.run(KILLS)
    assert kinds["WorkflowExecutionCompleted"] > 0


def test_a_server_that_is_killed_while_it_creates_its_file_leaves_one_that_the_next_can_use(tmp_path: Path) -> None:
    """Deaths within the first milliseconds; then the file is there, whole."""
    path = tmp_path / "new.db"
    for delay_ms in (1, 3, 6, 10, 15):
        killed = subprocess.run(
            [sys.executable, "-m", "swf.server", str(path)],
            env={**environment(tmp_path), failpoints.VARIABLE: f"start:1:{delay_ms / 1000}"},
            capture_output=True,
            timeout=60,
        )
        assert killed.returncode == -signal.SIGALRM, killed.stderr
    process = subprocess.Popen([sys.executable, "-m", "swf.server", str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith(f"serving {path} at ")
    process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()
    report = check_file(path)
    assert (report.executions, report.problems) == (0, ())
