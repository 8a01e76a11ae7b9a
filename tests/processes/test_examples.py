"""The examples about other executions and failures, run as their readers run them: with --local and standalone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simpleflow.service import Address, client_of
from swf.exceptions import SWFError
from swf.protocol import operations as o
from swf.protocol.faults import Fault
from tests.processes.command import begin, check, simpleflow
from tests.processes.test_standalone import wait_until

EXAMPLES = [
    ("child.Book", [[["one word", "two"], ["three"]]], [3, 1]),
    ("continue_as_new.Watch", [7, 3], 91),
    ("retry_policy.Asking", [2], ["answered at attempt 3", "Refused: no"]),
    ("failing.Shipping", [["Rome", ""]], ["to Rome, slow", "noted: somebody has no address"]),
    ("queries.Tour", [["Rome", "Pisa"]], ["seen Rome", "seen Pisa", "slept"]),
    (
        "markers.Import",
        [["orders", "items", "nothing"]],
        {"rows": 1100, "tables": ["orders", "items", "nothing"], "last empty": "nothing"},
    ),
    ("timers.Kitchen", ["soup"], ["soup is ready", "stopped"]),
    ("order.Order", ["A-10442"], "receipt: 74 paid; dock 4 at 16:00"),
]


@pytest.mark.parametrize(("path", "args", "result"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_an_example_gives_its_result_here_and_on_a_service(
    tmp_path: Path, path: str, args: list[object], result: object
) -> None:
    given = ["--input", json.dumps(args)]
    local = simpleflow(tmp_path, "workflow.start", "--local", f"examples.{path}", *given)
    assert local.returncode == 0, local.stderr
    assert json.loads(local.stderr.splitlines()[-1]) == result
    durable = simpleflow(tmp_path, "standalone", f"examples.{path}", *given)
    assert durable.returncode == 0, durable.stderr
    assert json.loads(durable.stdout.splitlines()[-1]) == result
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")


@pytest.mark.parametrize(
    ("signals", "paid", "reminders"),
    [(["--signal", "approve=true"], "100 paid", 0), (["--signal", "approve=false"], "100 returned", 0), ([], None, 1)],
)
def test_a_person_approves_or_nobody_does(tmp_path: Path, signals: list[str], paid: str | None, reminders: int) -> None:
    done = simpleflow(tmp_path, "workflow.start", "--local", "examples.signals.Approval", "--input", "100", *signals)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stderr.splitlines()[-1])
    assert result["payment"] == (paid or "100 returned")
    assert len(result["reminders"]) == reminders


def test_a_signal_from_outside_goes_through_the_parent_to_its_child(tmp_path: Path) -> None:
    """Sent by another process while the workflow runs; the service is that of ``standalone``."""
    process = begin(tmp_path, "standalone", "examples.signals.Approval", "--input", "5", "--display-status", "false")
    try:
        wait_until(lambda: len(open_ids(tmp_path)) == 2, process)
        send(tmp_path, "approval", "approve", "true")
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1]) == {"payment": "5 paid", "reminders": []}


def test_a_family_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed while its child waits; started again, the same command resumes both."""
    arguments = ["standalone", "examples.signals.Approval", "--input", "5", "--display-status", "false"]
    first = begin(tmp_path, *arguments)
    try:
        wait_until(lambda: len(open_ids(tmp_path)) == 2, first)
    finally:
        first.kill()
        first.communicate()
    second = begin(tmp_path, *arguments)
    try:
        wait_until(lambda: len(open_ids(tmp_path)) == 2, second)
        send(tmp_path, "approval", "approve", "false")
        out, err = second.communicate(timeout=60)
    finally:
        if second.poll() is None:
            second.kill()
            second.wait()
    assert second.returncode == 0, err
    assert err.startswith("resuming approval ")
    assert json.loads(out.splitlines()[-1])["payment"] == "5 returned"


def open_ids(directory: Path) -> list[str]:
    """The open executions, asked through the door beside the file; none as long as nobody answers."""
    window = o.ExecutionTimeFilter(oldest_date=0)
    try:
        client = client_of(Address(db=str(directory / "simpleflow.db")))
        infos = client.call(o.ListOpenWorkflowExecutions(domain="default", start_time_filter=window)).execution_infos
    except (Fault, SWFError):
        return []
    return [info.execution.workflow_id for info in infos]


def send(directory: Path, workflow_id: str, name: str, value: str) -> None:
    """Sends a signal as another process does: through the door beside the file."""
    client = client_of(Address(db=str(directory / "simpleflow.db")))
    client.call(o.SignalWorkflowExecution(domain="default", workflow_id=workflow_id, signal_name=name, input=value))


