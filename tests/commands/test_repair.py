"""Executions once more without what was done already, and code of today against their histories."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.processes.command import begin, check, simpleflow

SUMS = "tests.commands.flows.Sums"
DB = ("--db", "simpleflow.db")


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A directory in which Sums has failed in its last step."""
    ledger = tmp_path / "ledger"
    done = simpleflow(tmp_path, "standalone", SUMS, "--input", "[1]", "--tags", "eu", LEDGER=str(ledger), FUSSY="1")
    assert done.returncode == 1, done.stderr
    assert ledger.read_text().split("\n") == ["add 1 1", "add 2 2", "child 4", "add 4 100", "fussy 104", ""]
    ledger.unlink()
    return tmp_path


def ran(place: Path) -> list[str]:
    path = place / "ledger"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def test_a_repair_runs_what_was_not_completed(failed: Path) -> None:
    done = simpleflow(failed, "standalone", SUMS, "--repair", "sums", LEDGER=str(failed / "ledger"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[2,4,1040]"
    assert ran(failed) == ["fussy 104"]
    assert "3 results of" in done.stderr
    (row,) = json.loads(simpleflow(failed, *DB, "--format", "prettyjson", "workflow.info", "sums").stdout)
    assert (row["tag_list"], row["input"]) == ("eu", {"args": [1], "kwargs": {}}), "as before, and nothing of ours"
    assert check(failed / "simpleflow.db").endswith("0 problems")


def test_forced_tasks_run_again(failed: Path) -> None:
    arguments = ("standalone", SUMS, "--repair", "sums", "--force-activities", r"flows\.add-1$")
    done = simpleflow(failed, *arguments, LEDGER=str(failed / "ledger"))
    assert done.stdout.splitlines()[-1] == "[2,4,1040]", done.stderr
    assert ran(failed) == ["add 1 1", "fussy 104"]


def test_another_input_repeats_what_depends_on_it(failed: Path) -> None:
    done = simpleflow(failed, "standalone", SUMS, "--repair", "sums", "-i", "[11]", LEDGER=str(failed / "ledger"))
    assert done.stdout.splitlines()[-1] == "[12,14,1140]", done.stderr
    assert ran(failed) == ["add 11 1", "add 12 2", "child 14", "add 14 100", "fussy 114"]
    assert "is not reused: its arguments were others" in done.stderr


def test_what_is_wrong_with_a_repair_is_told(failed: Path) -> None:
    for arguments, code, words in (
        (("--force-activities", "x"), 2, "--force-activities goes with --repair"),
        (("--repair", "sums", "--force-activities", "("), 2, "is no regular expression"),
        (("--repair", "nothing"), 1, "no workflow execution 'nothing'"),
        (("--repair", "a b c"), 2, "names no execution"),
    ):
        done = simpleflow(failed, "standalone", SUMS, *arguments)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
        assert "Traceback" not in done.stderr


def test_a_killed_repair_goes_on_with_the_same_command(failed: Path) -> None:
    ledger = failed / "ledger"
    arguments = ("standalone", SUMS, "--repair", "sums", "-W", "1")
    process = begin(failed, *arguments, LEDGER=str(ledger), FUSSY="wait")
    give_up_at = time.monotonic() + 60
    while not ledger.exists():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    again = simpleflow(failed, *arguments, LEDGER=str(ledger))
    assert "resuming sums" in again.stderr, again.stderr
    assert "Traceback" not in again.stderr
    other = simpleflow(failed, "standalone", SUMS, "--new", "--repair", "sums", LEDGER=str(ledger))
    assert other.stdout.splitlines()[-1] == "[2,4,1040]", other.stderr
    assert set(ran(failed)) == {"fussy 104"}


def test_rerun_starts_an_execution_that_a_standalone_then_takes_up(failed: Path) -> None:
    done = simpleflow(failed, *DB, "workflow.rerun", "sums", "--from", "activity-tests.commands.flows.add-2")
    workflow_id, run_id = done.stdout.split()
    assert (done.returncode, workflow_id) == (0, "sums"), done.stderr
    assert done.stderr == "1 results are reused\n"
    finished = simpleflow(failed, "standalone", SUMS, LEDGER=str(failed / "ledger"))
    assert f"resuming sums {run_id}" in finished.stderr
    assert finished.stdout.splitlines()[-1] == "[2,4,1040]"
    assert ran(failed) == ["add 2 2", "child 4", "add 4 100", "fussy 104"]
    open_one = simpleflow(failed, *DB, "workflow.rerun", "sums", "--workflow-id", "copy")
    assert open_one.returncode == 0, open_one.stderr
    twice = simpleflow(failed, *DB, "workflow.rerun", "sums", "--workflow-id", "copy")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert "an execution of 'copy' is open" in twice.stderr
    wrong = simpleflow(failed, *DB, "workflow.rerun", "sums", "--from", "activity-tests.commands.flows.ad-2")
    assert wrong.returncode == 1
    assert "activity-tests.commands.flows.add-2" in wrong.stderr


def test_code_is_replayed_against_a_live_and_an_exported_history(failed: Path) -> None:
    live = simpleflow(failed, *DB, "workflow.replay", SUMS, "sums")
    assert (live.returncode, live.stdout) == (0, ""), live.stdout + live.stderr
    assert live.stderr.startswith("no difference in ")
    assert simpleflow(failed, *DB, "history.export", "sums", "-o", "sums.json").returncode == 0
    (failed / "changed.py").write_text(
        "from tests.commands.flows import Sums as Before, add\n"
        "class Sums(Before):\n"
        "    def run(self, start):\n"
        "        return self.submit(add, start, 9).result\n"
    )
    recorded = simpleflow(failed, "workflow.replay", SUMS, "--history", "sums.json")
    assert (recorded.returncode, recorded.stdout) == (0, ""), recorded.stderr
    changed = simpleflow(failed, "workflow.replay", "changed.Sums", "--history", "sums.json")
    assert changed.returncode == 1
    assert f"{failed / 'changed.py'}:4 in Sums.run" in changed.stdout
    assert "add-2', which the workflow does not submit" in changed.stdout
    (failed / "broken.py").write_text(
        "from tests.commands.flows import Sums as Before, add\n"
        "class Sums(Before):\n"
        "    def run(self, start):\n"
        "        return self.nothing\n"
    )
    broken = simpleflow(failed, "workflow.replay", "broken.Sums", "--history", "sums.json")
    assert broken.returncode == 1
    assert 'broken.py", line 4, in run' in broken.stdout
    other = simpleflow(failed, "workflow.replay", "examples.basic.BasicWorkflow", "--history", "sums.json")
    assert (other.returncode, "history of the workflow 'sums', not of 'basic'" in other.stderr) == (2, True)
    for arguments, words in (
        ((), "which history?"),
        (("--history", "nothing.json"), "cannot read nothing.json"),
        (("--history", "changed.py"), "changed.py is no JSON"),
    ):
        wrong = simpleflow(failed, "workflow.replay", SUMS, *arguments)
        assert (wrong.returncode, words in wrong.stderr) == (2, True), wrong.stderr


def test_a_worker_can_work_on_one_task(failed: Path) -> None:
    started = simpleflow(failed, *DB, "workflow.rerun", "sums")
    assert started.returncode == 0
    import base64

    from swf.protocol import operations as o
    from swf.protocol import wire
    from tests.commands.world import LIST, World

    world = World(failed / "one.db")
    world.start("a")
    world.schedule("add-1", '{"args":[20,3],"kwargs":{}}')
    worker = ("--db", "one.db", "worker.start")
    done = simpleflow(failed, *worker, "--one-task", "--task-list", "list", "--import", "tests.commands.flows")
    assert done.returncode == 0, done.stderr
    assert world.events("a")[-2].attributes.result == "23"
    world.schedule("add-2")
    with world.client() as client:
        task = client.call(o.PollForActivityTask(domain="default", task_list=LIST))
    data = base64.b64encode(wire.encode(task)).decode()
    polled = simpleflow(failed, *worker, "--poll-data", data, "--import", "tests.commands.flows")
    assert polled.returncode == 0, polled.stderr
    assert world.events("a")[-2].attributes.result == "3"
    assert simpleflow(failed, *worker, "--poll-data", "rubbish").returncode == 2
    nothing = simpleflow(failed, *worker)
    assert nothing.returncode == 2
    assert "Please provide a --task-list or some data via --poll-data" in nothing.stderr
