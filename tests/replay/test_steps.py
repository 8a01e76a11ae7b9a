"""Steps: done once, whichever execution does them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import moto
import pytest

from simpleflow import Workflow, activity, settings
from simpleflow.canvas import Chain, Group
from simpleflow.step import GetStepsDoneTask, Step, WorkflowStepMixin
from simpleflow.step.places import Bucket, Files, place_of
from simpleflow.task import ActivityTask
from swf.protocol.events import ActivityTaskScheduled
from tests.replay.bed import Bed, Failing

Run = Callable[[Any], Any]


@activity.with_attributes()
def work(what: str) -> str:
    if what == "fails":
        raise Failing("no")
    return f"{what} done"


@pytest.fixture(autouse=True)
def _values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path))


def stepwise(run: Run, **attributes: Any) -> type[Workflow]:
    return type(
        "Stepwise",
        (Workflow, WorkflowStepMixin),
        {"name": "w", "version": "1", "task_list": "bed", "run": run, **attributes},
    )


def log(self: Workflow) -> list[str]:
    """What the markers tell: step, status and reasons."""
    return [
        " ".join([each.details["step"], each.details["status"], *each.details["reasons"]])
        for each in self.list_markers(all=True)
        if each.name == "log.step"
    ]


def worked(bed: Bed) -> list[str]:
    """The activities that ran, without those of steps."""
    return [id.rpartition(".")[2] for id in bed.calls if ".step." not in id]


@pytest.mark.parametrize("evict", [False, True])
def test_a_step_that_is_done_is_not_done_again_by_the_next_execution(evict: bool) -> None:
    def run(self: Any) -> Any:
        a = self.submit(self.step("a", (work, "a")))
        b = self.submit(self.step("b", Group((work, "b1"), (work, "b2"))))
        c = self.submit(self.step("c", (work, "c"), activities_if_step_already_done=(work, "instead of c")))
        return [a.result, b.result, c.result, log(self)]

    flow = stepwise(run)
    first = Bed(flow, evict=evict)
    *results, told = first.finish()
    assert results == ["a done", ["b1 done", "b2 done"], "c done"]
    assert sorted(told)[:2] == ["a completed", "a scheduled"]
    assert len(told) >= 5
    again = Bed(flow, evict=evict)
    *results, told = again.finish()
    assert results == [None, None, "instead of c done"]
    assert told == ["a skipped already done", "b skipped already done", "c skipped already done"]
    assert worked(again) == ["work-1"]


def test_a_step_that_fails_is_done_again_by_the_next_execution() -> None:
    def run(self: Any) -> Any:
        quiet = self.submit(self.step("x", (work, "fails")))
        loud = self.submit(self.step("y", (work, "fails"), bubbles_exception_on_failure=True))
        return [quiet.result, quiet.exception is None, loud.exception is None]

    for _ in range(2):
        bed = Bed(stepwise(run))
        assert bed.finish() == [None, True, False]
        assert worked(bed) == ["work-1", "work-2"]


def test_steps_are_forced_and_skipped_by_name_by_what_they_are_part_of_and_all() -> None:
    def run(self: Any) -> Any:
        self.add_skipped_steps(["b", "d"], "not today")
        self.add_forced_steps(["a.b", "d"], "asked for")
        for name in ("a.b.c", "a.bc", "b.x", "d", "e"):
            self.submit(self.step(name, (work, name), force_steps_if_executed=["e"] if name == "d" else None)).wait()
        self.submit(self.step("a.bc", (work, "again"), force=True)).wait()
        return log(self)

    flow = stepwise(run)
    assert set(Bed(flow).finish()) == {
        "a.b.c scheduled asked for",
        "a.b.c completed asked for",
        "a.bc scheduled",
        "a.bc completed",
        "b.x skipped not today",
        "d scheduled asked for",
        "d completed asked for",
        "e scheduled step d is executed",
        "e completed step d is executed",
        "a.bc scheduled forced",
    }
    again = Bed(flow)
    assert "a.bc skipped already done" in again.finish()
    assert worked(again) == [f"work-{n}" for n in (1, 2, 3, 4)]


def test_all_steps_can_be_forced() -> None:
    def run(self: Any) -> Any:
        self.add_forced_steps(["*"])
        return self.submit(self.step("a", (work, "a"))).result

    bed = Bed(stepwise(run))
    assert bed.finish() == "a done"
    assert Bed(stepwise(run)).finish() == "a done"
    assert not [id for id in bed.calls if "GetStepsDone" in id], "nobody has to ask"


def test_a_step_is_done_once_in_one_execution_and_may_stand_in_a_canvas() -> None:
    def run(self: Any) -> Any:
        steps = Chain(self.step("a", ActivityTask(work, "a")), self.step("a", (work, "a")), (work, "b"))
        return self.submit(steps).result

    bed = Bed(stepwise(run))
    assert bed.finish() == ["a done", None, "b done"]
    assert worked(bed) == ["work-2", "work-1"], "the id of b is taken first: what a step does is known when it begins"


def test_the_activities_of_steps_are_run_as_the_workflow_says() -> None:
    def run(self: Any) -> Any:
        return self.submit(self.step("a", (work, "a"))).result

    params = {"task_list": "bed", "retry": 9, "start_to_close_timeout": 7, "version": "x"}
    bed = Bed(stepwise(run, get_step_activity_params=lambda self: params))
    assert bed.finish() == "a done"
    scheduled = [e.attributes for e in bed.events() if isinstance(e.attributes, ActivityTaskScheduled)]
    told = {each.activity_type.name.rpartition(".")[2]: each for each in scheduled}
    for name in ("GetStepsDoneTask", "MarkStepDoneTask"):
        assert told[name].start_to_close_timeout == "7"
        assert told[name].activity_type.version == "x"
    shared: Any = GetStepsDoneTask
    assert shared.version == "default"


def test_without_a_bucket_and_with_workers_elsewhere_it_is_an_error_that_says_what_to_do() -> None:
    def run(self: Any) -> Any:
        with pytest.raises(ValueError, match="setting STEP_BUCKET"):
            self.submit(self.step("a", (work, "a"))).wait()
        return "told"

    assert Bed(stepwise(run), options={"is_service_here": False}).finish() == "told"


def test_where_it_is_written_down_depends_on_the_service_and_not_on_the_name_of_its_domain() -> None:
    """Large values in S3 do not bring workers here, and a domain may be named ``local`` anywhere."""

    def run(self: Any) -> Any:
        return self.get_step_bucket()

    durable = Bed(stepwise(run), options={"domain": "local"})
    assert durable.finish() == f"file:local/{durable.workflow.name}"
    forgotten = Bed(stepwise(run), options={"domain": "local", "is_in_memory": True})
    assert forgotten.finish() == f"file:local/{forgotten.workflow.name}/{forgotten.name.run_id}"
    shared = Bed(stepwise(run), options={"keeps_values": True, "is_service_here": False})
    with pytest.raises(AssertionError, match="name an S3 bucket"):
        shared.finish()


def test_steps_are_written_down_in_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: Any) -> Any:
        return self.submit(self.step("a", (work, "a"))).result

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("STEP_BUCKET", "done-steps")
    monkeypatch.setenv("SIMPLEFLOW_S3_SSE", "true")
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="done-steps")
        assert Bed(stepwise(run), options={"is_service_here": False}).finish() == "a done"
        assert client.head_object(Bucket="done-steps", Key="x/steps/a")["ServerSideEncryption"] == "AES256"
        assert Bed(stepwise(run), options={"is_service_here": False}).finish() is None
        for number in range(1_100):
            client.put_object(Bucket="done-steps", Key=f"many/{number}")
        assert len(Bucket("done-steps").keys("many/")) == 1_100


def test_a_bucket_may_name_its_host() -> None:
    endpoints = [Bucket(name)._endpoint for name in ("b", "s3.amazonaws.com/b", "s3.example.org/b", "http://h:1/b")]
    assert endpoints == [None, None, "https://s3.example.org", "http://h:1"]
    assert isinstance(place_of("file:x"), Files)


def test_files_keep_any_name_and_places_are_apart(tmp_path: Path) -> None:
    one, other = Files("../one", tmp_path), Files("other", tmp_path)
    assert one.keys("") == []
    for key in ("a/../b", "ü" * 300, "a/../b"):
        one.add(key)
    assert one.keys("") == ["a/../b", "ü" * 300]
    assert one.keys("a/") == ["a/../b"]
    assert other.keys("") == []
    assert [path.name for path in tmp_path.iterdir()] == ["steps"]


def test_misuse_is_told_where_it_is_made() -> None:
    def run(self: Any) -> Any:
        with pytest.raises(TypeError, match="len cannot be in a Chain"):
            self.step("a", len)
        with pytest.raises(TypeError, match="a list of steps is needed, not the text 'bcd'"):
            self.step("a", (work, "a"), force_steps_if_executed="bcd")
        with pytest.raises(TypeError, match="the name of a step is 5; it must be a text"):
            self.step(5, (work, "a"))
        with pytest.raises(TypeError, match="a list of steps is needed, not the text 'abc'"):
            self.add_forced_steps("abc")
        assert repr(self.step("a", work)) == "Step('a')"
        assert isinstance(self.step("a", work), Step)

    assert Bed(stepwise(run)).finish() is None


def test_a_setting_that_is_yes_or_no_is_read_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, value in (("false", False), ("0", False), ("True", True), ("1", True)):
        monkeypatch.setenv("SIMPLEFLOW_S3_SSE", text)
        assert settings.SIMPLEFLOW_S3_SSE is value


def test_any_worker_may_run_the_activities_of_steps(tmp_path: Path) -> None:
    """One that was told of no module has not imported them either."""
    code = (
        "from simpleflow.dispatch import Importable, find_activity;"
        f"print(find_activity('simpleflow.step.MarkStepDoneTask', Importable((), {str(tmp_path)!r})).name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "simpleflow.step.MarkStepDoneTask\n", done.stderr
