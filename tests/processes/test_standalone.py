"""The command as its users meet it: results, restarts, and everything that can be wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from simpleflow.format import decode
from swf.lifecycle import fold
from swf.protocol.operations import ExecutionTimeFilter as Window
from swf.protocol.operations import (
    GetWorkflowExecutionHistory,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from swf.protocol.wire import decode_events
from swf.server import open_reader
from swf.server.inprocess import InProcessClient
from tests.processes.command import ROOT, begin, check, simpleflow

FLOWS = "tests.processes.flows"


def history(path: Path) -> list:  # type: ignore[type-arg]
    """The events of the only execution in the file."""
    service = open_reader(path)
    try:
        client = InProcessClient(service)
        window = Window(oldest_date=0)
        infos = client.call(ListOpenWorkflowExecutions(domain="default", start_time_filter=window)).execution_infos
        infos += client.call(ListClosedWorkflowExecutions(domain="default", start_time_filter=window)).execution_infos
        (info,) = infos
        page = client.call(GetWorkflowExecutionHistory(domain="default", execution=info.execution))
        assert page.next_page_token is None
        return decode_events(page.events)
    finally:
        service.close()


def wait_until(condition: object, process: object = None, seconds: float = 60) -> None:
    """Returns when *condition* holds."""
    give_up_at = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < give_up_at, "it did not come to that"
        assert process is None or process.poll() is None, process.communicate()  # type: ignore[attr-defined]
        time.sleep(0.005)


def test_the_quickstart_ends_with_its_result(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "examples.basic.BasicWorkflow", "--input", "[1, 0]")
    ids, printed, result = done.stdout.splitlines()
    assert re.fullmatch(r"basic \S+", ids)
    assert (printed, result) == ("(1 + 1) * 2 = 4", "4")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == "starting workflow examples.basic.BasicWorkflow"

    tasks = simpleflow(tmp_path, "--db", "simpleflow.db", "--header", "workflow.tasks", "basic").stdout.splitlines()
    assert tasks[0].split("  ")[0] == "Tasks"
    rows = [re.split(r"\s{2,}", line)[:2] for line in tasks[1:]]
    assert sorted(rows) == [
        ["examples.basic.delay", "completed"],
        ["examples.basic.double", "completed"],
        ["examples.basic.increment", "completed"],
    ]
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")


@pytest.mark.parametrize(
    "input", ["[1, 1]", '{"args": [1], "kwargs": {}}', '{"kwargs": {"x": 1}}', '{"args": [1], "kwargs": {"t": 5}}', "1"]
)
def test_local_mode_prints_what_the_workflow_prints_and_nothing_else(tmp_path: Path, input: str) -> None:
    input = input.replace('"x": 1', '"x": 1, "t": 0').replace("5", "0").replace('[1], "kwargs": {}', "[1, 0]")
    if input == "1":
        input = '{"args": [1], "kwargs": {"t": 0}}'
    done = simpleflow(tmp_path, "workflow.start", "--local", "examples.basic.BasicWorkflow", "--input", input)
    assert (done.returncode, done.stdout) == (0, "(1 + 1) * 2 = 4\n")
    assert list(tmp_path.iterdir()) == []


def test_the_words_of_a_directory_are_counted_right_durably_and_locally(tmp_path: Path) -> None:
    """Against ten lines that do not use this project."""
    words = tmp_path / "texts"
    for number in range(30):
        folder = words / str(number % 3)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text("the quick brown fox " * number + f"w{'x' * number} été")
    (words / "binary").write_bytes(b"\0\1\2 the")
    (words / "latin").write_bytes("the caf\xe9".encode("latin-1"))
    (words / "link").symlink_to(words / "0" / "0.txt")
    (words / "dangling").symlink_to(words / "nowhere")
    expected: Counter[str] = Counter()
    for path in [*words.rglob("*.txt"), *(ROOT / "src").rglob("*.py")]:
        expected.update(re.findall(r"[^\W\d_]+", path.read_text().lower()))
    (words / "src").mkdir()
    for path in (ROOT / "src").rglob("*.py"):
        copy = words / "src" / str(path.relative_to(ROOT)).replace("/", "-")
        copy.write_text(path.read_text())

    durable = simpleflow(
        tmp_path, "standalone", "examples.wordcount.WordCount", "--input", json.dumps([str(words), 20])
    )
    here = simpleflow(
        tmp_path, "workflow.start", "--local", "examples.wordcount.WordCount", "--input", json.dumps([str(words), 20])
    )
    assert durable.returncode == here.returncode == 0, durable.stderr + here.stderr
    top = sorted(expected.items(), key=lambda item: (-item[1], item[0]))[:20]
    for text in (durable.stdout.splitlines()[-1], here.stderr.splitlines()[-1]):
        result = json.loads(text)
        assert [tuple(pair) for pair in result["top"]] == top
        assert (result["words"], result["distinct"]) == (sum(expected.values()), len(expected))
        assert result["skipped"] == 2


def test_a_killed_run_goes_on_and_repeats_nothing_that_was_completed(tmp_path: Path) -> None:
    words = tmp_path / "texts"
    for number in range(60):
        folder = words / str(number)
        folder.mkdir(parents=True)
        (folder / "big.txt").write_text(f"word{chr(97 + number % 26)} " * 100_000)
    ledger = tmp_path / "ledger"
    arguments = ("standalone", f"{FLOWS}.Ledgered", "--input", json.dumps([str(words)]))
    process = begin(tmp_path, *arguments, LEDGER=str(ledger))
    wait_until(lambda: ledger.exists() and len(ledger.read_text().splitlines()) >= 6, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    completed = fold(history(tmp_path / "simpleflow.db")).activities.values()
    finished = [task for task in completed if task.state == "completed"]
    assert finished
    before = Counter(ledger.read_text().splitlines())

    again = simpleflow(tmp_path, *arguments, LEDGER=str(ledger))
    assert again.returncode == 0, again.stderr
    assert again.stderr.splitlines()[0].startswith("resuming wordcount 22")
    result = json.loads(again.stdout.splitlines()[-1])
    assert result["words"] == 6_000_000
    after = Counter(ledger.read_text().splitlines())
    for task in finished:
        wanted = task.wanted
        line = f"{wanted.activity_type.name} {tuple(decode(wanted.input)['args'])!r}"
        assert after[line] == before[line] == 1, "an activity that was completed ran again"
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")


def test_what_a_dead_owner_held_is_taken_over_though_nobody_has_buried_it(tmp_path: Path) -> None:
    """A process that was killed keeps its number until its parent asks for it; in a container that may be never."""
    announce = tmp_path / "running"
    arguments = ("standalone", f"{FLOWS}.Waits", "--input", json.dumps([str(tmp_path / "go"), str(announce)]))
    process = begin(tmp_path, *arguments)
    wait_until(announce.exists, process)
    process.send_signal(signal.SIGKILL)
    wait_until(lambda: not _is_alive(process.pid))
    (tmp_path / "go").touch()
    try:
        done = simpleflow(tmp_path, *arguments)
    finally:
        process.communicate()
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, '"released"'), done.stderr
    assert "finished: scheduled 0, running 0, done 1, failed 1" in done.stderr


def test_an_open_execution_is_not_resumed_with_another_input(tmp_path: Path) -> None:
    announce = tmp_path / "running"
    arguments = ("standalone", f"{FLOWS}.Waits", "--input", json.dumps([str(tmp_path / "go"), str(announce)]))
    process = begin(tmp_path, *arguments)
    wait_until(lambda: announce.exists() and announce.read_text(), process)
    child = int(announce.read_text())
    process.kill()
    process.communicate()
    wait_until(lambda: not _is_alive(child))

    other = simpleflow(tmp_path, "standalone", f"{FLOWS}.Waits", "--input", '["x", "y"]')
    assert other.returncode == 2
    assert "is open with the input" in other.stderr
    assert "--new" in other.stderr
    (tmp_path / "go").touch()
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.Waits")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == '"released"'
    reasons = [e.attributes.reason for e in history(tmp_path / "simpleflow.db") if e.type == "ActivityTaskFailed"]
    assert reasons == [f"process {process.pid} died"]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_a_killed_child_is_a_failed_attempt_within_two_seconds(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.DiesOnce", "--input", json.dumps([str(flag)]))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, '"alive"'), done.stderr
    events = history(tmp_path / "simpleflow.db")
    started, failed = (
        next(event for event in events if event.type == type) for type in ("ActivityTaskStarted", "ActivityTaskFailed")
    )
    assert failed.attributes.reason == f"process {flag.read_text()} died: signal SIGKILL"
    assert failed.timestamp - started.timestamp < 2


def test_an_activity_that_takes_longer_than_its_heartbeat_timeout_is_kept_alive(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.TakesTime")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, '"still there"'), done.stderr
    assert "ActivityTaskTimedOut" not in [event.type for event in history(tmp_path / "simpleflow.db")]


def test_a_dead_child_is_noticed_though_its_own_child_keeps_the_pipe_open(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.LeavesSomebodyBehind")
    assert done.returncode == 1
    assert re.search(r"process \d+ died: exit code 4", done.stderr)
    events = history(tmp_path / "simpleflow.db")
    (started,) = (event for event in events if event.type == "ActivityTaskStarted")
    (failed,) = (event for event in events if event.type == "ActivityTaskFailed")
    assert failed.timestamp - started.timestamp < 2


def test_an_activity_whose_time_is_over_is_ended(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.TooSlow")
    assert done.returncode == 1
    assert "START_TO_CLOSE timeout after 1 s" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_that_it_can_go_on(tmp_path: Path, number: signal.Signals) -> None:
    announce = tmp_path / "running"
    process = begin(
        tmp_path, "standalone", f"{FLOWS}.Waits", "--input", json.dumps([str(tmp_path / "go"), str(announce)])
    )
    wait_until(announce.exists, process)
    process.send_signal(number)
    (tmp_path / "go").touch()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stays open, the same command resumes it" in errors
    assert "Traceback" not in errors
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.Waits")
    assert done.stdout.splitlines()[-1] == '"released"'
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")


def test_an_interrupted_local_run_says_that_nothing_goes_on(tmp_path: Path) -> None:
    announce = tmp_path / "running"
    input = json.dumps([str(tmp_path / "go"), str(announce)])
    process = begin(tmp_path, "workflow.start", "--local", f"{FLOWS}.Waits", "--input", input)
    wait_until(announce.exists, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "interrupted; nothing of it is kept, and nothing goes on\n"


@pytest.mark.parametrize("mode", [("standalone",), ("workflow.start", "--local")])
@pytest.mark.parametrize(
    ("workflow", "said"),
    [
        ("Raises", "ValueError: the disk is on fire"),
        ("NoJson", "cannot complete task activity-tests.processes.flows.no_json-1: TypeError"),
        ("LeavesPolitely", "SystemExit: bye"),
        ("ResultIsNoJson", "the result of run cannot be sent"),
        ("NeverStops", "Workflow execution failed: enough"),
        ("Typed --input [1]", "TypeError(1 will not do)"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(tmp_path: Path, mode: tuple[str, ...], workflow: str, said: str) -> None:
    name, *more = workflow.split()
    done = simpleflow(tmp_path, *mode, f"{FLOWS}.{name}", *more)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("simpleflow: error: ")]
    assert len(errors) == 1
    assert said in errors[0]
    if mode[0] == "standalone":
        hint = "Hint: look at it with: simpleflow --db simpleflow.db web; go on with what was completed: --repair "
        assert hint in done.stderr
        assert check(tmp_path / "simpleflow.db").endswith("0 problems")


def test_an_activity_that_exits_its_process_has_failed(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.Leaves")
    assert done.returncode == 1
    assert re.search(r"process \d+ died: exit code 3", done.stderr)


@pytest.mark.parametrize("mode", [("standalone",), ("workflow.start", "--local")])
def test_a_workflow_may_catch_everything_its_tasks_raise(tmp_path: Path, mode: tuple[str, ...]) -> None:
    done = simpleflow(tmp_path, *mode, f"{FLOWS}.CatchesAll")
    assert done.returncode == 0, done.stderr
    assert '"caught"' in done.stdout + done.stderr


@pytest.mark.parametrize("mode", [("standalone",), ("workflow.start", "--local")])
def test_a_workflow_catches_the_class_that_its_activity_raised(tmp_path: Path, mode: tuple[str, ...]) -> None:
    done = simpleflow(tmp_path, *mode, f"{FLOWS}.CatchesRefused")
    assert done.returncode == 0, done.stderr
    assert '"visa refused, limit 5"' in done.stdout + done.stderr


@pytest.mark.parametrize("mode", [("standalone",), ("workflow.start", "--local")])
def test_middlewares_run_around_activities(tmp_path: Path, mode: tuple[str, ...]) -> None:
    ledger = tmp_path / "ledger"
    options = ("--middleware-pre-execution", f"{FLOWS}.before", "--middleware-post-execution", f"{FLOWS}.after")
    done = simpleflow(tmp_path, *mode, f"{FLOWS}.Add", "--input", "[1]", *options, LEDGER=str(ledger))
    assert done.returncode == 0, done.stderr
    assert ledger.read_text() == f"before activity-{FLOWS}.add-1\nafter 3\n"

    wrong = simpleflow(tmp_path, *mode, f"{FLOWS}.Add", "--input", "[1]", "--middleware-pre-execution", "nowhere.f")
    assert wrong.returncode == 2
    assert "the middleware 'nowhere.f' cannot be imported" in wrong.stderr


def test_what_activities_print_does_not_mix_with_the_result(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", f"{FLOWS}.Add", "--input", "[1]")
    assert done.stdout.splitlines()[1:] == ["1 + 2 = 3", "3"]
    assert "no part of the output" in done.stderr


def test_waiting_for_what_nobody_sends_is_told(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "workflow.start", "--local", f"{FLOWS}.Signaled")
    assert done.returncode == 1
    assert "waiting for signal 'go': nothing in this process will send it" in done.stderr
    sent = simpleflow(tmp_path, "workflow.start", "--local", f"{FLOWS}.Signaled", "--signal", 'go={"a": 1}')
    assert (sent.returncode, sent.stderr.splitlines()[-1]) == (0, '{"a": 1}')


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["standalone", "nowhere.Flow"], 2, "there is no module 'nowhere'"),
        (["standalone", "Flow"], 2, "is no path to a workflow"),
        (["standalone", f"{FLOWS}.Nothing"], 2, "there is no 'Nothing' in module"),
        (["standalone", f"{FLOWS}.add"], 2, "is no workflow"),
        (["standalone", f"{FLOWS}.Base"], 2, "has no name"),
        (["standalone", f"{FLOWS}.Add", "--input", "[1"], 2, "--input is not JSON"),
        (["standalone", f"{FLOWS}.Add", "--input", '{"x": 1}'], 2, "has 'x'"),
        (["standalone", f"{FLOWS}.Add", "--input-file", "nope.json"], 2, "cannot read nope.json"),
        (["standalone", f"{FLOWS}.Add", "--format", "xml"], 2, "'xml' is not one of"),
        (["standalone", f"{FLOWS}.Add", "--tags", "a,b,c,d,e,f"], 2, "6 tags"),
        (["standalone", f"{FLOWS}.Add", "--db", "no/such/folder.db"], 1, "cannot create"),
        (["standalone", f"{FLOWS}.Add", "--db", "text.txt"], 1, "is not a simpleflow database"),
        (["standalone", "broken_lambda.Flow"], 2, "a lambda cannot be an activity"),
        (["standalone"], 2, "Missing argument 'WORKFLOW'"),
        (["workflow.tasks", "x"], 2, "no service is named"),
        (["workflow.tasks", "x", "--db", "missing.db"], 1, "does not exist"),
        (["workflow.task"], 2, "there is no command 'workflow.task'"),
    ],
)
def test_wrong_calls_say_what_and_where(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "text.txt").write_text("no database " * 500)
    (tmp_path / "broken_lambda.py").write_text(
        "from simpleflow import activity, Workflow\nf = activity.with_attributes()(lambda x: x)\n"
    )
    done = simpleflow(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("simpleflow: error: ")


def test_an_execution_can_be_started_first_and_run_later(tmp_path: Path) -> None:
    """Options stand before the command, after it, or in the environment."""
    started = simpleflow(
        tmp_path,
        "--db",
        "x.db",
        "workflow.start",
        f"{FLOWS}.Add",
        "--input",
        "[1]",
        "--workflow-id",
        "sum",
        "--tags",
        "a,b",
    )
    assert started.returncode == 0, started.stderr
    assert started.stdout.split()[0] == "sum"
    listed = simpleflow(tmp_path, "workflow.list", SIMPLEFLOW_DB="x.db")
    assert listed.stdout.split() == ["sum", "add", "OPEN"]
    same = ("workflow.start", f"{FLOWS}.Add", "--input", "[1]", "--workflow-id", "sum")
    twice = simpleflow(tmp_path, *same, "--db", "x.db")
    assert twice.returncode == 1
    assert "WorkflowExecutionAlreadyStartedFault" in twice.stderr
    info = simpleflow(tmp_path, "workflow.info", "sum", "--format", "prettyjson", "--db", "x.db")
    (row,) = json.loads(info.stdout)
    assert (row["tag_list"], row["task_list"]) == ("a,b", "t")
    assert row["input"] == {"args": [1], "kwargs": {}}, "without what the engine has added"
    (first, *_) = json.loads(simpleflow(tmp_path, "--format", "json", "workflow.history", "sum", "--db", "x.db").stdout)
    assert first[4]["__extra"] == {"class": f"{FLOWS}.Add"}


def test_a_workflow_that_loops_for_ever_is_told_of_and_can_be_interrupted(tmp_path: Path) -> None:
    process = begin(tmp_path, "standalone", f"{FLOWS}.Loops", WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT="1")
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if "a decision takes more than 1 s" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert "work that takes long belongs in an activity" in lines[-1]
    assert lines[-1].rstrip().endswith("in run: time.sleep(0.01)")


def test_reading_creates_nothing(tmp_path: Path) -> None:
    simpleflow(tmp_path, "workflow.list", "--db", "missing.db")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_execution_is_named(tmp_path: Path) -> None:
    simpleflow(tmp_path, "standalone", f"{FLOWS}.Add", "--input", "[1]")
    done = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.info", "nobody")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "simpleflow: error: no workflow execution 'nobody' in domain 'default'."


def test_the_version_needs_neither_boto3_nor_rich_nor_the_server(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys; sys.argv = ['simpleflow', '--version']; from simpleflow.cli import main; main();"
        "print([m for m in ('boto3', 'rich', 'click', 'apsw', 'msgspec') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    first, second = done.stdout.splitlines()
    assert re.fullmatch(r"simpleflow \d+\.\d+\.\d+\S*", first)
    assert "boto3" not in second
    assert "rich" not in second
