"""Who SWF is told holds a task."""

from __future__ import annotations

import json
import os

import pytest

from simpleflow.cli.app import CommandError
from simpleflow.cli.inputs import check_identity
from simpleflow.swf.process.identity import CHARACTERS, identity, told_by


def test_it_names_user_host_and_process() -> None:
    assert set(told_by(identity())) == {"user", "hostname", "pid"}
    assert told_by(identity(owner="x"))["owner"] == "x"


def test_a_site_adds_words_and_takes_some_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", '{"team": "blue", "user": null}')
    told = told_by(identity(owner="x"))
    assert (told["team"], told["pid"], told["owner"]) == ("blue", os.getpid(), "x")
    assert "user" not in told


def test_words_that_are_too_much_are_left_out_so_that_it_stays_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", json.dumps({"team": "blue", "story": "x" * 300}))
    text = identity()
    assert len(text) <= CHARACTERS
    assert (told_by(text)["team"], "story" in told_by(text)) == ("blue", False)


@pytest.mark.parametrize("text", ["blue", "[1]", '"blue"', "{"])
def test_what_is_no_object_is_told_with_an_example(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", text)
    with pytest.raises(ValueError, match=r"SIMPLEFLOW_IDENTITY is .* must be a JSON object, such as"):
        identity()


def test_commands_refuse_it_before_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", "blue")
    with pytest.raises(CommandError, match="must be a JSON object") as refusal:
        check_identity()
    assert refusal.value.code == 2