def test_nothing_will_happen_names_the_child_and_what_it_waits_for(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "workflow.start", "--local", "tests.processes.kin.Hoping")
    assert done.returncode == 1
    assert re.search(r"workflow-waiting-local--\w+--1: waiting for signal 'never': nothing in this", done.stderr)
    assert "the workflow waits at" in done.stderr


def test_the_end_of_a_parent_waits_for_children_that_it_has_asked_to_cancel(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "tests.processes.kin.Leaving", "--display-status", "false")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cleaned").exists()
    assert re.search(r"children are still open.*: workflow-waiting-leaving--\w+--1", done.stderr)


def test_a_chain_that_was_killed_is_resumed_with_the_input_of_its_first_run(tmp_path: Path) -> None:
    arguments = ["standalone", "tests.processes.kin.Endless", "--input", "3", "--display-status", "false"]
    first = begin(tmp_path, *arguments)
    try:
        wait_until(lambda: (tmp_path / "second run").exists(), first)
    finally:
        first.kill()
        first.communicate()
    other = simpleflow(tmp_path, "standalone", "tests.processes.kin.Endless", "--input", "4")
    assert other.returncode == 2
    assert 'is open with the input {"args":[3],"kwargs":{}}, not' in other.stderr
    (tmp_path / "go").touch()
    again = simpleflow(tmp_path, *arguments)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == '"end"'


def test_tags_may_depend_on_the_input_and_be_inherited() -> None:
    from simpleflow.local import Executor
    from tests.processes.kin import Inheriting, Tagged

    assert Executor(Tagged).run({"args": [3]}) == [["x-3"], ["x-3"]]
    assert Executor(Inheriting).run() == []


def test_a_child_of_a_class_that_is_gone_is_told_and_stays_open(tmp_path: Path) -> None:
    code = (
        "from simpleflow import Workflow\n\n\n"
        "class Kid(Workflow):\n    name, version, task_list = 'kid', '1', 't'\n\n    def run(self):\n"
        "        self.submit(self.wait_signal('never')).wait()\n\n\n"
        "class Elder(Workflow):\n    name, version, task_list = 'elder', '1', 't'\n\n"
        "    def run(self):\n        return self.submit(Kid).result\n"
    )
    (tmp_path / "gone.py").write_text(code)
    arguments = ["standalone", "gone.Elder", "--display-status", "false"]
    first = begin(tmp_path, *arguments)
    try:
        wait_until(lambda: len(open_ids(tmp_path)) == 2, first)
    finally:
        first.kill()
        first.communicate()
    (tmp_path / "gone.py").write_text(code.replace("class Kid", "class Other").replace("(Kid)", "(Other)"))
    send_when_served = begin(tmp_path, *arguments)
    try:
        wait_until(lambda: len(open_ids(tmp_path)) == 2 or send_when_served.poll() is not None)
        for each in open_ids(tmp_path):
            send(tmp_path, each, "any", "1")
        _, err = send_when_served.communicate(timeout=60)
    finally:
        if send_when_served.poll() is None:
            send_when_served.kill()
            send_when_served.wait()
    assert send_when_served.returncode == 1
    assert "gone.Kid" in err
    assert "Traceback" not in err
    assert "stays open" in err


def test_a_decider_imports_the_child_it_needs_only_from_where_it_may(tmp_path: Path) -> None:
    """Below the working directory it may; a class of elsewhere that nobody named or loaded is refused."""
    from simpleflow.dispatch import Importable
    from simpleflow.workflows import UnknownWorkflow, Workflows

    (tmp_path / "kin_of_here.py").write_text(
        "from simpleflow import Workflow\n\nclass Here(Workflow):\n    name, version, task_list = 'here', '1', 't'\n"
        "class Inner(Here):\n    pass\n\nHere.Inner = Inner\n"
    )
    import sys

    sys.path.insert(0, str(tmp_path))
    try:
        workflows = Workflows([], Importable([], str(tmp_path)))
        for path in ("kin_of_here.Here", "kin_of_here.Here.Inner"):
            sys.modules.pop("kin_of_here", None)
            assert workflows.find(path, "1", None).name == "here"
        assert workflows.find("anything", "1", {"__extra": {"class": "kin_of_here.Here"}}).name == "here"
        for name in (
            "antigravity.Workflow",
            "kin_of_here.Nothing",
            "kin_of_here.Here.No",
            "antigravity.a.b",
            "os.path",
            "no name",
            "",
        ):
            with pytest.raises(UnknownWorkflow, match="a decision is asked for a workflow of type"):
                workflows.find(name, "1", {"__extra": "no object"})
        assert "antigravity" not in sys.modules
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("kin_of_here", None)
