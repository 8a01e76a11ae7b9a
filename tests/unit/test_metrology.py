"""What activities read and wrote, kept and merged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from simpleflow import activity, s3, storage
from simpleflow.local import Executor
from simpleflow.metrology import MetrologyTask, MetrologyWorkflow


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("METROLOGY_BUCKET", "measures")
    s3._client_of.cache_clear()
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="measures")
        yield
    s3._client_of.cache_clear()


@activity.with_attributes(version="1", task_list="t")
class Load(MetrologyTask):
    def __init__(self, count: int) -> None:
        self.count = count

    def execute(self) -> int:
        with self.step("read") as step:
            step.read.records = self.count
            step.read.bytes = 8 * self.count
            step.metadata["source"] = "disk"
        with self.step("write") as step:
            step.write.records = self.count
        return self.count


class Loading(MetrologyWorkflow):
    name = "loading"
    version = "1"
    task_list = "t"

    def run(self) -> int:
        return self.submit(Load, 3).result


def test_steps_of_activities_are_kept_and_merged_with_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROLOGY_PATH_PREFIX", "/some/where/")
    assert Executor(Loading).run() == 3
    one, whole = storage.list_keys("measures", "some/where/local/")
    assert one.endswith(".Load-1.json")
    assert whole.endswith("/metrology.json")
    read, write = json.loads(storage.pull_content("measures", one))["steps"]
    assert (read["name"], read["read"], read["metadata"]) == ("read", {"bytes": 24, "records": 3}, {"source": "disk"})
    assert (write["write"]["records"], write["failed"]) == (3, False)
    assert read["duration"] >= 0
    (task,) = json.loads(storage.pull_content("measures", whole))
    assert task["state"] == "completed"
    assert task["metrology"]["steps"] == [read, write]


def test_outside_of_a_workflow_nothing_is_kept() -> None:
    assert Load(2) == 2
    assert storage.list_keys("measures") == []


def test_a_step_that_fails_says_so() -> None:
    class Fails(MetrologyTask):
        pass

    task: Any = Fails()
    with pytest.raises(ValueError, match="x"), task.step("bad"):
        raise ValueError("x")
    (step,) = task.steps
    assert step.failed
    assert step.finished_at is not None
