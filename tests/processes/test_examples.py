"""The examples, here and durably."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes.command import simpleflow

MODES = [("standalone",), ("workflow.start", "--local")]
VALUES = [(index * 7919) % 10_007 / 10 for index in range(4000)]
DAYS = {f"2026-01-0{day + 1}": max(VALUES[day * 1440 : (day + 1) * 1440]) for day in range(3)}


@pytest.mark.parametrize("mode", MODES, ids=["standalone", "local"])
@pytest.mark.parametrize(
    ("workflow", "input", "result"),
    [
        ("heartbeat.Copying", [20], {"copied": 20, "read": "attempt 1 begins at None"}),
        ("complete_later.Approval", ["one", "two"], ["yes to 'one'", "yes to 'two'"]),
        ("large_values.Measuring", [4000], DAYS),
    ],
)
def test_an_example_gives_what_it_promises(
    tmp_path: Path, mode: tuple[str, ...], workflow: str, input: Any, result: Any
) -> None:
    done = simpleflow(tmp_path, *mode, f"examples.{workflow}", "--input", json.dumps(input))
    assert done.returncode == 0, done.stderr
    said = (done.stdout if mode == ("standalone",) else done.stderr).splitlines()[-1]
    assert json.loads(said) == result


def test_an_attempt_that_ran_out_of_time_hands_on_what_it_had_said(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "examples.heartbeat.Copying", "--input", '[3, "hangs"]')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["read"] == "attempt 2 begins at {'page': 7}"
