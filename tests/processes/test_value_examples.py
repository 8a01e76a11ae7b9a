"""The examples, here and durably."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes.command import simpleflow
from tests.processes.test_standalone import history
from tests.stand_in import moto_running

MODES = [("standalone",), ("workflow.start", "--local")]
VALUES = [(index * 7919) % 10_007 / 10 for index in range(4000)]
DAYS = {f"2026-01-0{day + 1}": max(VALUES[day * 1440 : (day + 1) * 1440]) for day in range(3)}


@pytest.mark.parametrize("mode", MODES, ids=["standalone", "local"])
@pytest.mark.parametrize(
    ("workflow", "input", "result"),
    [
        ("heartbeat.Copying", [20], {"copied": 20, "read": "attempt 1 begins at None"}),
        ("complete_later.Approval", ["one", "two"], ["yes to 'one'", "yes to 'two'"]),
        ("large_values.Measuring", [4000], DAYS),
    ],
)
def test_an_example_gives_what_it_promises(
    tmp_path: Path, mode: tuple[str, ...], workflow: str, input: Any, result: Any
) -> None:
    done = simpleflow(tmp_path, *mode, f"examples.{workflow}", "--input", json.dumps(input))
    assert done.returncode == 0, done.stderr
    said = (done.stdout if mode == ("standalone",) else done.stderr).splitlines()[-1]
    assert json.loads(said) == result


def test_an_attempt_that_ran_out_of_time_hands_on_what_it_had_said(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "examples.heartbeat.Copying", "--input", '[3, "hangs"]')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["read"] == "attempt 2 begins at {'page': 7}"


def test_large_values_go_through_s3_between_processes(tmp_path: Path) -> None:
    import boto3

    with moto_running() as where:
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
        s3 = boto3.client(
            "s3", endpoint_url=where, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        s3.create_bucket(Bucket="values")
        done = simpleflow(
            tmp_path,
            "standalone",
            "examples.large_values.Measuring",
            "--input",
            "[4000]",
            SIMPLEFLOW_JUMBO_FIELDS_BUCKET="values/of/tests",
            AWS_ENDPOINT_URL_S3=where,
            **keys,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1]) == DAYS
        names = [each["Key"] for each in s3.list_objects_v2(Bucket="values")["Contents"]]
        assert len(names) == 2
        assert all(name.startswith("of/tests/") for name in names)
        assert not (tmp_path / "values").exists()


def test_a_codec_that_a_setting_names_goes_around_every_value(tmp_path: Path) -> None:
    arguments = ("standalone", "examples.large_values.Measuring", "--input", "[600]")
    done = simpleflow(tmp_path, *arguments, SIMPLEFLOW_CODEC="zlib")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"2026-01-01": max(VALUES[:600])}
    inputs = [e.attributes.input for e in history(tmp_path / "simpleflow.db") if e.type == "ActivityTaskScheduled"]
    assert inputs[1].startswith("simpleflow+codec:zlib ")
    assert not (tmp_path / "values").exists(), "compressed, it fits into its field"
