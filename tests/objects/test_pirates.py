"""The example that uses ``swf`` alone: its decisions as values, and all of it in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from examples.swf_pirate import decide, main

from swf.models import ActivityType, Domain
from swf.models.decision import ActivityTaskDecision, WorkflowExecutionDecision
from swf.models.history import builder

ROOT = Path(__file__).resolve().parents[2]
DIG = ActivityType(Domain("pirates"), "dig", "1")


class Hunt:
    name, version, task_list = "hunt", "1", "captains"


def hunting(*islands: str) -> builder.History:
    return builder.History(Hunt, input={"islands": list(islands)})


def test_the_captain_digs_everywhere_at_once() -> None:
    assert decide(hunting("Tortuga", "Nassau"), DIG) == [
        ActivityTaskDecision().schedule("dig-Tortuga", DIG, input={"island": "Tortuga"}),
        ActivityTaskDecision().schedule("dig-Nassau", DIG, input={"island": "Nassau"}),
    ]


def test_the_captain_waits_while_somebody_digs() -> None:
    history = hunting("Tortuga", "Nassau")
    history.add_activity_task(DIG, activity_id="dig-Tortuga", result=7)
    history.add_activity_task(DIG, last_state="started", activity_id="dig-Nassau")
    assert decide(history, DIG) == []


def test_the_captain_tries_again_and_gives_up_in_the_end() -> None:
    history = hunting("Atlantis")
    for _ in range(2):
        history.add_activity_task(DIG, last_state="failed", activity_id="dig-Atlantis", reason="it has sunk")
        assert decide(history, DIG) == [
            ActivityTaskDecision().schedule("dig-Atlantis", DIG, input={"island": "Atlantis"})
        ]
    history.add_activity_task(DIG, last_state="failed", activity_id="dig-Atlantis", reason="it has sunk")
    assert decide(history, DIG) == [WorkflowExecutionDecision().fail(reason="Atlantis: it has sunk")]


def test_the_captain_counts_the_loot() -> None:
    history = hunting("Tortuga", "Nassau")
    history.add_activity_task(DIG, activity_id="dig-Tortuga", result=7)
    history.add_activity_task(DIG, activity_id="dig-Nassau", result=6)
    assert decide(history, DIG) == [WorkflowExecutionDecision().complete({"loot": 13})]


@contextmanager
def process(*arguments: str, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process that is stopped with the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(directory)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_a_wrong_name_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hunt", "--domain", "a:b", "--endpoint-url", "http://127.0.0.1:9"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("swf_pirate: error: DescribeDomain: the request breaks a rule of the API")
    assert "Value 'a:b' at 'name' failed to satisfy constraint: Member must not" in told


@pytest.mark.timeout(120)
def test_captain_and_crew_in_processes_of_their_own_bring_home_the_loot(tmp_path: Path) -> None:
    with process("swf.server", "pirates.db", directory=tmp_path) as server:
        assert server.stdout is not None
        url = server.stdout.readline().partition(" at ")[2].partition(",")[0]
        place = ("--endpoint-url", url)
        with (
            process("examples.swf_pirate", "captain", *place, directory=tmp_path) as captain,
            process("examples.swf_pirate", "crew", *place, directory=tmp_path) as crew,
            process("examples.swf_pirate", "hunt", *place, "Tortuga", "Nassau", directory=tmp_path) as hunt,
            process("examples.swf_pirate", "hunt", *place, "Atlantis", directory=tmp_path) as vain,
        ):
            assert hunt.communicate(timeout=60)[0] == '{"loot":13}\n'
            assert vain.communicate(timeout=60)[0] == '{"failed":"Atlantis: it has sunk"}\n'
            for actor in (captain, crew):
                actor.send_signal(signal.SIGTERM)
                assert actor.wait(30) == 0, "it stops when it is told to, also in the middle of a poll"
