"""Bad input and absent services: one clear line, pauses instead of a storm, nothing lost."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simpleflow.swf import setup
from swf.protocol import operations as o
from swf.protocol.values import WorkflowType
from tests.processes.command import simpleflow
from tests.processes.fleet import DOMAIN, Fleet, fleet, is_open, result, wait_until
from tests.processes.flows import Bad, Chain, NoSuchActivity
from tests.processes.storm import Storm, no_orphans

START = ("workflow.start", "tests.processes.flows.Chain", "--input", "[1, 0]")
CHAIN = "tests.processes.flows.Chain"
NOBODY = ("--endpoint-url", "http://127.0.0.1:1")
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said", "hint"),
    [
        (("decider.start", CHAIN), {}, 2, "no service is named", "--db FILE"),
        (("worker.start", "-t", "x"), {}, 2, "no service is named", "--db FILE"),
        (START, {}, 2, "no service is named", "--db FILE"),
        (("decider.start", CHAIN, *NOBODY), {}, 2, "no domain is named", "SWF_DOMAIN"),
        (("decider.start", "--domain", "d"), {}, 2, "neither a workflow nor a task list is named", "package."),
        (("decider.start", "--domain", "d", "no.such.Thing"), {}, 2, "there is no module 'no'", ""),
        (("worker.start", "--domain", "d"), {}, 2, "Please provide a --task-list or some data", "--task-list"),
        (
            ("decider.start", "--domain", "d", CHAIN, "tests.processes.flows.Add"),
            {},
            2,
            "the workflows have different task lists",
            "--task-list",
        ),
        ((*START, "--domain", "d", *NOBODY), KEYS, 1, "no answer from", "running"),
        ((*START, "--endpoint-url", "nonsense", "--domain", "d"), KEYS, 1, "nonsense", "region"),
        (("workflow.start", CHAIN, "--db", "x.db", "--endpoint-url", "http://x"), {}, 2, "two services", "one of them"),
        (("decider.start", CHAIN, "--domain", "d", "--endpoint-url", "foo"), KEYS, 2, "Invalid endpoint: foo", "--db"),
        (("decider.start", CHAIN, "--domain", "d", "--endpoint-url", "http://h:99999"), KEYS, 2, "of range", "--db"),
        (("worker.start", "-t", "x", *NOBODY, "--domain", "a:b"), KEYS, 2, "'a:b' at 'domain'", "none of : / |"),
        (("worker.start", "-t", "", *NOBODY, "--domain", "d"), KEYS, 2, "taskList.name", "1 to 256 characters"),
        (("decider.start", "--domain", "d", "exits.Flow"), {}, 2, "cannot import exits: SystemExit: 7", ""),
        (("server.start", "--db", "no/such/folder/x.db"), {}, 1, "its folder does not exist", ""),
        (("server.start", "--host", "0.0.0.0"), {}, 2, "give keys with --auth FILE", ""),
        (("server.strat",), {}, 2, "there is no command 'server.strat'", "did you mean server.start?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_a_hint(
    tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], code: int, said: str, hint: str
) -> None:
    (tmp_path / "exits.py").write_text("import sys\nsys.exit(7)\n")
    done = simpleflow(tmp_path, *arguments, AWS_EC2_METADATA_DISABLED="true", **variables)
    lines = done.stderr.strip().splitlines()
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert len(lines) <= 2, done.stderr
    assert lines[0].startswith("simpleflow: error: ")
    assert said in lines[0]
    assert hint in (lines[1] if len(lines) == 2 else "")


def test_no_credentials_are_said_once(tmp_path: Path) -> None:
    done = simpleflow(
        tmp_path,
        *START,
        *("--domain", "d", "--region", "us-east-1"),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"),
        AWS_CONFIG_FILE=str(tmp_path / "none"),
    )
    assert done.returncode == 1
    assert "credentials" in done.stderr.splitlines()[0].lower()


def test_a_used_port_is_named(ships: Fleet) -> None:
    done = ships.simpleflow("server.start", "--db", "other.db", "--port", str(ships.port))
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{ships.port}" in done.stderr


def test_a_file_is_served_by_one_process_and_the_second_is_told_where(ships: Fleet) -> None:
    done = ships.simpleflow("server.start", "--db", str(ships.file), "--port", "0")
    assert done.returncode == 1
    assert f"is owned by process {ships.parts['server'].pid}" in done.stderr


def test_an_unknown_execution_cannot_be_terminated(ships: Fleet) -> None:
    done = ships.simpleflow("workflow.terminate", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody" in done.stderr.splitlines()[0]


def test_an_execution_is_terminated_without_a_word(ships: Fleet) -> None:
    started = ships.simpleflow("workflow.start", CHAIN, "--input", "[1, 0]", "--workflow-id", "one")
    workflow_id, run_id = started.stdout.split()
    done = ships.simpleflow("workflow.terminate", "one")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    execution = ships.closed(ships.client())[workflow_id]
    assert execution.run_id == run_id
    assert ships.events(ships.client(), execution)[-1].type == "WorkflowExecutionTerminated"


def test_an_id_that_is_open_is_not_started_twice(ships: Fleet) -> None:
    arguments = ("workflow.start", CHAIN, "--input", "[1, 0]", "--workflow-id", "one")
    assert ships.simpleflow(*arguments).returncode == 0
    done = ships.simpleflow(*arguments)
    assert done.returncode == 1
    assert "WorkflowExecutionAlreadyStartedFault" in done.stderr.splitlines()[0]


def test_processes_that_are_there_before_their_service_wait_for_it_without_a_storm(tmp_path: Path) -> None:
    """Wrong port, or a service that comes later: it is said once, and asked again with growing pauses."""
    it = Fleet(tmp_path)
    try:
        it.begin("deciders", "decider.start", CHAIN, "-N", "1")
        it.begin("workers", "worker.start", CHAIN, "-t", "safe", "-N", "1")
        for name in ("deciders", "workers"):
            wait_until(lambda name=name: "no answer from" in it.log(name), f"{name} say that nobody answers")
        time.sleep(1.0)
        it.start_server()
        started = it.simpleflow("workflow.start", CHAIN, "--input", "[2, 0]")
        assert started.returncode == 0, started.stderr
        client = it.client()
        closed = wait_until(lambda: it.closed(client), "the execution is closed")
        assert result(it.events(client, *closed.values())) == 2
        for name in ("deciders", "workers"):
            assert it.log(name).count("no answer from") <= 2, it.log(name)
    finally:
        it.close()


def test_a_service_that_is_gone_for_a_while_is_waited_for_and_what_ran_meanwhile_counts(ships: Fleet) -> None:
    Storm(ships, Random(0)).start_all(processes=1)
    client = ships.client()
    ships.start(client, Chain, "long", 2, 2.0)
    wait_until(lambda: started(ships, client, "long"), "the first activity runs")
    ships.kill("server")
    assert not is_open(ships.port)
    time.sleep(4.0)  # the activity ends while nobody listens; less than its heartbeat timeout
    ships.start_server()
    closed = wait_until(lambda: ships.closed(client), "the execution is closed")
    events = ships.events(client, closed["long"])
    assert result(events) == 2
    assert [event.type for event in events if event.type.startswith("ActivityTask")] == [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
    ] * 2
    no_orphans(ships)


def test_a_domain_that_is_not_there_is_said_by_the_worker_and_waited_for(ships: Fleet) -> None:
    ships.begin("workers", "worker.start", "-t", "safe", "--domain", "nowhere", "-N", "1")
    wait_until(lambda: "Unknown domain: nowhere" in ships.log("workers"), "it is said")
    time.sleep(1.0)
    assert ships.log("workers").count("Unknown domain: nowhere") == 1
    assert ships.stop("workers") == 0


def test_an_activity_that_nobody_knows_fails_its_task_and_not_the_worker(ships: Fleet) -> None:
    Storm(ships, Random(0)).start_all(processes=1)
    ships.stop("deciders")
    names = [f"tests.processes.flows.{each.__name__}" for each in (NoSuchActivity, Bad, Chain)]
    ships.begin("deciders", "decider.start", *names, "-N", "1")
    client = ships.client()
    ships.start(client, NoSuchActivity, "no-such")
    ships.start(client, Bad, "bad")
    ships.start(client, Chain, "good", 3, 0.0)
    closed = wait_until(lambda: len(found := ships.closed(client)) == 3 and found, "all are closed")
    failed = ships.events(client, closed["no-such"])[-1]
    assert failed.type == "WorkflowExecutionFailed"
    assert "nowhere.to.be.found" in failed.attributes.reason  # type: ignore[attr-defined]
    assert "no workflow does that" in ships.events(client, closed["bad"])[-1].attributes.reason  # type: ignore[attr-defined]
    assert result(ships.events(client, closed["good"])) == 3


def test_a_workflow_type_that_nobody_knows_is_said_once(ships: Fleet) -> None:
    client = ships.client()
    setup.register(client, DOMAIN, Bad)
    client.call(
        o.StartWorkflowExecution(
            domain=DOMAIN, workflow_id="bad", workflow_type=WorkflowType(name="bad", version="1"), input="[]"
        )
    )  # as somebody else starts it: without the class that ours could be found by
    ships.begin("deciders", "decider.start", CHAIN, "-N", "1")
    ships.start(client, Chain, "good", 0, 0.0)
    closed = wait_until(lambda: ships.closed(client), "the other execution is closed")
    assert list(closed) == ["good"]
    said = re.findall(r"workflow of type 'bad'; this decider knows chain", ships.log("deciders"))
    assert len(said) == 1


def test_a_decider_without_a_service_stops_when_it_is_told(tmp_path: Path) -> None:
    it = Fleet(tmp_path)
    try:
        it.begin("deciders", "decider.start", CHAIN, "-N", "1")
        wait_until(lambda: "no answer from" in it.log("deciders"), "it says that nobody answers")
        began = time.monotonic()
        assert it.stop("deciders") == 0
        assert time.monotonic() - began < 20  # the time of grace is a minute
    finally:
        it.close()


def test_a_stop_that_all_processes_hear_lets_running_work_finish(ships: Fleet) -> None:
    """A service manager sends SIGTERM to every process of a unit, not to its first alone."""
    Storm(ships, Random(0)).start_all(processes=1)
    client = ships.client()
    ships.start(client, Chain, "long", 1, 2.0)
    wait_until(lambda: started(ships, client, "long"), "the activity runs")
    poller = ships.pollers("workers")[0]
    supervisor = ships.parts["workers"].pid
    os.kill(supervisor, signal.SIGTERM)
    os.kill(poller, signal.SIGTERM)
    assert ships.parts.pop("workers").wait(60) == 0
    closed = wait_until(lambda: ships.closed(client), "the execution is closed")
    assert result(ships.events(client, closed["long"])) == 1


def test_a_file_whose_server_was_killed_is_served_by_another_process(tmp_path: Path) -> None:
    it = Fleet(tmp_path)
    try:
        arguments = (CHAIN, "--db", "fleet.db", "-N", "1")
        it.begin("first", "decider.start", *arguments)
        wait_until(lambda: "serving" in it.log("first"), "the first decider serves the file")
        it.begin("second", "decider.start", *arguments)
        it.begin("worker", "worker.start", *arguments, "-t", "safe")
        wait_until(lambda: len(it.pollers("second")) == len(it.pollers("worker")) == 1, "the others are there")
        it.kill("first")
        started = it.simpleflow("workflow.start", CHAIN, "--db", "fleet.db", "-i", "[3, 0]")
        assert started.returncode == 0, started.stderr
        wait_until(lambda: "serving" in it.log("second") + it.log("worker"), "another process serves the file")
        wait_until(lambda: closed_ids(it) == [started.stdout.split()[0]], "the execution is closed")
        assert [it.stop("worker"), it.stop("second")] == [0, 0]
        assert it.check().endswith("0 problems")
    finally:
        it.close()


def closed_ids(it: Fleet) -> list[str]:
    listed = it.simpleflow("--db", "fleet.db", "--format", "json", "workflow.list", "--status", "closed")
    return [row[0] for row in json.loads(listed.stdout)] if listed.returncode == 0 else []


def test_an_idle_process_of_each_kind_stops_at_once(ships: Fleet) -> None:
    Storm(ships, Random(0)).start_all(processes=1)
    time.sleep(0.5)  # they poll
    began = time.monotonic()
    assert [ships.stop(name) for name in ("workers", "deciders", "server")] == [0, 0, 0]
    assert time.monotonic() - began < 20  # a poll alone would take a minute
    assert ships.processes() == {}


def started(it: Fleet, client: Any, workflow_id: str) -> bool:
    from simpleflow.stats import Reader

    found = Reader(client, DOMAIN).find(workflow_id)
    events = it.events(client, found.execution_info.execution)
    return any(event.type == "ActivityTaskStarted" for event in events)
