"""Deciders, workers and commands against moto's server: they are not tied to our service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.processes.fleet import DOMAIN, Fleet, wait_until
from tests.stand_in import moto_running

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
BASIC = "examples.basic.BasicWorkflow"


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    """A fleet without a server of ours: its port is moto's."""
    with moto_running() as url:
        it = Fleet(tmp_path, port=int(url.rpartition(":")[2]))
        try:
            yield it
        finally:
            it.close()


def test_the_quickstart_completes_with_processes(ships: Fleet) -> None:
    swf: Any = boto3.client("swf", endpoint_url=ships.url, **KEYS)  # type: ignore[call-overload]
    ships.begin("decider", "decider.start", BASIC, "-N", "1")
    ships.begin("worker", "worker.start", BASIC, "-N", "1")
    wait_until(lambda: swf.list_domains(registrationStatus="REGISTERED")["domainInfos"], "the domain is registered")
    started = ships.simpleflow("workflow.start", BASIC, "--input", "[1, 0]")
    assert started.returncode == 0, started.stderr
    workflow_id, run_id = started.stdout.split()

    def last() -> Any:
        events = swf.get_workflow_execution_history(
            domain=DOMAIN, execution={"workflowId": workflow_id, "runId": run_id}, reverseOrder=True
        )["events"]
        return events[0] if events[0]["eventType"].startswith("WorkflowExecution") else None

    closed = wait_until(last, "the execution is closed")
    assert closed["workflowExecutionCompletedEventAttributes"]["result"] == "4"
    listed = ships.simpleflow("--format", "json", "workflow.list", "--status", "closed")
    assert json.loads(listed.stdout)[0][0] == workflow_id
    assert [ships.stop("decider"), ships.stop("worker")] == [0, 0]


def test_the_quickstart_completes_in_one_process(ships: Fleet) -> None:
    done = ships.simpleflow("standalone", BASIC, "--input", "[1, 0]", "--domain", DOMAIN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "4"
