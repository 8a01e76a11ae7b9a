"""The list that the library is accepted by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance import CHECKLIST, is_written

COMMANDS = {
    *("workflow.start", "workflow.terminate", "workflow.restart", "workflow.info", "workflow.profile"),
    *("workflow.tasks", "workflow.list", "workflow.filter", "workflow.history", "task.info", "decider.start"),
    *("worker.start", "standalone", "activity.rerun", "info", "binaries.download"),
}


@pytest.mark.parametrize("promise", CHECKLIST)
def test_what_is_promised_has_its_tests(promise: str) -> None:
    assert [name for name in CHECKLIST[promise] if not is_written(name)] == []


def test_help_lists_every_command_of_the_documentation() -> None:
    done = subprocess.run([sys.executable, "-m", "simpleflow", "--help"], capture_output=True, text=True)
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ") and line.strip()}
    assert done.returncode == 0, done.stderr
    assert COMMANDS - listed == set()
