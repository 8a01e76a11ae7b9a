"""Settings: where they come from, and what they may be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simpleflow import settings

DOCUMENTED = {
    "WORKFLOW_DEFAULT_TASK_LIST": "default",
    "WORKFLOW_DEFAULT_VERSION": "default",
    "WORKFLOW_DEFAULT_EXECUTION_TIME": "3600",
    "WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT": "300",
    "ACTIVITY_DEFAULT_TASK_LIST": "default",
    "ACTIVITY_DEFAULT_VERSION": "default",
    "ACTIVITY_DEFAULT_TIMEOUT": "300",
    "ACTIVITY_START_TO_CLOSE_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_START_TIMEOUT": "300",
    "ACTIVITY_HEARTBEAT_TIMEOUT": "300",
    "SIMPLEFLOW_S3_HOST": "s3.amazonaws.com",
    "SIMPLEFLOW_S3_SSE": False,
    "STEP_BUCKET": "",
    "METROLOGY_BUCKET": "metrology_bucket",
    "METROLOGY_PATH_PREFIX": None,
    "SIMPLEFLOW_ENV": "production",
    "SIMPLEFLOW_SYSLOG_TARGET": None,
    "SIMPLEFLOW_ENABLE_DISK_CACHE": False,
    "SIMPLEFLOW_BINARIES_DIRECTORY": "/tmp/simpleflow-binaries",
    "ACTIVITY_SIGTERM_WAIT_SEC": 3,
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_configured", {})


@pytest.mark.parametrize(("name", "value"), DOCUMENTED.items())
def test_every_setting_has_its_default(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    assert getattr(settings, name) == value


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "site_of_tests.py").write_text("STEP_BUCKET = 'of the site'\nACTIVITY_DEFAULT_VERSION = 'site'\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SIMPLEFLOW_SETTINGS_MODULE", "site_of_tests")
    return "site_of_tests"


@pytest.mark.usefixtures("site")
def test_environment_beats_configured_beats_module_beats_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.STEP_BUCKET == "of the site"
    assert settings.METROLOGY_BUCKET == "metrology_bucket"
    settings.configure({"STEP_BUCKET": "configured"})
    assert settings.STEP_BUCKET == "configured"
    settings.put_setting("STEP_BUCKET", "put")
    assert settings.STEP_BUCKET == "put"
    monkeypatch.setenv("STEP_BUCKET", "environment")
    assert settings.STEP_BUCKET == "environment"
    assert settings.ACTIVITY_DEFAULT_VERSION == "site"


@pytest.mark.usefixtures("site")
def test_all_are_printed_with_where_they_come_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_S3_SSE", "yes")
    settings.print_settings()
    lines = capsys.readouterr().out.splitlines()
    assert "STEP_BUCKET='of the site'  # site_of_tests" in lines
    assert "SIMPLEFLOW_S3_SSE=True  # environment variable SIMPLEFLOW_S3_SSE" in lines
    assert "METROLOGY_PATH_PREFIX=None  # default" in lines
    assert len(lines) == len(settings.DEFAULTS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", False),
        ("false", False),
        ("No", False),
        ("off", False),
        ("", False),
        ("1", True),
        ("TRUE", True),
        ("on", True),
    ],
)
def test_fix_15_booleans_from_the_environment_can_be_false(
    text: str, value: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_ENABLE_DISK_CACHE", text)
    assert settings.SIMPLEFLOW_ENABLE_DISK_CACHE is value


def test_numbers_and_objects_are_read_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVITY_SIGTERM_WAIT_SEC", "7")
    monkeypatch.setenv("LOGGING", '{"version": 1}')
    assert settings.ACTIVITY_SIGTERM_WAIT_SEC == 7
    assert settings.LOGGING == {"version": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [("ACTIVITY_SIGTERM_WAIT_SEC", "soon"), ("SIMPLEFLOW_S3_SSE", "perhaps"), ("LOGGING", "{")],
)
def test_a_text_of_another_kind_is_told(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ValueError, match=f"the variable {name} is "):
        getattr(settings, name)


def test_what_is_no_setting_is_refused() -> None:
    for call in (
        lambda: settings.NOTHING,
        lambda: settings.put_setting("NOTHING", 1),
        lambda: settings.configure({"STEP_BUCKET": "x", "NOTHING": 1}),
    ):
        with pytest.raises(AttributeError, match="simpleflow has no setting 'NOTHING'"):
            call()
    assert settings.STEP_BUCKET == ""
    assert "STEP_BUCKET" in dir(settings)


def test_fix_13_importing_reads_no_settings_and_touches_no_logging() -> None:
    script = (
        "import logging; before = dict(vars(logging.getLogger())); import simpleflow, simpleflow.activity;"
        "ours = logging.getLogger('simpleflow');"
        "assert [type(h).__name__ for h in ours.handlers] == ['NullHandler'], ours.handlers;"
        "assert ours.propagate and ours.level == 0;"
        "assert logging.getLogger().handlers == [] and before['level'] == logging.getLogger().level;"
        "print('fine')"
    )
    environment = {"SIMPLEFLOW_SETTINGS_MODULE": "nowhere.at.all", "SIMPLEFLOW_S3_SSE": "perhaps"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")
