"""What SWF shows of who holds a task."""

from __future__ import annotations

import json
import os
import socket

import pytest

from simpleflow.swf.process.identity import identity, told_by
from swf.exceptions import ConfigurationError


def test_the_variable_is_merged_and_null_takes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", '{"cluster": "blue", "user": null, "pid": 7}')
    assert json.loads(identity()) == {"hostname": socket.gethostname(), "pid": 7, "cluster": "blue"}


def test_what_the_process_says_of_itself_is_not_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its owner a dead process of a file is known."""
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", '{"owner": null}')
    assert told_by(identity(owner="this"))["owner"] == "this"


@pytest.mark.parametrize("text", ["blue", "[1]"])
def test_a_variable_that_is_no_object_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", text)
    with pytest.raises(ConfigurationError, match=r"SIMPLEFLOW_IDENTITY is no.* JSON.*for example SIMPLEFLOW_IDENTITY="):
        identity()


def test_an_identity_that_is_too_long_is_refused_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_IDENTITY", json.dumps({"cluster": "b" * 256}))
    with pytest.raises(ConfigurationError, match="SWF takes 256"):
        identity()


def test_the_name_of_a_host_is_cut_so_that_the_rest_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "h" * 300)
    said = json.loads(identity(owner="this"))
    assert len(identity(owner="this")) <= 256
    assert (said["pid"], said["owner"]) == (os.getpid(), "this")
    assert said["hostname"].startswith("hhh")
