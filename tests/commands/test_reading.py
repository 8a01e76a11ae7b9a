"""Commands that wait, list and tell about things."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from simpleflow.cli.app import COMMANDS
from swf.protocol import decisions as d
from tests.commands.conftest import HERE, Command
from tests.commands.sample import WORKFLOW_ID
from tests.commands.world import World
from tests.processes.command import environment

DB = ("--db", "flow.db")
DOUBLE = "activity-examples.basic.double-1"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "flow.db")


def test_the_result_is_waited_for_and_printed(world: World, command: Command) -> None:
    world.start("a")
    waiting = threading.Timer(0.3, world.decide, [d.CompleteWorkflowExecution(result='{"total": 3}')])
    waiting.start()
    try:
        done = command(*DB, "workflow.result", "a")
    finally:
        waiting.join()
    assert (done.code, done.out) == (0, '{"total": 3}\n'), done.err


def test_the_result_of_what_continued_as_new_is_that_of_its_last_run(world: World, command: Command) -> None:
    world.start("a")
    world.decide(d.ContinueAsNewWorkflowExecution(workflow_type_version="1"))
    world.decide(d.CompleteWorkflowExecution())
    assert command(*DB, "workflow.result", "a").out == "null\n"


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ('["été", 1.50]', '["été", 1.50]'),
        ("no JSON \x1b[2J", '"no JSON \\u001b[2J"'),
        ('"\x9b31m"', '"\\u009b31m"'),
        ('{\n "a": 1}', '{"a": 1}'),
    ],
)
def test_a_result_is_a_line_of_json_that_does_nothing_to_a_terminal(
    world: World, command: Command, recorded: str, printed: str
) -> None:
    world.start("a")
    world.decide(d.CompleteWorkflowExecution(result=recorded))
    assert command(*DB, "workflow.result", "a").out == printed + "\n"


def test_no_result_is_an_error(world: World, command: Command) -> None:
    world.start("a")
    late = command(*DB, "workflow.result", "a", "--timeout", "0")
    assert late.code == 1
    assert "a is still open after 0 s" in late.err
    world.decide(d.FailWorkflowExecution(reason="no luck"))
    failed = command(*DB, "workflow.result", "a")
    assert (failed.code, failed.out) == (1, "")
    assert "no luck" in failed.err
    assert command(*DB, "workflow.result", "nothing").code == 1


def test_watching_ends_with_the_execution(world: World, command: Command) -> None:
    world.start("a")
    world.schedule("add-1")
    waiting = threading.Timer(0.4, world.decide, [d.CompleteWorkflowExecution()])
    world.take()
    command(*DB, "workflow.signal", "a", "--name", "wake")
    waiting.start()
    try:
        done = command(*DB, "workflow.watch", "a")
    finally:
        waiting.join()
    assert (done.code, done.out) == (0, "COMPLETED\n"), done.err
    assert done.err.splitlines()[0] == "a: scheduled 0, running 1, done 0, failed 0"


def test_watching_what_does_not_complete_is_exit_1(world: World, command: Command) -> None:
    world.start("a")
    command(*DB, "workflow.terminate", "a")
    done = command(*DB, "workflow.watch", "a")
    assert (done.code, done.out) == (1, "TERMINATED\n")


def test_conditions_of_filter_are_combined(world: World, command: Command) -> None:
    world.start("a", tags=("eu",))
    world.start("b", tags=("eu",), type="other")
    world.start("c")
    command(*DB, "workflow.terminate", "c")

    def ids(*arguments: str) -> list[str]:
        done = command(*DB, "--format", "json", "workflow.filter", *arguments)
        assert done.code == 0, done.err
        return sorted(row[0] for row in json.loads(done.out))

    assert ids() == ["a", "b"]
    assert ids("--tag", "eu", "--workflow-type-name", "order") == ["a"]
    assert ids("--workflow-id", "a", "--tag", "us") == []
    assert ids("--workflow-type-name", "order", "--workflow-type-version", "2") == []
    assert ids("--status", "closed", "--close-status", "terminated") == ["c"]
    assert ids("--status", "closed", "-c", "COMPLETED", "--workflow-id", "c") == []
    assert ids("--from-date", "2020-01-01", "--to-date", "2020-01-02 10:00:00+0000") == []
    assert ids("--from-date", "2020-01-01T00:00:00") == ["a", "b"]
    assert len(ids("--limit", "1")) == 1
    assert command(*DB, "workflow.filter", "--close-status", "failed").code == 2
    assert command(*DB, "workflow.filter", "--workflow-type-version", "1").code == 2
    assert command(*DB, "workflow.filter", "--from-date", "2020-01-02", "--to-date", "2020-01-01").code == 2
    assert command(*DB, "workflow.filter", "--from-date", "yesterday").code == 2


def test_details_of_a_filtered_list_are_asked_for_one_by_one(world: World, command: Command) -> None:
    world.start("a", input='{"args":[7],"kwargs":{},"__extra":{"class":"x.Y"}}')
    (short,) = json.loads(command(*DB, "--format", "prettyjson", "workflow.filter").out)
    (whole,) = json.loads(command(*DB, "--format", "prettyjson", "workflow.filter", "--details").out)
    assert (short["Input"], short["Child Policy"], short["Execution Timeout"]) == (None, None, None)
    assert (whole["Input"], whole["Child Policy"]) == ({"args": [7], "kwargs": {}}, "TERMINATE")
    assert (whole["Execution Timeout"], whole["Decision Tasks Timeout"]) == ("3600", "300")


def test_a_task_that_is_not_there_is_an_error_that_helps(sample: Path, command: Command) -> None:
    done = command(*HERE, "task.info", WORKFLOW_ID, DOUBLE + "1")
    assert (done.code, done.out) == (1, "")
    assert f"did you mean {DOUBLE!r}?" in done.err


def test_tasks_in_every_state_are_told_of(world: World, command: Command) -> None:
    """None of them makes a command crash; those that have not run are not in the profile."""
    world.start("a")
    world.schedule("add-1")
    command(*DB, "activity.fail", world.take(), "--reason", "no")
    world.schedule("add-2")
    world.take()
    assert command(*DB, "workflow.signal", "a", "--name", "wake").code == 0
    world.schedule("add-3")
    assert [line.split()[1] for line in command(*DB, "workflow.tasks", "a").lines] == ["scheduled", "started", "failed"]
    assert [line.split()[:2] for line in command(*DB, "workflow.profile", "a").lines] == [["add-1", "failed"]]
    assert len(command(*DB, "workflow.tasks", "a", "-n", "2").lines) == 2
    assert "no" in command(*DB, "--format", "json", "task.info", "a", "add-1").out


def test_an_exported_history_is_what_the_service_tells(sample: Path, command: Command, tmp_path: Path) -> None:
    done = command(*HERE, "history.export", WORKFLOW_ID)
    content = json.loads(done.out)
    assert (content["domain"], content["execution"]["workflowId"]) == ("TestDomain", WORKFLOW_ID)
    events = content["events"]
    assert [event["eventId"] for event in events] == list(range(1, 18))
    assert events[-1]["workflowExecutionCompletedEventAttributes"]["result"] == "4"
    assert command(*HERE, "history.export", WORKFLOW_ID, "-o", "h.json").code == 0
    assert (tmp_path / "h.json").read_text() == done.out
    assert command(*HERE, "history.export", WORKFLOW_ID, "-o", "nowhere/h.json").code == 1


def test_events_can_come_in_reverse_order(sample: Path, command: Command) -> None:
    rows = json.loads(
        command(*HERE, "--format", "json", "workflow.history", WORKFLOW_ID, "--reverse-order", "true").out
    )
    assert [row[0] for row in rows] == list(range(17, 0, -1))


def test_control_characters_of_others_do_nothing_to_a_terminal(world: World, command: Command) -> None:
    evil = "\x1b[2J\x9b31mred\u202eback\nline"
    world.start("a", tags=(evil,), input=json.dumps({"args": [evil], "kwargs": {}}))
    for arguments in (("workflow.info", "a"), ("workflow.filter", "--details"), ("workflow.history", "a")):
        for format in ("tabular", "human"):
            out = command(*DB, "--format", format, *arguments).out
            assert all(letter.isprintable() or letter == "\n" for letter in out), out
            assert "\\x1b[2J" in out
        rows = json.loads(command(*DB, "--format", "json", *arguments).out)
        assert json.dumps(evil)[1:-1] in json.dumps(rows), "machines get the whole value"
    error = command(*DB, "workflow.info", evil).err
    assert "\x1b" not in error


def test_info_tells_what_counts_and_hides_secrets(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "hidden")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hidden")
    monkeypatch.setenv("SIMPLEFLOW_ENV", "production")
    done = command(*DB, "info")
    assert done.code == 0, done.err
    titles = [line for line in done.lines if line.startswith("#")]
    assert titles == ["# Versions", "# Settings", "# Environment AWS* SIMPLEFLOW*", "# Service"]
    assert "hidden" not in done.out
    assert "SIMPLEFLOW_ENV=production" in done.lines
    assert "service=the service on flow.db" in done.lines
    assert "domain=default" in done.lines
    assert any(line.startswith("SWF_MAX_OPEN_ACTIVITY_COUNT=1000") for line in done.lines)
    assert command("info", "versions").lines[0] == "# Versions"
    assert "\x1b[1m" in command("--color", "always", "info", "versions").out
    assert command("info", "nothing").code == 2
    amazon = command("-d", "D", "--region", "eu-west-1", "info", "service")
    assert "service=Amazon SWF" in amazon.lines
    assert "region=eu-west-1" in amazon.lines
    assert "credentials=found by env" in amazon.lines
    assert "none is named" in command("info", "service").out


def test_a_file_is_checked_and_copied(world: World, command: Command, tmp_path: Path) -> None:
    world.start("a")
    assert command("server.check", "flow.db").lines[-1] == "1 execution, 2 events, 0 problems"
    assert command(*DB, "server.backup", "copy.db").code == 0
    assert command("--db", "copy.db", "server.check").lines[-1] == "1 execution, 2 events, 0 problems"
    assert command(*DB, "server.backup", "copy.db").code == 1, "what is there is not written over"
    assert command("server.check", "nothing.db").code == 1
    import apsw

    connection = apsw.Connection(str(tmp_path / "copy.db"))
    connection.execute("update executions set cancel_requested = 1")
    connection.close()
    broken = command("server.check", "copy.db")
    assert (broken.code, broken.lines[-1]) == (1, "1 execution, 2 events, 1 problem")


def test_a_strange_format_or_command_is_wrong_usage(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command("--format", "xml", "workflow.list").code == 2
    monkeypatch.setenv("SIMPLEFLOW_FORMAT", "xml")
    wrong = command(*DB, "workflow.list")
    assert wrong.code == 2
    assert "SIMPLEFLOW_FORMAT is 'xml'" in wrong.err
    monkeypatch.setenv("SIMPLEFLOW_FORMAT", "json")
    meant = command("workflow.lst")
    assert meant.code == 2
    assert "did you mean workflow.list?" in meant.err
    assert "--workflow-id" in command("workflow.start", "x.Y", "--workflow-idd", "a").err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(command: Command, shell: str) -> None:
    script = command("completion", shell).out
    assert f"_SIMPLEFLOW_COMPLETE={shell}_complete" in script
    asked = {
        "bash": {"COMP_WORDS": "simpleflow workflow.t", "COMP_CWORD": "1"},
        "zsh": {"COMP_WORDS": "simpleflow workflow.t", "COMP_CWORD": "1"},
        "fish": {"COMP_WORDS": "simpleflow workflow.t", "COMP_CWORD": "workflow.t"},
    }[shell]
    code = (
        "import sys; from simpleflow.cli import main; sys.argv[0] = 'simpleflow'\n"
        "try: main()\nfinally: print(sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **asked, "_SIMPLEFLOW_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
    )
    assert "workflow.tasks" in done.stdout
    assert "workflow.timeline" in done.stdout
    for heavy in ("'boto3'", "'rich'", "'apsw'", "'simpleflow.replay'", "'greenlet'"):
        assert heavy not in done.stdout, "completing a command imports none"


def test_a_long_list_starts_at_once_and_a_closed_pipe_ends_it(world: World, tmp_path: Path) -> None:
    from swf.protocol import operations as o
    from swf.protocol.values import WorkflowType

    with world.client() as client:
        for number in range(3000):
            client.call(
                o.StartWorkflowExecution(
                    domain="default", workflow_id=f"w-{number}", workflow_type=WorkflowType(name="order", version="1")
                )
            )
    process = subprocess.Popen(
        [sys.executable, "-m", "simpleflow", *DB, "workflow.list"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("w-2999  order")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(20) == 0


def test_rows_are_printed_page_by_page(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes later is asked for when what came first is printed."""
    from simpleflow.cli.formats import pieces

    asked: list[int] = []

    def rows() -> itertools.chain[tuple[int]]:
        return itertools.chain.from_iterable(([asked.append(number)] and [(number,)]) for number in range(10_000))  # type: ignore[func-returns-value]

    for format in ("tabular", "csv", "json", "prettyjson", "human"):
        asked.clear()
        table = pieces(("n",), rows(), format, with_header=True)
        while "7" not in (text := next(table)):
            assert text is not None
        assert len(asked) <= 101


def test_ctrl_c_ends_a_wait_with_130(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    world.start("a")

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    done = command(*DB, "workflow.result", "a")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


def test_every_command_and_option_is_in_the_reference() -> None:
    """docs/commands.md is made by tools/commands.py."""
    from tools.commands import DOCUMENT, reference

    assert DOCUMENT.read_text(encoding="utf-8") == reference(), "make it anew with: python -m tools.commands"
    text = reference()
    for name in COMMANDS:
        assert re.search(rf"^### {re.escape(name)}$", text, re.MULTILINE)
