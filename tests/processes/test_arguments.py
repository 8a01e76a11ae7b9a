"""What a workflow cannot be run with is said before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes.command import simpleflow

BASIC = "examples.basic.BasicWorkflow"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("workflow.start", "--local", BASIC), "missing a required argument: 'x'"),
        (("workflow.start", "--db", "a.db", BASIC, "--input", "[1, 2, 3]"), "too many positional arguments"),
        (("standalone", BASIC), "missing a required argument: 'x'"),
        (("standalone", BASIC, "--input", '{"args": [1], "kwargs": {"speed": 2}}'), "unexpected keyword argument 'spe"),
    ],
)
def test_arguments_that_run_does_not_take_are_refused_with_its_signature(
    tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    done = simpleflow(tmp_path, *command)
    assert done.returncode == 2
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert "BasicWorkflow.run(self, x: int, t: float = 30) -> int: " in error
    assert said in error
    assert hint.startswith("Hint: give them with --input")
    listed = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.list")
    assert listed.stdout == "", "nothing was started"


def test_an_open_execution_is_resumed_without_its_arguments(tmp_path: Path) -> None:
    """They are in its history."""
    workflow = "tests.processes.flows.Add"
    started = simpleflow(
        tmp_path, "--db", "simpleflow.db", "workflow.start", workflow, "-i", "[1]", "--workflow-id", "sum"
    )
    assert started.returncode == 0, started.stderr
    done = simpleflow(tmp_path, "standalone", workflow, "--workflow-id", "sum")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "3"), done.stderr
