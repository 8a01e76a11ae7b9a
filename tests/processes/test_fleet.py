"""Server, deciders and workers as processes: they share the work, and may be killed and stopped at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.processes.fleet import DOMAIN, Fleet, fleet, is_alive, result, wait_until
from tests.processes.flows import Chain, Fan
from tests.processes.storm import WORKERS, Load, Storm, no_orphans


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


def boto(it: Fleet) -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.client("swf", endpoint_url=it.url, region_name="us-east-1", **keys)


def history(it: Fleet, workflow_id: str, run_id: str) -> list[dict[str, Any]]:
    pages = boto(it).get_paginator("get_workflow_execution_history")
    execution = {"workflowId": workflow_id, "runId": run_id}
    return [event for page in pages.paginate(domain=DOMAIN, execution=execution) for event in page["events"]]


def close_status(it: Fleet, line: str) -> str | None:
    workflow_id, run_id = line.split()
    described = boto(it).describe_workflow_execution(
        domain=DOMAIN, execution={"workflowId": workflow_id, "runId": run_id}
    )
    status: str | None = described["executionInfo"].get("closeStatus")
    return status


def test_four_processes_know_each_other_by_the_four_exports_and_the_domain(ships: Fleet) -> None:
    words = ships.directory / "words"
    words.mkdir()
    (words / "a.txt").write_text("one two two")
    flows = ("examples.basic.BasicWorkflow", "examples.wordcount.WordCount")
    for each in flows:
        ships.begin(f"decider of {each}", "decider.start", each, "-N", "1")
        ships.begin(f"worker of {each}", "worker.start", each, "-N", "1")
    started = [
        ships.simpleflow("workflow.start", flows[0], "--input", "[1, 0]").stdout,
        ships.simpleflow("workflow.start", flows[1], "--input", json.dumps([str(words)])).stdout,
    ]
    for line in started:
        wait_until(lambda line=line: close_status(ships, line), "the execution is closed")
        assert close_status(ships, line) == "COMPLETED"
    completed = history(ships, *started[0].split())[-1]
    assert completed["workflowExecutionCompletedEventAttributes"]["result"] == "4"
    listed = ships.simpleflow("--format", "json", "workflow.list", "--status", "closed")
    assert {row[1] for row in json.loads(listed.stdout)} == {"basic", "wordcount"}


def test_two_deciders_and_two_workers_share_the_load(ships: Fleet) -> None:
    Storm(ships, random.Random(0)).start_all()
    assert f"starting 2 deciders task_list=safe domain={DOMAIN} service={ships.url}" in ships.log("deciders")
    assert f"starting 2 workers task_list=safe domain={DOMAIN} service={ships.url}" in ships.log("workers")
    client = ships.client()
    for number in range(20):
        ships.start(client, Fan, f"fan-{number}", 4, 0.05)
    closed = wait_until(lambda: len(found := ships.closed(client)) == 20 and found, "all are closed")
    who: dict[str, Counter[str]] = {"DecisionTaskStarted": Counter(), "ActivityTaskStarted": Counter()}
    for execution in closed.values():
        events = ships.events(client, execution)
        assert result(events) == 10
        for event in events:
            if event.type in who:
                who[event.type][event.attributes.identity] += 1  # type: ignore[attr-defined]
    assert {kind: len(each) for kind, each in who.items()} == {"DecisionTaskStarted": 2, "ActivityTaskStarted": 2}
    # after its first decision, an execution comes back to the decider that has it
    for execution in closed.values():
        lists = [
            event.attributes.task_list.name  # type: ignore[attr-defined]
            for event in ships.events(client, execution)
            if event.type == "DecisionTaskScheduled"
        ]
        assert lists[0] == "safe"
        assert all(name.startswith("safe-") for name in lists[1:])


def test_a_file_is_served_by_whoever_comes_first_and_found_by_the_others(tmp_path: Path) -> None:
    it = Fleet(tmp_path)
    try:
        it.begin("decider", "decider.start", "tests.processes.flows.Chain", "--db", "fleet.db", "-N", "1")
        wait_until(lambda: "serving" in it.log("decider"), "the decider serves the file")
        it.begin("worker", *WORKERS, "--db", "fleet.db", "-N", "1")
        started = it.simpleflow("workflow.start", "tests.processes.flows.Chain", "--db", "fleet.db", "-i", "[2, 0]")
        assert started.returncode == 0, started.stderr
        ids = started.stdout.split()

        def info() -> Any:
            listed = it.simpleflow("--db", "fleet.db", "workflow.list", "--status", "closed")
            return ids[0] in listed.stdout

        wait_until(info, "the execution is closed")
        assert [it.stop("worker"), it.stop("decider")] == [0, 0]
        assert it.check().endswith("0 problems")
        assert it.processes() == {}
    finally:
        it.close()


@pytest.mark.timeout(400)
def test_what_is_killed_is_replaced_and_nothing_is_lost(ships: Fleet) -> None:
    chance = random.Random(2026)
    load, storm = Load(ships, chance), Storm(ships, chance)
    load.start(15)
    storm.start_all()
    storm.rage(6, meanwhile=lambda: load.keep(10))
    no_orphans(ships)
    load.finish(60)
    assert [ships.stop(name) for name in ("workers", "deciders", "server")] == [0, 0, 0]
    assert ships.processes() == {}
    assert ships.check().endswith("0 problems")


def test_a_killed_child_fails_its_attempt_within_two_seconds(ships: Fleet) -> None:
    Storm(ships, random.Random(0)).start_all(processes=1)
    client = ships.client()
    ships.start(client, Chain, "long", 1, 30)
    (poller,) = ships.pollers("workers")
    started = wait_until(lambda: running(ships, client, "long"), "the activity runs")
    (child,) = ships.below(poller)
    os.kill(child, signal.SIGKILL)
    killed_at = time.time()
    failed = wait_until(lambda: of_type(ships, client, "long", "ActivityTaskFailed"), "the attempt has failed")
    assert failed[0].timestamp - killed_at < 2.0
    assert failed[0].attributes.reason == f"process {child} died: signal SIGKILL"
    assert failed[0].attributes.started_event_id == started[0].id


def test_the_activity_of_a_killed_worker_ends_at_its_heartbeat_timeout(ships: Fleet) -> None:
    Storm(ships, random.Random(0)).start_all(processes=1)
    client = ships.client()
    ships.start(client, Chain, "long", 1, 30)
    (poller,) = ships.pollers("workers")
    started = wait_until(lambda: running(ships, client, "long"), "the activity runs")
    below = ships.below(poller)
    os.kill(poller, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, below)), "its children have ended", seconds=1.0)
    ended = wait_until(lambda: of_type(ships, client, "long", "ActivityTaskTimedOut"), "the attempt has timed out")
    assert str(ended[0].attributes.timeout_type) == "HEARTBEAT"
    assert ended[0].timestamp - started[0].timestamp < 12.0


@pytest.mark.timeout(400)
def test_told_to_stop_under_load_nothing_is_lost_and_nothing_runs_twice(ships: Fleet) -> None:
    chance = random.Random(7)
    load, storm = Load(ships, chance), Storm(ships, chance)
    load.start(15)
    storm.start_all()
    storm.stop_and_start(12, meanwhile=lambda: load.keep(10))
    load.finish(60)
    no_orphans(ships)
    load.assert_one_attempt_each()


def running(it: Fleet, client: Any, workflow_id: str) -> Any:
    return of_type(it, client, workflow_id, "ActivityTaskStarted")


def of_type(it: Fleet, client: Any, workflow_id: str, type: str) -> Any:
    from simpleflow.stats import Reader

    detail = Reader(client, DOMAIN).find(workflow_id)
    return [event for event in it.events(client, detail.execution_info.execution) if event.type == type]
