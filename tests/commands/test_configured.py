"""What files say, what counts more, and how one finds out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simpleflow import settings
from tests.commands.conftest import Command
from tests.commands.world import World

OWN = """
domain = "shop"
format = "json"
[settings]
STEP_BUCKET = "steps"
ACTIVITY_HEARTBEAT_TIMEOUT = 60
SIMPLEFLOW_S3_SSE = true
"""
PROJECT = """
[project]
name = "shop"
[tool.simpleflow]
db = "flow.db"
domain = "default"
header = true
log-level = "error"
[tool.simpleflow.settings]
STEP_BUCKET = "others"
"""


@pytest.fixture(autouse=True)
def read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "_configured", {})
    settings.files.forget()
    yield
    settings.files.forget()


def facts(command: Command, *options: str) -> dict[str, str]:
    """What ``info settings`` says, by name."""
    done = command(*options, "info", "settings")
    assert done.code == 0, done.err
    return dict(line.split("=", 1) for line in done.lines[1:])


def test_a_file_names_the_service_for_folders_below_it(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    World(tmp_path / "flow.db").start("a")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    (tmp_path / "src" / "pyproject.toml").write_text("[project]\nname = 'of others'\n")
    monkeypatch.chdir(below)
    done = command("workflow.list")
    assert (done.code, [line.split() for line in done.lines]) == (
        0,
        [["Workflow", "ID", "Workflow", "Type", "Status"], ["a", "order", "OPEN"]],
    ), done.err
    assert command("--no-header", "workflow.list").out == "a  order  OPEN\n", "an option counts more"


def test_options_beat_variables_beat_files_beat_defaults(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "simpleflow.toml").write_text(OWN)
    said = facts(command)
    assert said["db"] == f"{tmp_path / 'flow.db'}  # pyproject.toml: tool.simpleflow.db"
    assert said["domain"] == "shop  # simpleflow.toml: domain"
    assert said["format"] == "json  # simpleflow.toml: format"
    assert said["header"] == "true  # pyproject.toml: tool.simpleflow.header"
    assert said["local-time"] == "false  # default"
    assert said["STEP_BUCKET"] == "steps  # simpleflow.toml: settings.STEP_BUCKET"
    assert said["ACTIVITY_HEARTBEAT_TIMEOUT"] == "60  # simpleflow.toml: settings.ACTIVITY_HEARTBEAT_TIMEOUT"
    assert said["METROLOGY_BUCKET"] == "metrology_bucket  # default"
    monkeypatch.setenv("SWF_DOMAIN", "market")
    monkeypatch.setenv("SIMPLEFLOW_FORMAT", "csv")
    monkeypatch.setenv("STEP_BUCKET", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SWF", "http://127.0.0.1:1")
    said = facts(command, "--format", "human")
    assert said["domain"] == "market  # environment variable SWF_DOMAIN"
    assert said["format"] == "human  # option --format"
    assert said["STEP_BUCKET"] == "mine  # environment variable STEP_BUCKET"
    assert said["endpoint-url"] == "http://127.0.0.1:1  # environment variable AWS_ENDPOINT_URL_SWF"
    assert said["db"] == "  # default", "the variable names another service than the file"
    said = facts(command, "--db", "other.db", "-d", "fair")
    assert (said["db"], said["domain"]) == ("other.db  # option --db", "fair  # option --domain")
    assert said["endpoint-url"] == "  # default"


def test_the_library_reads_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simpleflow.toml").write_text(OWN + 'LOGGING = {version = 1}\nSIMPLEFLOW_CODEC = "zlib"')
    monkeypatch.setattr(settings, "_configured", {"METROLOGY_BUCKET": "configured"})
    assert (settings.STEP_BUCKET, settings.ACTIVITY_HEARTBEAT_TIMEOUT) == ("steps", "60")
    assert (settings.SIMPLEFLOW_S3_SSE, settings.METROLOGY_BUCKET) == (True, "configured")
    assert (settings.LOGGING, settings.SIMPLEFLOW_CODEC) == ({"version": 1}, "zlib")
    settings.put_setting("STEP_BUCKET", "put")
    assert settings.STEP_BUCKET == "put"


def test_a_level_in_a_file_counts_for_logs(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    monkeypatch.delenv("LOG_LEVEL", raising=False)
    (tmp_path / "simpleflow.toml").write_text('log-level = "error"\n')
    assert facts(command)["log-level"] == "error  # simpleflow.toml: log-level"
    assert logging.getLogger("simpleflow").level == logging.ERROR
    (tmp_path / "simpleflow.toml").unlink()
    facts(command)
    assert logging.getLogger("simpleflow").level == logging.INFO


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ('fromat = "json"', "nobody knows the key fromat", "did you mean format?"),
        ('endpoint_url = "x"', "nobody knows the key endpoint_url", "did you mean endpoint-url?"),
        ("STEP_BUCKET = 'x'", "nobody knows the key STEP_BUCKET", "settings stand below [settings]"),
        ("[settings]\nSTEP_BUKET = 'x'", "nobody knows the key settings.STEP_BUKET", "did you mean STEP_BUCKET?"),
        ("quux = 1", "nobody knows the key quux", "there are color, db, domain"),
        ("header = 'yes'", "header is 'yes'; it must be true or false", ""),
        ("db = 3", "db is 3; it must be a text", ""),
        ("settings = 3", "settings is 3, not a table of settings", ""),
        ("[settings]\nACTIVITY_SIGTERM_WAIT_SEC = 'soon'", "is 'soon', which is not of the kind of 3", ""),
        ("[settings]\nSIMPLEFLOW_S3_SSE = 1", "is 1, which is not of the kind of False", ""),
        ("format = 'xml'", "simpleflow.toml: format is 'xml'", "it may be tabular, csv"),
        ("log-format = 'yaml'", "simpleflow.toml: log-format is 'yaml'", "it may be text, json"),
        ("color = 'blue'", "simpleflow.toml: color is 'blue'", "it may be auto, always, never"),
        (
            "db = 'x'\nendpoint-url = 'http://x'",
            "are two services, said by simpleflow.toml: db and",
            "give one of them",
        ),
        ("db = ", "is not TOML: ", ""),
    ],
)
def test_what_nobody_understands_in_a_file_is_a_line_and_a_hint(
    tmp_path: Path, command: Command, text: str, said: str, hint: str
) -> None:
    (tmp_path / "simpleflow.toml").write_text(text)
    done = command("info", "settings")
    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert said in lines[0]
    assert "simpleflow.toml" in lines[0]
    assert len(lines) == (2 if hint else 1), done.err
    assert hint in lines[-1]


def test_a_table_of_tools_must_be_one(tmp_path: Path, command: Command) -> None:
    (tmp_path / "pyproject.toml").write_text("tool.simpleflow = 3\n")
    done = command("info", "settings")
    assert done.code == 2
    assert "tool.simpleflow is 3, not a table" in done.err
