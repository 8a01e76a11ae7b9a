"""What a workflow says about itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from examples.queries import Tour

from tests.commands.conftest import Command
from tests.commands.flows import Inventory
from tests.commands.played import LOCAL, stage

ASK = ("--db", "flow.db", *LOCAL, "workflow.query")


@pytest.fixture
def tour(tmp_path: Path) -> None:
    with stage(tmp_path / "flow.db") as playing:
        playing.start(Tour, ["Rome", "Pisa"], 60, workflow_id="tour")
        playing.start(Inventory, workflow_id="stock")


@pytest.mark.usefixtures("tour")
def test_a_query_is_answered_in_json(command: Command) -> None:
    done = command(*ASK, "tour", "--name", "progress")
    assert (done.code, done.out) == (0, '"2 of 2"\n'), done.err
    assert command(*ASK, "tour").out == "progress\n", "its queries, if none is named"
    arguments = command(*ASK, "stock", "--name", "left", "--input", '{"args": ["lamp"], "kwargs": {"reserved": 2}}')
    assert (arguments.code, json.loads(arguments.out)) == (0, {"lamp": 1}), arguments.err
    named = command(*ASK, "tour", "--name", "progress", "--workflow", "examples.queries.Tour")
    assert named.out == done.out


@pytest.mark.usefixtures("tour")
def test_what_the_workflow_prints_is_not_in_the_answer(command: Command) -> None:
    done = command(*ASK, "stock", "--name", "left", "--input", '["lamp"]')
    assert (done.out, "counting" in done.err) == ('{"lamp": 3}\n', True)


@pytest.mark.usefixtures("tour")
@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        (("tour", "--name", "progres"), 1, "has no query 'progres': its queries are progress", ""),
        (("tour", "--name", "progress", "-i", "[1"), 2, "--input is not JSON", "for example"),
        (("tour", "-i", "[1]"), 2, "--input goes with --name QUERY", ""),
        (("tour", "--name", "progress", "-i", "[1]"), 1, "the query 'progress' fails: TypeError", ""),
        (("nowhere", "--name", "progress"), 1, "no workflow execution 'nowhere'", "workflow.list"),
        (
            ("tour", "--name", "left", "--workflow", "tests.commands.flows.Inventory"),
            1,
            "ask with the code that decides this execution",
            "",
        ),
        (("tour", "--name", "progress", "--workflow", "no.such.Thing"), 2, "there is no module 'no'", "looked for"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_answered_is_a_line(
    command: Command, arguments: tuple[str, ...], code: int, said: str, hint: str
) -> None:
    done = command(*ASK, *arguments)
    assert (done.code, done.out) == (code, ""), done.err
    lines = done.err.splitlines()
    assert said in lines[0]
    assert hint in lines[-1]


def test_a_class_that_is_not_here_can_be_named(tour: None, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simpleflow.workflows.Workflows._at", lambda self, path: None)
    done = command(*ASK, "tour", "--name", "progress")
    assert (done.code, done.out) == (1, "")
    assert "nothing here is the workflow of tour: its type is 'tour'" in done.err
    assert "--workflow package.module.ClassName" in done.err
