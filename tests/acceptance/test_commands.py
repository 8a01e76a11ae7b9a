"""Mistakes of older releases at the command line that must not come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from swf.protocol import decisions as d
from tests.commands.conftest import Command, alone, command
from tests.commands.world import World

__all__ = ["alone", "command"]

DB = ("--db", "flow.db")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "flow.db")


def test_info_shows_the_input_of_the_workflow_and_not_of_a_task(world: World, command: Command) -> None:
    """9. The tasks have others."""
    world.start("a", input='{"args":["mine"],"kwargs":{}}')
    world.schedule("add-1", '{"args":["a task\'s"],"kwargs":{}}')
    done = command(*DB, "--header", "workflow.info", "a")
    assert done.code == 0, done.err
    assert done.lines[1].endswith("{'args': ['mine'], 'kwargs': {}}")
    assert "a task's" not in done.out


def test_a_closed_execution_is_found_without_its_run_id(world: World, command: Command) -> None:
    """21. The newest open one is meant, else the newest closed one."""
    first = world.start("a")
    world.decide(d.CompleteWorkflowExecution(result="1"))
    assert first in command(*DB, "workflow.info", "a").out
    second = world.start("a")
    world.decide(d.FailWorkflowExecution(reason="no"))
    told = command(*DB, "workflow.info", "a").out
    assert (second in told, first in told) == (True, False)
    third = world.start("a")
    assert third in command(*DB, "workflow.info", "a").out


def test_a_history_has_all_its_events_in_every_format(world: World, command: Command) -> None:
    """8. Ten were all that was printed."""
    world.start("a")
    world.decide(*(d.RecordMarker(marker_name=f"marker-{number}") for number in range(20)))
    for format in ("json", "csv", "tabular", "human", "prettyjson"):
        done = command(*DB, "--format", format, "workflow.history", "a")
        assert done.code == 0, done.err
        assert "marker-19" in done.out


@pytest.mark.parametrize("input", ['{"x": 1}', "{}", '{"args": [1], "x": 1}', '{"args": 1}'])
def test_an_object_that_holds_no_arguments_is_no_input(input: str, command: Command) -> None:
    """Nothing would have been passed, silently."""
    done = command("workflow.start", "--local", "examples.basic.BasicWorkflow", "--input", input)
    assert done.code == 2
    assert "--input" in done.err
    assert "'args'" in done.err + str(done.out)


def test_a_decimal_text_is_not_taken_for_a_number(world: World, command: Command) -> None:
    """A version ``1`` is a text, whatever the format of the table."""
    world.start("a")
    assert '"1"' in command(*DB, "--format", "json", "workflow.filter").out
    assert "1.00" not in command(*DB, "workflow.filter").out
