"""workflow.timeline and workflow.graph, on a file of the embedded service and over HTTP."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from simpleflow.cli.app import COMMANDS, run
from swf.server import open_service
from swf.server.http import Door
from tests.processes.command import simpleflow
from tests.web import golden, histories


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database in which an order was played an hour ago."""
    for name in ("SIMPLEFLOW_DB", "SWF_DOMAIN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SWF", "SIMPLEFLOW_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    histories.order(path=str(tmp_path / "flow.db"), start=round(time.time()) - 3600).play()
    monkeypatch.chdir(tmp_path)
    return tmp_path


HERE = ("--db", "flow.db", "--domain", "shop")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*HERE, *arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_a_timeline_is_a_chart_of_text(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden.check("command-timeline.txt", output(capsys, "workflow.timeline", "order", "--width", "110"))


def test_a_chart_is_as_wide_as_the_terminal(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    chart = output(capsys, "workflow.timeline", "order").splitlines()
    assert all(len(line) <= 70 for line in chart if "│" in line)


@pytest.mark.parametrize("notation", ["mermaid", "dot", "svg"])
def test_a_graph_is_printed_in_the_language_that_is_wanted(
    place: Path, capsys: pytest.CaptureFixture[str], notation: str
) -> None:
    golden.check(f"command-graph.{notation}", output(capsys, "workflow.graph", "order", "--as", notation))


def test_files_are_written_instead(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "workflow.timeline", "order", "--svg", "t.svg", "--html", "t.html") == ""
    assert output(capsys, "workflow.graph", "order", "--as", "svg", "--theme", "dark", "-o", "g.svg") == ""
    ElementTree.parse(place / "t.svg")
    ElementTree.parse(place / "g.svg")
    assert (place / "t.html").read_text().startswith("<!doctype html>")
    assert "#14181e" in (place / "g.svg").read_text()


def test_idle_time_is_folded_in_text_drawing_and_page(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("flow.db").unlink()
    play = histories.patient(items=2)
    histories.Play(
        play.steps, signals=play.signals, workflow_id="album", path="flow.db", start=round(time.time()) - 80_000
    ).play()
    command = ("workflow.timeline", "album", "--fold-idle")
    assert "≈ 19 h" in output(capsys, *command, "--width", "110")
    assert "≈" not in output(capsys, *command[:2], "--width", "110")
    assert output(capsys, *command, "--svg", "t.svg", "--html", "t.html") == ""
    for name in ("t.svg", "t.html"):
        assert (place / name).read_text().count('class="folded"') == 2


def test_a_file_that_cannot_be_written_is_an_error(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*HERE, "workflow.graph", "order", "-o", "nowhere/x"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == (
        "simpleflow: error: cannot write nowhere/x: No such file or directory"
    )


def test_an_execution_that_is_not_there_is_an_error(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("workflow.timeline", "workflow.graph"):
        assert run([*HERE, command, "nothing"]) == 1
        assert "no workflow execution 'nothing' in domain 'shop'" in capsys.readouterr().err
    assert run([*HERE, "workflow.graph", "order", "--as", "png"]) == 2


def test_the_run_id_names_a_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*HERE, "workflow.timeline", "order", "no-such-run"]) == 1
    assert "no-such-run" in capsys.readouterr().err


def test_over_http_the_pictures_are_the_same(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read through boto3, as from Amazon SWF."""
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    service = open_service(place / "flow.db")
    door = Door(service)
    door.open()
    try:
        there = ["--endpoint-url", door.url, "--domain", "shop"]
        assert run([*there, "workflow.timeline", "order", "--width", "110"]) == 0
        golden.check("command-timeline.txt", capsys.readouterr().out)
        assert run([*there, "workflow.graph", "order"]) == 0
        golden.check("command-graph.mermaid", capsys.readouterr().out)
    finally:
        door.close()
        service.close()


def test_a_run_of_the_example_is_drawn_by_the_commands_as_users_call_them(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "examples.basic.BasicWorkflow", "--input", "[1, 0]")
    assert done.returncode == 0, done.stderr
    chart = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.timeline", "basic")
    lines = chart.stdout.splitlines()
    assert lines[0].startswith("basic  Completed, ")
    assert lines[1] == "Completed with 4"
    assert {line.split("│")[0][4:].strip() for line in lines if "│" in line} == {"increment", "delay", "double"}
    graph = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.graph", "basic").stdout
    assert graph.startswith("flowchart LR\n")
    assert sum("> n" in line for line in graph.splitlines()) == 2


@pytest.mark.parametrize("command", ["workflow.timeline", "workflow.graph"])
def test_the_commands_are_in_the_documentation(command: str) -> None:
    assert command in COMMANDS
    assert command in (Path(__file__).resolve().parents[2] / "docs" / "pictures.md").read_text()
