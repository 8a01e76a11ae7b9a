"""The examples give the same here and on the durable service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.processes.command import begin, check, simpleflow
from tests.processes.fleet import DOMAIN, fleet, wait_until
from tests.processes.sagas import STEPS
from tests.stand_in import moto_running

EXAMPLES: list[tuple[str, list[Any], Any, str]] = [
    ("canvas.Report", [[3, 1, 2]], ["sum of squares: 14", "to be checked: 14"], "100\n400\n"),
    (
        "async_flow.Order",
        ["lamp", 3],
        {"price": 24, "parcels": ["lamp 1", "lamp 2", "lamp 3"]},
        "2 of 3 suppliers answered\nno discount\n",
    ),
    ("saga.Journey", ["Lyon", 20], "paid 20", "train to Lyon\nroom to Lyon\n"),
    ("map_large.Census", [40, 7], 115, ""),
    ("priorities.Clinic", [], ["Eve", "Ian", "Ivy", "Ann", "Bob"], "Eve, Ian, Ivy, Ann, Bob\n"),
]


@pytest.mark.parametrize(("name", "input", "result", "printed"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_an_example_gives_the_same_here_and_on_the_durable_service(
    name: str, input: list[Any], result: Any, printed: str, tmp_path: Path
) -> None:
    here = simpleflow(tmp_path, "workflow.start", "--local", f"examples.{name}", "--input", json.dumps(input))
    assert here.returncode == 0, here.stderr
    assert json.loads(here.stderr.splitlines()[-1]) == result
    assert here.stdout == printed
    durable = simpleflow(tmp_path, "standalone", "--nb-workers", "1", f"examples.{name}", "--input", json.dumps(input))
    assert durable.returncode == 0, durable.stderr
    assert json.loads(durable.stdout.splitlines()[-1]) == result
    assert "\n".join(durable.stdout.splitlines()[1:-1]) == printed.rstrip()
    assert check(tmp_path / "simpleflow.db").endswith(" 0 problems")


@pytest.mark.parametrize("mode", [["workflow.start", "--local"], ["standalone"]])
def test_a_journey_that_cannot_be_paid_is_given_back_from_the_end(mode: list[str], tmp_path: Path) -> None:
    done = simpleflow(tmp_path, *mode, "examples.saga.Journey", "--input", '["Lyon", 2000]')
    assert done.returncode == 0, done.stderr
    assert "nothing is booked" in done.stdout + done.stderr
    if mode == ["standalone"]:
        tasks = simpleflow(tmp_path, "--db", "simpleflow.db", "workflow.tasks", "journey").stdout
        given_back = [line for line in tasks.splitlines() if "give_back" in line]
        assert len(given_back) == 2


def test_a_nightly_import_goes_on_after_the_steps_that_are_done(tmp_path: Path) -> None:
    def run(*arguments: Any) -> Any:
        return simpleflow(tmp_path, "standalone", "examples.steps.Nightly", "--input", json.dumps(arguments))

    failed = run("today", True)
    assert failed.returncode == 1
    assert "not loaded" in failed.stderr
    assert "fetched: ['orders of today', 'items of today']" in failed.stdout
    assert "fetched: None\nloaded: loaded today" in run("today").stdout
    assert "fetched: None\nloaded: None" in run("today").stdout
    assert "fetched: ['orders of today', 'items of today']\nloaded: loaded today" in run("today", False, True).stdout
    for _ in range(2):  # nothing is remembered
        here = simpleflow(tmp_path, "workflow.start", "--local", "examples.steps.Nightly", "--input", '["today"]')
        assert "fetched: ['orders of today', 'items of today']\nloaded: loaded today" in here.stdout, here.stderr


def test_steps_are_written_into_a_bucket_by_workers_of_any_place(tmp_path: Path) -> None:
    """moto is S3 here; a worker process writes, the next execution reads."""
    with moto_running() as url:
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        client = boto3.client("s3", endpoint_url=url, **keys)
        client.create_bucket(Bucket="nights")
        variables = {
            "STEP_BUCKET": "nights",
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        told = []
        for _ in range(2):
            done = simpleflow(tmp_path, "standalone", "examples.steps.Nightly", "--input", '["today"]', **variables)
            assert done.returncode == 0, done.stderr
            told.append("fetched: None" in done.stdout)
        assert told == [False, True]
        keys_there = [each["Key"] for each in client.list_objects_v2(Bucket="nights")["Contents"]]
        assert keys_there == ["nightly/steps/fetch", "nightly/steps/load"]


def test_a_map_of_10000_is_shared_among_children(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "standalone", "examples.map_large.Census", "--input", "[10000, 500]")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == sum(n % 7 for n in range(10_000))
    assert check(tmp_path / "simpleflow.db").split(": ")[1].startswith("11 executions"), "the run and ten children"


def test_a_very_long_map_is_shared_among_children_here_too(tmp_path: Path) -> None:
    done = simpleflow(tmp_path, "workflow.start", "--local", "examples.map_large.Census", "--input", "[3010, 100]")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == sum(n % 7 for n in range(3010))


def test_canvases_and_sagas_over_http(tmp_path: Path) -> None:
    """Deciders and workers are processes of their own, and boto3 reads what has become of the executions."""
    inputs = {"canvas.Report": [[2, 1]], "saga.Journey": ["Lyon", 2000]}
    results = {}
    with fleet(tmp_path) as ships:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        swf = boto3.client("swf", endpoint_url=ships.url, **keys)  # type: ignore[call-overload]
        for name, args in inputs.items():
            ships.begin(f"decider {name}", "decider.start", f"examples.{name}", "-N", "1")
            ships.begin(f"worker {name}", "worker.start", f"examples.{name}", "-N", "2")
            started = ships.simpleflow("workflow.start", f"examples.{name}", "--input", json.dumps(args))
            workflow_id, run_id = started.stdout.split()
            execution = {"workflowId": workflow_id, "runId": run_id}

            def completed(execution: dict[str, str] = execution) -> Any:
                last = swf.get_workflow_execution_history(domain=DOMAIN, execution=execution)["events"][-1]
                return last.get("workflowExecutionCompletedEventAttributes")

            results[name] = json.loads(wait_until(completed, "the execution is completed")["result"])
    assert results == {
        "canvas.Report": ["sum of squares: 5", "to be checked: 5"],
        "saga.Journey": "nothing is booked",
    }


def test_undoing_that_is_killed_in_the_middle_is_gone_on_with(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    arguments = ("standalone", "tests.processes.sagas.Undoes")
    killed = begin(tmp_path, *arguments, LEDGER=str(ledger))
    wait_until(lambda: ledger.exists() and len(ledger.read_text().split()) == 2, "the second one is being undone")
    killed.kill()
    killed.communicate()
    done = simpleflow(tmp_path, *arguments, LEDGER=str(ledger))
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("resuming undoes ")
    assert json.loads(done.stdout.splitlines()[-1]) == "all for nothing"
    undone = ledger.read_text().split()
    assert list(dict.fromkeys(undone)) == STEPS[::-1]
    assert len(undone) <= len(STEPS) + 1, "only what was being undone is tried again"
