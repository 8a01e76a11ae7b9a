"""What is wrong with a command is one line, a hint where there is something to do, and the right exit code."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.commands.world import World
from tests.processes.command import environment

DB = ("--db", "flow.db")
BASIC = "examples.basic.BasicWorkflow"
ONE = (BASIC, "-i", "[1]")
READING = ("workflow.info", "workflow.tasks", "workflow.profile", "workflow.history", "workflow.timeline",
           "workflow.graph", "workflow.result", "workflow.watch", "history.export", "workflow.query",
           "workflow.restart", "workflow.rerun", "workflow.terminate", "workflow.cancel")  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "flow.db")
    world.start("a")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "empty.py").write_text("Flow = 3\n")
    (tmp_path / "history.json").write_text('{"events": [{"eventId": 1}]}')
    (tmp_path / "half.json").write_text('{"events": [')
    return world


@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        (("workflow.inof", "a"), 2, "there is no command 'workflow.inof'", "did you mean workflow.info?"),
        (("xyzzy",), 2, "there is no command 'xyzzy'", "simpleflow --help"),
        ((*DB, "workflow.info"), 2, "Missing argument", "--help"),
        ((*DB, "workflow.list", "--stats", "open"), 2, "No such option", "--help"),
        ((*DB, "workflow.info", "-big"), 2, "No such option", "names that begin with - stand behind --"),
        ((*DB, "workflow.list", "--status", "ajar"), 2, "'ajar' is not one of 'open', 'closed'", "--help"),
        ((*DB, "workflow.info", "a", "b", "c"), 2, "too many names", "WORKFLOW_ID [RUN_ID]"),
        ((*DB, "workflow.start", "BasicWorkflow"), 2, "is no path to a workflow", "package.module.ClassName"),
        ((*DB, "workflow.start", "no.such.Thing"), 2, "there is no module 'no'", "looked for in"),
        ((*DB, "workflow.start", "examples.basic.Basic"), 2, "there is no 'Basic'", "its workflows: BasicWorkflow"),
        ((*DB, "workflow.start", "examples.basic.double"), 2, "is no workflow", ""),
        ((*DB, "workflow.start", "empty.Flow"), 2, "is no workflow", ""),
        ((*DB, "workflow.start", "broken.Flow"), 2, "cannot import broken: No module named 'nothing_of_this", ""),
        ((*DB, "workflow.start", BASIC, "-i", "[1"), 2, "--input is not JSON", "for example"),
        ((*DB, "workflow.start", BASIC, "-i", '{"x": 1}'), 2, "the object given as --input has 'x'", "'args'"),
        ((*DB, "workflow.start", *ONE, "--tags", "1,2,3,4,5,6"), 2, "6 tags are given", ""),
        (("workflow.start", "--local", *ONE, "--signal", "go=x"), 2, "what stands behind '=' is not JSON", ""),
        ((*DB, "workflow.signal", "a", "--name", "go", "-i", "{"), 2, "--input is not JSON", "with its quotes"),
        ((*DB, "activity.complete", "token", "--result", "yes"), 2, "--result is not JSON", "with its quotes"),
        ((*DB, "activity.complete", "rubbish"), 1, "ValidationException: Invalid token", ""),
        ((*DB, "workflow.replay", BASIC, "--history", "half.json"), 2, "half.json is no JSON", "history.export"),
        ((*DB, "workflow.replay", BASIC, "--history", "history.json"), 2, "no events of SWF", "history.export"),
        ((*DB, "-d", "nowhere", "workflow.list"), 1, "Unknown domain: nowhere", "domain.list"),
        ((*DB, "-d", "nowhere", "type.list"), 1, "Unknown domain: nowhere", "domain.list"),
        ((*DB, "workflow.info", "a", "no-run"), 1, "Unknown execution", "workflow.list"),
        ((*DB, "workflow.export", "a", "a.html"), 2, "'a.html' is no run id", "workflow.export a -o FILE"),
        ((*DB, "task.info", "a", "no-task"), 1, "no task 'no-task'", "workflow.profile a"),
        ((*DB, "workflow.start", *ONE, "--workflow-id", "a:b/c\n"), 1, "cannot start basic: ValidationException", ""),
        (("--db", "no.db", "workflow.list"), 1, "no.db does not exist", "standalone --db FILE"),
        (("--db", "empty.py", "workflow.list"), 1, "empty.py", ""),
        (("workflow.list",), 2, "no service is named", "--db FILE"),
        (("info", "setings"), 2, "there is no section 'setings'", "settings"),
        (("completion", "tcsh"), 2, "'tcsh' is not one of", "--help"),
    ],
    ids=lambda value: " ".join(value).strip() if isinstance(value, tuple) else None,
)  # fmt: skip
def test_a_wrong_call_is_a_line_and_a_hint(
    world: World, command: Command, arguments: tuple[str, ...], code: int, said: str, hint: str
) -> None:
    done = command(*arguments)
    lines = done.err.splitlines()
    assert (done.code, done.out) == (code, ""), done.err
    assert lines[0].startswith("simpleflow: error: ")
    assert said in lines[0]
    assert 1 <= len(lines) <= 2, done.err
    assert hint in (lines[1] if len(lines) == 2 else "")


@pytest.mark.parametrize("name", READING)
def test_an_execution_that_is_not_there_is_said_by_all_alike(world: World, command: Command, name: str) -> None:
    done = command(*DB, name, "nowhere")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "simpleflow: error: no workflow execution 'nowhere' in domain 'default'.\n"
        "Hint: list what is there with: simpleflow --db flow.db workflow.list --status closed\n"
    )


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """A URL at which nobody listens, and keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setattr("simpleflow.cli.places.PATIENCE_S", 0.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("arguments", [("workflow.list",), ("workflow.terminate", "a"), ("domain.register", "x")])
def test_a_service_that_is_not_there_is_a_line(command: Command, nobody: str, arguments: tuple[str, ...]) -> None:
    done = command("--endpoint-url", nobody, "-d", "d", *arguments)
    assert (done.code, done.out) == (1, "")
    first, second = done.err.splitlines()
    assert nobody in first
    assert "is the service running there?" in second


def test_no_credentials_are_a_line(command: Command, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    done = command("--endpoint-url", nobody, "--region", "us-east-1", "-d", "d", "workflow.list")
    assert (done.code, done.out) == (1, "")
    first, second = done.err.splitlines()
    assert "credentials" in first.lower()
    assert "--db FILE needs neither" in second


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "prettyjson", "workflow.history", "a", "--of", "events"),
        ("--format", "csv", "workflow.history", "a"),
        ("history.export", "a"),
        ("workflow.graph", "a", "--as", "svg"),
        ("--help",),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_who_reads_no_further_hears_no_complaint(world: World, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The pipe is closed before anything is printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simpleflow", *DB, *arguments],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), said) == (0, "")


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("workflow.list",)], ids=lambda given: given[0])
def test_no_room_for_what_is_printed_is_one_line(world: World, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "simpleflow", *arguments],
            cwd=tmp_path, env={**environment(tmp_path), "SIMPLEFLOW_DB": DB[1]},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    first, second = done.stderr.splitlines()
    assert (done.returncode, first) == (1, "simpleflow: error: no space is left, for what is printed or for a file")
    assert second.startswith("Hint: make room")


