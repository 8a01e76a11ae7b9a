"""A directory with the sample history, and commands called in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from simpleflow.cli.app import run
from swf.server import ManualClock
from tests.commands.sample import DOMAIN, Played, at


@dataclass
class Done:
    """What a command has said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's environment counts."""
    for name in ("SIMPLEFLOW_DB", "SWF_DOMAIN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SWF", "SIMPLEFLOW_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    monkeypatch.chdir(tmp_path)


def calling(capsys: pytest.CaptureFixture[str]) -> Command:
    """Calls a command in this process."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        code = run(list(arguments))
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    return calling(capsys)


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the sample history, read on the day on which it was made: later it would be forgotten."""
    path = tmp_path / "flow.db"
    Played(path).play()
    monkeypatch.setattr("swf.server.opening.SystemClock", lambda: ManualClock(at("23:10:00")))
    return path


HERE = ("--db", "flow.db", "--domain", DOMAIN)
