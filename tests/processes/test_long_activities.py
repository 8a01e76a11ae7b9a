"""Activities that live long: what they say meanwhile, how they are canceled, who completes them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from simpleflow import completion
from simpleflow.exceptions import TaskGone
from simpleflow.service import Address
from simpleflow.storage import ValueStore
from swf.protocol import decisions as d
from swf.protocol import operations as o
from tests.processes.command import begin, check, simpleflow
from tests.processes.fleet import is_alive, wait_until
from tests.processes.test_standalone import history
from tests.processes.test_workers import Shift, pid_in, shift
from tests.wire.doors import DOMAIN

__all__ = ["shift"]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What boto3 signs with; the embedded service does not look."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")


def ask_to_cancel(shift: Shift) -> None:
    shift.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="wake"))
    shift.decide(d.RequestCancelActivityTask(activity_id="a"))


def at_door(shift: Shift) -> Address:
    return Address(endpoint_url=shift.door.door.url, region="us-east-1")


def test_an_activity_that_gives_signs_of_life_hears_the_cancel_and_tidies_up(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.listens")
    child = pid_in(tmp_path / "pid")
    ask_to_cancel(shift)
    closed = shift.closed()
    assert (closed.type, json.loads(closed.attributes.details)) == ("ActivityTaskCanceled", {"left": "tidy"})
    assert (tmp_path / "tidied").read_text() == "yes"
    shift.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="wake"))
    shift.schedule("chores.add", 1, 2, id="b")
    wait_until(lambda: shift.events("ActivityTaskCompleted"), "the same child takes the next one")
    assert is_alive(child)


def test_one_that_hears_the_cancel_and_does_not_end_is_ended(
    shift: Shift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simpleflow.swf.process import watch

    monkeypatch.setattr(watch, "PATIENCE_S", 0.5)
    monkeypatch.setenv("ACTIVITY_SIGTERM_WAIT_SEC", "0")
    shift.schedule("chores.listens", False)
    child = pid_in(tmp_path / "pid")
    ask_to_cancel(shift)
    assert shift.closed().type == "ActivityTaskCanceled"
    wait_until(lambda: not is_alive(child), "the child has ended")
    assert (tmp_path / "tidied").exists()


def test_one_whose_process_dies_leaves_what_it_had_said_for_the_next_attempt(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.listens")
    child = pid_in(tmp_path / "pid")
    wait_until(lambda: (tmp_path / "said").exists(), "it has given a sign of life")
    os.kill(child, signal.SIGKILL)
    closed = shift.closed()
    assert closed.attributes.reason == f"process {child} died: signal SIGKILL"
    assert "count" in json.loads(json.loads(closed.attributes.details)["last_details"])


def test_one_that_was_nearly_done_may_complete(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.finishes-anyway")
    pid_in(tmp_path / "pid")
    ask_to_cancel(shift)
    assert shift.closed().attributes.result == '"done all the same"'


def test_one_that_nobody_asked_to_cancel_has_failed(shift: Shift) -> None:
    shift.schedule("chores.cancels-itself")
    closed = shift.closed()
    assert (closed.type, closed.attributes.reason) == ("ActivityTaskFailed", "ActivityCancelled: asked to cancel")


def test_what_was_said_last_is_in_the_history_of_an_attempt_that_ran_out_of_time(shift: Shift) -> None:
    shift.schedule("chores.progress", start_to_close="1")
    closed = shift.closed()
    assert closed.type == "ActivityTaskTimedOut"
    assert json.loads(closed.attributes.details) == {"page": 4}


def test_long_words_are_kept_whole(shift: Shift) -> None:
    shift.schedule("chores.long-words", start_to_close="1")
    details = shift.closed().attributes.details
    assert len(details) <= 2_048
    assert ValueStore().resolve(details) == json.dumps("x" * 5_000)


def test_threads_of_an_activity_may_all_give_signs_of_life(shift: Shift) -> None:
    shift.schedule("chores.threads")
    assert json.loads(shift.closed().attributes.result) == ["a"] * 8


def test_copies_of_its_process_have_no_say(shift: Shift) -> None:
    shift.schedule("chores.copies-speak")
    assert json.loads(shift.closed().attributes.result) == "once"
    shift.schedule("chores.add", 1, 2, id="b")
    wait_until(lambda: shift.events("ActivityTaskCompleted")[1:], "the child goes on in order")


def test_a_service_that_does_not_answer_does_not_hold_up_an_activity(shift: Shift) -> None:
    """Signs of life wait for nobody."""
    shift.proxy.lose("RecordActivityTaskHeartbeat", *["request"] * 50)
    shift.schedule("chores.threads")
    assert json.loads(shift.closed().attributes.result) == ["a"] * 8


def test_an_activity_knows_what_it_is(shift: Shift) -> None:
    shift.schedule("chores.who")
    told = json.loads(shift.closed().attributes.result)
    assert told["ids"] == ["a", "chores.who", "1", DOMAIN, "orders", "order-1"]
    assert told["run"] == shift.execution.run_id
    assert (told["attempt"], told["left"], told["last"]) == (1, True, None)
    context = told["context"]
    assert {key: context[key] for key in ("activity_id", "domain_name", "workflow_id", "activity_task_list")} == {
        "activity_id": "a",
        "domain_name": DOMAIN,
        "workflow_id": "order-1",
        "activity_task_list": "orders",
    }


def test_an_activity_is_completed_from_elsewhere(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.later")
    token = wait_until(lambda: (tmp_path / "token").exists() and (tmp_path / "token").read_text(), "a token")
    where = at_door(shift)
    assert completion.heartbeat(token, "still thinking", service=where) is False
    completion.complete(token, {"answer": 42}, service=where)
    assert json.loads(shift.closed().attributes.result) == {"answer": 42}
    with pytest.raises(TaskGone, match="not open any more"):
        completion.complete(token, 1, service=where)


def test_it_is_failed_as_if_it_had_raised(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.later")
    token = wait_until(lambda: (tmp_path / "token").exists() and (tmp_path / "token").read_text(), "a token")
    completion.fail(token, ValueError("no answer"), service=at_door(shift))
    closed = shift.closed()
    assert closed.attributes.reason == "ValueError: no answer"
    assert json.loads(closed.attributes.details)["error_type"] == "builtins.ValueError"


def test_it_is_failed_with_a_reason_that_may_be_long(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.later")
    token = wait_until(lambda: (tmp_path / "token").exists() and (tmp_path / "token").read_text(), "a token")
    completion.fail(token, "because " * 100, service=at_door(shift))
    closed = shift.closed()
    assert (len(closed.attributes.reason), closed.attributes.details) == (256, "because " * 100)


def test_it_hears_of_a_cancel_by_its_heartbeats(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.later")
    token = wait_until(lambda: (tmp_path / "token").exists() and (tmp_path / "token").read_text(), "a token")
    where = at_door(shift)
    ask_to_cancel(shift)
    assert completion.heartbeat(token, service=where) is True
    completion.cancel(token, "nobody is there", service=where)
    closed = shift.closed()
    assert (closed.type, closed.attributes.details) == ("ActivityTaskCanceled", '"nobody is there"')


def test_boto3_completes_it_as_well(shift: Shift, tmp_path: Path) -> None:
    shift.schedule("chores.later")
    token = wait_until(lambda: (tmp_path / "token").exists() and (tmp_path / "token").read_text(), "a token")
    shift.door.boto3().respond_activity_task_completed(taskToken=token, result="[1]")
    assert shift.closed().attributes.result == "[1]"


def test_a_completion_is_awaited_though_the_run_was_killed_meanwhile(tmp_path: Path) -> None:
    arguments = ("standalone", "tests.processes.flows.Later", "--input", json.dumps([str(tmp_path / "token")]))
    process = begin(tmp_path, *arguments)
    token = tmp_path / "token"
    wait_for_line(process, "will be completed later")
    process.send_signal(signal.SIGKILL)
    process.communicate()

    completion.complete(
        token.read_text(), "while nobody was there", service=Address(db=str(tmp_path / "simpleflow.db"))
    )
    done = simpleflow(tmp_path, *arguments)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, '"while nobody was there"'), done.stderr
    assert [e.type for e in history(tmp_path / "simpleflow.db")].count("ActivityTaskFailed") == 0
    assert check(tmp_path / "simpleflow.db").endswith("0 problems")


def test_a_killed_run_does_not_fail_what_others_complete(tmp_path: Path) -> None:
    arguments = ("standalone", "tests.processes.flows.Later", "--input", json.dumps([str(tmp_path / "token")]))
    process = begin(tmp_path, *arguments)
    token = tmp_path / "token"
    wait_for_line(process, "will be completed later")
    process.send_signal(signal.SIGKILL)
    process.communicate()

    again = begin(tmp_path, *arguments)
    wait_for_line(again, "resuming")
    completion.complete(token.read_text(), "after all", service=Address(db=str(tmp_path / "simpleflow.db")))
    out, errors = again.communicate(timeout=60)
    assert (again.returncode, out.splitlines()[-1]) == (0, '"after all"'), errors


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    """Returns when the process has written *text* to standard error."""
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"it never said {text!r}")