def started(world: World, directory: Path, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A shell runs *line*, in which ``"$@"`` is the command ``workflow.info`` of an execution with other letters."""
    world.start("b\u00f6\u65e5")
    command = (sys.executable, "-m", "simpleflow", *DB, "workflow.info", "b\u00f6\u65e5")
    return subprocess.run(
        ["sh", "-c", line, "sh", *command],
        cwd=directory, env={**environment(directory), **more}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_closed_streams_take_nothing_from_a_command(world: World, tmp_path: Path) -> None:
    done = started(world, tmp_path, '"$@" 2>&- <&- && "$@" >&- 2>&-')
    assert (done.returncode, done.stderr) == (0, "")
    assert "order" in done.stdout


def test_letters_that_a_stream_does_not_have_are_spelt(world: World, tmp_path: Path) -> None:
    done = started(world, tmp_path, '"$@" | iconv -f latin1 -t utf8', PYTHONIOENCODING="latin-1")
    assert done.stderr == ""
    assert "b\u00f6\\u65e5" in done.stdout


def test_without_a_command_the_help_is_shown(command: Command) -> None:
    done = command()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: simpleflow")
    assert "\n  workflow.list" in done.err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SWF_MAX_OPEN_ACTIVITY_COUNT", "many", "the variable SWF_MAX_OPEN_ACTIVITY_COUNT is 'many'"),
        ("SIMPLEFLOW_SETTINGS_MODULE", "no.such", "SIMPLEFLOW_SETTINGS_MODULE is 'no.such', which cannot be imported"),
    ],
)
def test_a_wrong_setting_is_wrong_usage(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    done = command("workflow.start", "--local", *ONE)
    assert done.code == 2
    assert done.err.splitlines()[0].startswith(f"simpleflow: error: {said}")


def test_a_damaged_file_is_called_so(world: World, command: Command, tmp_path: Path) -> None:
    (tmp_path / "cut.db").write_bytes((tmp_path / "flow.db").read_bytes()[:5000])
    done = command("--db", "cut.db", "workflow.list")
    assert (done.code, done.out) == (1, "")
    assert "malformed" in done.err
    assert "use a backup of it" in done.err
    assert "room" not in done.err
