"""What cannot work is said before anything is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.processes.command import simpleflow

BASIC = "examples.basic.BasicWorkflow"
ADD = "tests.processes.flows.Add"
SIGNATURE = "BasicWorkflow.run(self, x: int, t: float = 30) -> int: "


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("workflow.start", "--local", BASIC), "missing a required argument: 'x'"),
        (("workflow.start", "--db", "a.db", BASIC, "--input", "[1, 2, 3]"), "too many positional arguments"),
        (("standalone", BASIC, "--input", '{"args": [1], "kwargs": {"speed": 2}}'), "unexpected keyword argument 'spe"),
    ],
)
def test_arguments_that_run_does_not_take_are_refused_with_its_signature(
    command: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    error, hint = done.err.splitlines()
    assert SIGNATURE in error
    assert said in error
    assert hint.startswith("Hint: give them with --input")


def test_no_arguments_are_refused_too_unless_the_execution_is_open_and_has_some(
    command: Command, tmp_path: Path
) -> None:
    refused = simpleflow(tmp_path, "standalone", BASIC)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert SIGNATURE in refused.stderr
    assert command("--db", "simpleflow.db", "workflow.list").out == "", "nothing was started"
    started = command("--db", "simpleflow.db", "workflow.start", ADD, "-i", "[1]", "--workflow-id", "sum")
    assert started.code == 0, started.err
    done = simpleflow(tmp_path, "standalone", ADD, "--workflow-id", "sum")
    assert (done.returncode, json.loads(done.stdout.splitlines()[-1])) == (0, 3), done.stderr


@pytest.mark.parametrize("option", ["--max-tasks-per-child", "--max-memory-per-child"])
@pytest.mark.parametrize("arguments", [("worker.start", "-t", "t"), ("standalone", BASIC, "-i", "[1]")])
def test_a_thread_is_not_replaced(command: Command, arguments: tuple[str, ...], option: str) -> None:
    done = command(*arguments, "--isolation", "thread", option, "5", "--db", "a.db")
    assert done.code == 2
    assert f"{option} goes with --isolation process" in done.err


def test_standalone_has_one_decider(command: Command) -> None:
    done = command("standalone", ADD, "--input", "[1]", "--nb-deciders", "2")
    assert (done.code, done.out) == (2, "")
    assert "--nb-deciders 2: standalone decides in one thread" in done.err


@pytest.mark.parametrize(
    "arguments", [("worker.start", "-t", "t"), ("decider.start", BASIC), ("standalone", BASIC, "-i", "[1, 0]")]
)
def test_an_identity_that_makes_no_sense_is_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", "blue")
    done = command(*arguments, "--db", "a.db")
    assert done.code == 2
    assert "SIMPLEFLOW_IDENTITY is not JSON" in done.err


def test_reloading_needs_a_package(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "watchfiles" else found(name))
    done = command("worker.start", "-t", "t", "--reload", "--endpoint-url", "http://127.0.0.1:9", "--domain", "d")
    assert done.code == 2
    assert "--reload needs the package watchfiles" in done.err
    assert "pip install 'simpleflow[reload]'" in done.err
