"""Options that no other test passes, each by what it does."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from examples.basic import BasicWorkflow
from examples.map_large import Census
from moto import mock_aws

from simpleflow import s3
from simpleflow.cli.app import CommandError
from simpleflow.stats import Reader
from simpleflow.swf.process.poller import Plan
from swf.protocol import operations as o
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.values import ActivityType, WorkflowType
from swf.server import open_service
from swf.server.inprocess import InProcessClient
from tests.commands.conftest import Command
from tests.commands.played import LOCAL, stage
from tests.commands.world import World
from tests.processes.command import simpleflow

DB = ("--db", "flow.db")
SUMS = "tests.commands.flows.Sums"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "flow.db")


def beginning(path: Path, workflow_id: str, domain: str) -> WorkflowExecutionStarted:
    """What an execution on a file was started with."""
    service = open_service(path, wait_s=5)
    try:
        reader = Reader(InProcessClient(service), domain)
        return reader.first_event(reader.find(workflow_id).execution_info.execution)
    finally:
        service.close()


# Reading


def test_an_older_run_is_named_by_its_id(world: World, command: Command) -> None:
    older = world.start("a")
    world.schedule("add-1")
    assert command(*DB, "workflow.terminate", "a").code == 0
    world.start("a")
    assert command(*DB, "task.info", "a", "add-1").code == 1, "the open run has no such task"
    assert "scheduled" in command(*DB, "task.info", "a", "add-1", "--run-id", older).out
    rerun = (*DB, "activity.rerun", "--workflow-id", "a", "--activity-id", "add-1")
    assert command(*rerun).code == 1
    assert command(*rerun, "--run-id", older).out == "3\n"


def test_a_list_is_cut(world: World, command: Command) -> None:
    for name in "abc":
        world.start(name)
    assert [line.split()[0] for line in command(*DB, "workflow.list", "--limit", "2").lines] == ["c", "b"]
    assert command(*DB, "workflow.list", "--limit", "0").out == ""


def test_utc_is_said_against_what_was_said_before(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start("a")
    world.schedule("add-1")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert " +0900" in command(*DB, "--local-time", "workflow.tasks", "a").out
        assert " +0900" not in command(*DB, "--local-time", "workflow.tasks", "a", "--utc").out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_graph_of_very_many_nodes_is_drawn_whole_if_that_is_wanted(tmp_path: Path, command: Command) -> None:
    with stage(tmp_path / "flow.db") as playing:
        playing.start(Census, 6, 6, workflow_id="census")
    graph = (*DB, *LOCAL, "workflow.graph", "census", "--as", "dot")
    with pytest.MonkeyPatch.context() as patch:
        from simpleflow.cli import pictures

        of, most = pictures.picture_of, []

        def seen(*arguments: Any, most_nodes: int | None) -> Any:
            most.append(most_nodes)
            return of(*arguments, most_nodes=most_nodes)

        patch.setattr(pictures, "picture_of", seen)
        assert command(*graph).code == 0
        assert command(*graph, "--all").code == 0
    assert most == [400, None]


# Changing


def test_a_type_is_registered_with_all_its_defaults(world: World, command: Command) -> None:
    timeouts = ("--start-to-close", "1", "--schedule-to-start", "2", "--schedule-to-close", "3", "--heartbeat", "NONE")
    about = ("--description", "takes money", "--task-list", "cards", "--task-priority", "-7")
    assert command(*DB, "type.register", "activity", "charge", "1", *about, *timeouts).code == 0
    whole = ("--execution-timeout", "99", "--child-policy", "request_cancel", "--lambda-role", "arn:aws:iam::1:role/x")
    done = command(*DB, "type.register", "workflow", "shop", "1", "--start-to-close", "9", *whole)
    assert done.code == 0, done.err
    with world.client() as client:
        charge = client.call(
            o.DescribeActivityType(domain="default", activity_type=ActivityType(name="charge", version="1"))
        )
        shop = client.call(
            o.DescribeWorkflowType(domain="default", workflow_type=WorkflowType(name="shop", version="1"))
        )
    told = charge.configuration
    assert charge.type_info.description == "takes money"
    assert (told.default_task_list.name, told.default_task_priority) == ("cards", "-7")  # type: ignore[union-attr]
    assert (told.default_task_start_to_close_timeout, told.default_task_schedule_to_start_timeout) == ("1", "2")
    assert (told.default_task_schedule_to_close_timeout, told.default_task_heartbeat_timeout) == ("3", "NONE")
    assert shop.configuration.default_execution_start_to_close_timeout == "99"
    assert shop.configuration.default_task_start_to_close_timeout == "9"
    assert shop.configuration.default_child_policy == "REQUEST_CANCEL"
    assert shop.configuration.default_lambda_role == "arn:aws:iam::1:role/x"


def test_what_becomes_of_children_can_be_said(world: World, command: Command) -> None:
    world.start("a")
    assert command(*DB, "workflow.terminate", "a", "--child-policy", "abandon").code == 0
    assert world.events("a")[-1].attributes.child_policy == "ABANDON"


@pytest.mark.parametrize(
    "arguments",
    [
        ("workflow.cancel",),
        ("workflow.terminate",),
        ("workflow.signal", "--name", "go"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_each_condition_counts_for_each_bulk_command(
    world: World, command: Command, arguments: tuple[str, ...]
) -> None:
    world.start("a", tags=("eu",))
    world.start("b", type="other")

    def chosen(*conditions: str) -> list[str]:
        done = command(*DB, *arguments, *conditions, "--dry-run")
        assert done.code == 0, done.err
        return sorted(line.split()[0] for line in done.lines)

    assert chosen("--type", "order") == ["a"]
    assert chosen("--type", "order", "--type-version", "2") == []
    assert chosen("--tag", "eu") == ["a"]
    assert chosen("--started-since", "1") == ["a", "b"]
    assert chosen("--started-before", "1") == []
    assert chosen("--status", "cancel-requested") == []
    assert chosen("--all") == ["a", "b"]
    assert [len(world.events(name)) for name in "ab"] == [2, 2], "nothing was done"


# Starting


def test_an_execution_is_started_with_what_was_said(world: World, command: Command, tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text("[7]")
    timeouts = ("--execution-timeout", "77", "--decision-tasks-timeout", "7")
    done = command(
        *DB, "workflow.start", SUMS, "--input-file", "input.json", *timeouts, "--task-list", "mine", "--tags", "x, y"
    )
    assert done.code == 0, done.err
    first = world.events(done.out.split()[0])[0].attributes
    assert (first.execution_start_to_close_timeout, first.task_start_to_close_timeout) == ("77", "7")
    assert (first.task_list.name, first.tag_list) == ("mine", ("x", "y"))
    assert json.loads(first.input)["args"] == [7]
    nothing = command(*DB, "workflow.start", SUMS, "--input-file", "nothing.json")
    assert (nothing.code, "cannot read nothing.json" in nothing.err) == (2, True)


def test_an_execution_is_started_again_with_other_arguments(tmp_path: Path, command: Command) -> None:
    with stage(tmp_path / "flow.db") as playing:
        playing.start(BasicWorkflow, 1, 0, workflow_id="basic")
        playing.world.advance(1)
    rerun = (*DB, *LOCAL, "workflow.rerun", "basic", "--workflow-id")
    (tmp_path / "other.json").write_text('{"args": [5]}')

    def input_of(workflow_id: str) -> Any:
        return json.loads(beginning(tmp_path / "flow.db", workflow_id, LOCAL[1]).input or "")

    assert command(*rerun, "same").err == "3 results are reused\n"
    assert input_of("same")["args"] == [1, 0]
    assert command(*rerun, "other", "--input", "[3]").code == 0
    assert input_of("other")["args"] == [3]
    assert command(*rerun, "file", "--input-file", "other.json").code == 0
    assert input_of("file")["args"] == [5]
    assert command(*rerun, "forced", "--force-activities", "double|delay").err == "1 results are reused\n"


def test_standalone_obeys_what_was_said(tmp_path: Path) -> None:
    done = simpleflow(
        tmp_path,
        *("standalone", "examples.basic.BasicWorkflow", "-i", "[1, 0]", "--execution-timeout", "77"),
        *("--decision-tasks-timeout", "7", "--heartbeat", "0", "--nb-deciders", "1", "--nb-workers", "1"),
        *("--display-status", "false"),
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "4"), done.stderr
    first = beginning(tmp_path / "simpleflow.db", "basic", "default")
    assert (first.execution_start_to_close_timeout, first.task_start_to_close_timeout) == ("77", "7")


# Processes


class Supervised:
    """Stands for the supervisor: keeps the plans, starts nothing."""

    plans: list[Plan] = []

    def __init__(self, plans: dict[Plan, int]) -> None:
        Supervised.plans = list(plans)
        assert set(plans.values()) == {3}

    def run(self) -> int:
        return 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("decider.start", "-t", "list"),
        ("worker.start", "-t", "list", "--heartbeat", "5", "--concurrency", "2", "--import", "tests.commands.flows",
         "--middleware-pre-execution", "os.getpid", "--middleware-post-execution", "os.getppid"),
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_processes_get_what_was_said(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr("simpleflow.swf.process.supervisor.Supervisor", Supervised)
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    done = command(*DB, *arguments, "--nb-processes", "3", "--grace", "2.5", "--log-level", "warning")
    assert done.code == 0, done.err
    assert "--log-level is deprecated: set the variable LOG_LEVEL" in done.err
    assert logging.getLogger("simpleflow").level == logging.WARNING
    (plan,) = Supervised.plans
    assert (plan.grace_s, plan.task_list, plan.domain) == (2.5, "list", "default")
    if plan.kind == "worker":
        assert (plan.beat_s, plan.concurrency, plan.modules) == (5, 2, ("tests.commands.flows",))
        assert (plan.pre, plan.post) == (("os.getpid",), ("os.getppid",))


def test_a_service_knows_its_other_names(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from swf.server.http import DoorError

    told: dict[str, Any] = {}

    def serving(path: Path, **options: Any) -> Any:
        told.update(options)
        raise DoorError("enough")

    monkeypatch.setattr("swf.server.http.serving", serving)

    def beside(path: Path, **options: Any) -> None:
        told.update(options)

    monkeypatch.setattr("simpleflow.cli.pages.beside", beside)
    done = command(*DB, "server.start", "--port", "0", "--name", "swf.example", "--name", "swf", "--read-only")
    assert (done.code, "enough" in done.err) == (1, True)
    assert (told["port"], told["names"], told["is_read_only"]) == (0, ("swf.example", "swf"), True)


def test_pages_are_shown_where_and_as_was_said(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    def made(client: Any, **options: Any) -> str:
        told.update(options)
        return "the pages"

    def listening(*arguments: Any) -> Any:
        told["listening"] = arguments
        raise CommandError("enough")

    monkeypatch.setattr("simpleflow.cli.pages.made", made)
    monkeypatch.setattr("simpleflow.cli.pages.listening", listening)
    done = command(*DB, "web", "--host", "localhost", "--port", "0", "--name", "runs.example", "--read-only")
    assert (done.code, "enough" in done.err) == (1, True)
    assert told["listening"] == ("the pages", "localhost", 0)
    assert (told["names"], told["is_read_only"], told["is_amazon"]) == (("runs.example",), True, False)


def test_programs_are_fetched(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_BINARIES_DIRECTORY", str(tmp_path / "binaries"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3._client_of.cache_clear()
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="tools")
        for name in ("one", "two"):
            client.put_object(Bucket="tools", Key=f"bin/{name}", Body=f"#!/bin/sh\necho {name}\n".encode())
        done = command("binaries.download", "one=s3://tools/bin/one", "two=s3://tools/bin/two")
        missing = command("binaries.download", "three=s3://tools/bin/three")
    s3._client_of.cache_clear()
    assert (done.code, [Path(line).name for line in done.lines]) == (0, ["one", "two"]), done.err
    assert [Path(line).read_text()[-4:] for line in done.lines] == ["one\n", "two\n"]
    assert (missing.code, missing.out) == (1, "")
    assert "cannot fetch a program" in missing.err
    for wrong, words in (("one", "names no place"), ("one=http://x", "only s3://bucket/key")):
        refused = command("binaries.download", wrong)
        assert (refused.code, words in refused.err) == (2, True)
