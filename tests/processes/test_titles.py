"""What ``ps`` shows of deciders, workers and the children that run their activities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.fleet import Fleet, fleet, read, wait_until
from tests.processes.gang import Meets


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


def titles(ships: Fleet, name: str) -> list[str]:
    """The titles of the poller of a supervisor and of its children."""
    below = sorted(ships.below(ships.parts[name].pid))
    return [read(Path(f"/proc/{pid}/cmdline")).partition(b"\0")[0].decode() for pid in below]


def test_a_process_is_called_by_what_it_is_and_what_it_does(ships: Fleet, tmp_path: Path) -> None:
    """The fleet finds its processes in /proc/PID/environ, which must stay readable."""
    place = tmp_path / "place"
    place.mkdir()
    ships.begin("decider", "decider.start", "tests.processes.gang.Meets", "-N", "1")
    ships.begin("worker", "worker.start", "tests.processes.gang.Meets", "-t", "gang", "-N", "1")
    client = ships.client()
    ships.start(client, Meets, "meeting", str(place))
    wait_until(lambda: list(place.iterdir()), "the activity runs")
    assert sorted(titles(ships, "worker")) == [
        "simpleflow Activity(task_list=gang)[processing activity-gang.meet-1]",
        "simpleflow Worker(task_list=gang)[processing]",
    ]
    wait_until(lambda: titles(ships, "decider") == ["simpleflow Decider(task_list=gang)[polling]"], "it polls")
    (place / "another").touch()
    wait_until(lambda: ships.closed(client), "the execution is closed")
    idle = ["simpleflow Activity(task_list=gang)[running]", "simpleflow Worker(task_list=gang)[polling]"]
    wait_until(lambda: sorted(titles(ships, "worker")) == idle, "the worker polls again")


def test_processes_keep_their_names_if_they_are_told_to(ships: Fleet) -> None:
    told = {"SIMPLEFLOW_DISABLE_SETPROCTITLE": "yes"}
    ships.begin("worker", "worker.start", "-t", "gang", "-N", "1", **told)
    programs = {"simpleflow.swf.process.poller", "simpleflow.swf.process.child"}

    def named() -> set[str]:
        below = ships.below(ships.parts["worker"].pid)
        return {word for pid in below for word in read(Path(f"/proc/{pid}/cmdline")).decode().split("\0")} & programs

    wait_until(lambda: named() == programs, "worker and child are there")
