"""Coroutines on the durable service: killed where they wait, and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3

from tests.processes.command import begin, check, simpleflow
from tests.processes.fleet import DOMAIN, fleet, wait_until

NOTES = ["A", "B", "C", "a", "b", "c"]


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def test_coroutines_that_are_killed_go_on_where_they_were(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    arguments = ("standalone", "--nb-workers", "2", "tests.processes.coroutines.Relay")
    for wanted in (2, 6):
        killed = begin(tmp_path, *arguments, LEDGER=str(ledger))
        wait_until(lambda wanted=wanted: len(lines(ledger)) >= wanted, f"{wanted} lines are written")
        killed.kill()
        killed.communicate()
    done = simpleflow(tmp_path, *arguments, LEDGER=str(ledger))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["A", "B", "C", "dropped"]
    assert sorted(set(lines(ledger))) == NOTES
    assert len(lines(ledger)) <= len(NOTES) + 4, "only what was running when the processes were killed is repeated"
    assert check(tmp_path / "simpleflow.db").endswith(" 0 problems")


def test_coroutines_over_http_with_another_decider_in_the_middle(tmp_path: Path) -> None:
    """boto3 sends the signal; the decider that hears of it has never seen the execution."""
    with fleet(tmp_path) as ships:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        swf = boto3.client("swf", endpoint_url=ships.url, **keys)  # type: ignore[call-overload]
        flow = "tests.processes.coroutines.Relay"
        ledger = tmp_path / "ledger"
        ships.begin("decider", "decider.start", flow, "-N", "1")
        ships.begin("worker", "worker.start", flow, "-N", "2", LEDGER=str(ledger))
        workflow_id, run_id = ships.simpleflow("workflow.start", flow, "--decision-tasks-timeout", "5").stdout.split()
        execution = {"workflowId": workflow_id, "runId": run_id}

        def events() -> list[dict[str, Any]]:
            return list(swf.get_workflow_execution_history(domain=DOMAIN, execution=execution)["events"])

        def is_timed() -> bool:
            return any(each["eventType"] == "TimerStarted" for each in events())

        wait_until(is_timed, "the coroutine waits for the baton")
        ships.kill("decider")
        swf.signal_workflow_execution(domain=DOMAIN, workflowId=workflow_id, signalName="baton", input='"held"')
        ships.begin("another", "decider.start", flow, "-N", "1")

        def completed() -> Any:
            return events()[-1].get("workflowExecutionCompletedEventAttributes")

        result = json.loads(wait_until(completed, "the execution is completed")["result"])
        assert result[:3] == ["A", "B", "C"]
        assert result[3] in ("held", "dropped"), "the new decider may come after the timer"
        assert any(each["eventType"] == "WorkflowExecutionSignaled" for each in events())
    assert sorted(lines(ledger)) == NOTES
