"""The examples give the same here and on the durable service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes.command import check, simpleflow

EXAMPLES: list[tuple[str, list[Any], Any, str]] = [
    ("canvas.Report", [[3, 1, 2]], ["sum of squares: 14", "to be checked: 14"], "100\n400\n"),
    ("saga.Journey", ["Lyon", 20], "paid 20", "train to Lyon\nroom to Lyon\n"),
    ("map_large.Census", [40, 7], 115, ""),
    ("priorities.Clinic", [], ["Eve", "Ian", "Ivy", "Ann", "Bob"], "Eve, Ian, Ivy, Ann, Bob\n"),
]


@pytest.mark.parametrize(("name", "input", "result", "printed"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_an_example_gives_the_same_here_and_on_the_durable_service(
    name: str, input: list[Any], result: Any, printed: str, tmp_path: Path
) -> None:
    here = simpleflow(tmp_path, "workflow.start", "--local", f"examples.{name}", "--input", json.dumps(input))
    assert here.returncode == 0, here.stderr
    assert json.loads(here.stderr.splitlines()[-1]) == result
    assert here.stdout == printed
    durable = simpleflow(tmp_path, "standalone", "--nb-workers", "1", f"examples.{name}", "--input", json.dumps(input))
    assert durable.returncode == 0, durable.stderr
    assert json.loads(durable.stdout.splitlines()[-1]) == result
    assert "\n".join(durable.stdout.splitlines()[1:-1]) == printed.rstrip()
    assert check(tmp_path / "simpleflow.db").endswith(" 0 problems")


@pytest.mark.parametrize("mode", [["workflow.start", "--local"], ["standalone"]])
def test_a_journey_that_cannot_be_paid_is_given_back_from_the_end(mode: list[str], tmp_path: Path) -> None:
    done = simpleflow(tmp_path, *mode, "examples.saga.Journey", "--input", '["Lyon", 2000]')
    assert done.returncode == 0, done.stderr
    assert "nothing is booked" in done.stdout + done.stderr
    if mode == ["standalone"]:
        tasks = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.tasks", "journey").stdout
        given_back = [line for line in tasks.splitlines() if "give_back" in line]
        assert len(given_back) == 2
