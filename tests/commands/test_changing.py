"""Commands that change executions, one or many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simpleflow.storage import ValueStore
from swf.protocol import decisions as d
from tests.commands.conftest import Command
from tests.commands.world import World

DB = ("--db", "flow.db")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "flow.db")


def kinds(world: World, workflow_id: str) -> list[str]:
    return [event.type for event in world.events(workflow_id)]


def test_terminate_ends_one_execution_and_says_nothing(world: World, command: Command) -> None:
    world.start("a")
    done = command(*DB, "workflow.terminate", "a", "--reason", "old", "--details", "of no use")
    assert (done.code, done.out, done.err) == (0, "", "")
    closed = world.events("a")[-1]
    assert (closed.type, closed.attributes.reason) == ("WorkflowExecutionTerminated", "old")
    again = command(*DB, "workflow.terminate", "a")
    assert again.code == 1
    assert "is closed (TERMINATED)" in again.err
    assert command(*DB, "workflow.terminate", "nothing").code == 1


def test_many_are_chosen_by_conditions_and_named(world: World, command: Command) -> None:
    runs = {name: world.start(name, tags=("eu",)) for name in ("a", "b")}
    world.start("c", tags=("us",))
    world.start("d", type="other", tags=("eu",))
    choice = ("workflow.terminate", "--type", "order", "--tag", "eu")
    dry = command(*DB, *choice, "--dry-run")
    assert (dry.code, sorted(dry.lines)) == (0, [f"a {runs['a']}", f"b {runs['b']}"])
    assert all(kinds(world, each)[-1] == "DecisionTaskScheduled" for each in "abcd")
    asked = command(*DB, *choice)
    assert asked.code == 2, "there is nobody to ask"
    assert "terminate 2 executions" in asked.err
    done = command(*DB, *choice, "--yes")
    assert (done.code, sorted(done.lines)) == (0, sorted(dry.lines))
    assert [kinds(world, each)[-1] for each in "abcd"] == [
        "WorkflowExecutionTerminated",
        "WorkflowExecutionTerminated",
        "DecisionTaskScheduled",
        "DecisionTaskScheduled",
    ]
    nothing = command(*DB, *choice, "--yes")
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing to terminate" in nothing.err


def test_a_question_is_asked_on_a_terminal(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    world.start("a")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda question, err: question == "cancel 1 execution in domain default?")
    assert command(*DB, "workflow.cancel", "--all").code == 0
    assert kinds(world, "a")[-1] == "WorkflowExecutionCancelRequested"
    monkeypatch.setattr("click.confirm", lambda question, err: False)
    refused = command(*DB, "workflow.terminate", "--all")
    assert (refused.code, refused.out) == (1, "")
    assert kinds(world, "a")[-1] == "WorkflowExecutionCancelRequested"


def test_names_and_conditions_exclude_each_other_and_one_is_needed(world: World, command: Command) -> None:
    assert command(*DB, "workflow.cancel", "a", "--all").code == 2
    assert command(*DB, "workflow.cancel").code == 2
    assert command(*DB, "workflow.cancel", "--type-version", "1").code == 2


def test_those_that_do_not_obey_can_be_chosen(world: World, command: Command) -> None:
    world.start("a")
    world.start("b")
    assert command(*DB, "workflow.cancel", "a").code == 0
    done = command(*DB, "workflow.terminate", "--status", "cancel-requested", "--yes")
    assert [line.split()[0] for line in done.lines] == ["a"]
    assert command(*DB, "workflow.terminate", "--started-before", "1", "--dry-run").out == ""
    assert len(command(*DB, "workflow.terminate", "--started-since", "1", "--dry-run").lines) == 1


def test_a_signal_carries_json_and_long_values_by_name(world: World, command: Command) -> None:
    world.start("a")
    long = ["x" * 40_000]
    assert command(*DB, "workflow.signal", "a", "--name", "go", "--input", '{"by": "eve"}').code == 0
    assert command(*DB, "workflow.signal", "--all", "--yes", "--name", "go", "--input", json.dumps(long)).code == 0
    assert command(*DB, "workflow.signal", "a", "--name", "go").code == 0
    first, second, third = (event.attributes.input for event in world.events("a")[2:])
    assert (json.loads(first), json.loads(ValueStore().resolve(second) or ""), third) == ({"by": "eve"}, long, None)
    wrong = command(*DB, "workflow.signal", "a", "--name", "go", "--input", "yes")
    assert wrong.code == 2
    assert "a text is JSON with its quotes" in wrong.err


def test_restart_terminates_and_starts_the_same_again(world: World, command: Command) -> None:
    run_id = world.start("a", tags=("eu", "x"), input='{"args":[1]}', execution_start_to_close_timeout="77")
    done = command(*DB, "workflow.restart", "a")
    workflow_id, new_id = done.out.split()
    assert (done.code, workflow_id) == (0, "a"), done.err
    assert new_id != run_id
    assert world.events("a", run_id)[-1].attributes.reason == "workflow.restart"
    first = world.events("a")[0].attributes
    assert (first.tag_list, first.input, first.execution_start_to_close_timeout, first.task_list.name) == (
        ("eu", "x"), '{"args":[1]}', "77", "list",
    )  # fmt: skip


def test_a_closed_execution_is_restarted_too(world: World, command: Command) -> None:
    run_id = world.start("a", input="[3]")
    world.decide(d.CompleteWorkflowExecution(result="3"))
    done = command(*DB, "workflow.restart", "a", run_id)
    assert done.code == 0, done.err
    assert world.events("a")[0].attributes.input == "[3]"
    assert world.events("a", run_id)[-1].type == "WorkflowExecutionCompleted"


def test_activities_are_completed_and_failed_by_token(world: World, command: Command) -> None:
    world.start("a")
    world.schedule("add-1")
    token = world.take()
    assert command(*DB, "activity.complete", token, "--result", "[1, 2]").code == 0
    assert world.events("a")[-2].attributes.result == "[1,2]"
    late = command(*DB, "activity.complete", token)
    assert late.code == 1
    assert "no such activity task" in late.err
    world.schedule("add-2")
    assert command(*DB, "activity.fail", world.take(), "--reason", "no", "--details", "at all").code == 0
    failed = world.events("a")[-2].attributes
    assert (failed.reason, failed.details) == ("no", "at all")


def test_an_activity_is_run_once_more_here(
    world: World, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start("a")
    world.schedule("add-1")
    before = len(world.events("a"))
    rerun = (*DB, "activity.rerun", "--workflow-id", "a")
    assert command(*rerun, "--activity-id", "add-1").out == "3\n"
    scheduled = command(*rerun, "--scheduled-id", "5", "--input", "[5, 6]")
    assert scheduled.out == "11\n"
    assert "Will re-run: tests.commands.flows.add {'args': [5, 6], 'kwargs': {}}" in scheduled.err
    assert "Result (JSON): 11" in scheduled.err
    assert len(world.events("a")) == before
    for missing in (("--activity-id", "add-9"), ("--scheduled-id", "1"), ()):
        assert command(*rerun, *missing).code == 1
    broken = command(*rerun, "--activity-id", "add-1", "--input", '["x", 1]')
    assert broken.code == 1
    assert "add-1 failed: " in broken.err


def test_domains_and_types_are_registered_and_deprecated(world: World, command: Command) -> None:
    def names(*arguments: str) -> list[str]:
        return [" ".join(row[:2]) for row in json.loads(command(*DB, "--format", "json", *arguments).out)]

    assert command(*DB, "domain.register", "shop", "--retention", "7", "--description", "sells").code == 0
    assert names("domain.list") == ["default REGISTERED", "shop REGISTERED"]
    again = command(*DB, "domain.register", "shop")
    assert again.code == 1
    assert "DomainAlreadyExistsFault" in again.err
    shop = (*DB, "-d", "shop")
    assert command(*shop, "type.register", "activity", "charge", "1", "--heartbeat", "30", "--task-list", "t").code == 0
    assert command(*shop, "type.register", "workflow", "order", "2", "--child-policy", "abandon").code == 0
    assert names("-d", "shop", "type.list") == ["activity charge", "workflow order"]
    assert names("-d", "shop", "type.list", "--kind", "workflow") == ["workflow order"]
    assert names("-d", "shop", "type.list", "--name", "charge") == ["activity charge"]
    strange = command(*shop, "type.register", "workflow", "order", "3", "--heartbeat", "1")
    assert strange.code == 2
    assert "heartbeat" in strange.err
    assert command(*shop, "type.deprecate", "activity", "charge", "1").code == 0
    assert names("-d", "shop", "type.list", "--status", "deprecated") == ["activity charge"]
    assert command(*shop, "type.undeprecate", "activity", "charge", "1").code == 0
    assert command(*shop, "type.deprecate", "activity", "nothing", "1").code == 1
    assert command(*DB, "domain.deprecate", "shop").code == 0
    assert names("domain.list", "--status", "deprecated") == ["shop DEPRECATED"]
    assert command(*DB, "domain.undeprecate", "shop").code == 0
    assert command(*DB, "-d", "nowhere", "type.list").code == 1


def test_the_default_domain_of_a_file_is_there_when_a_type_is_registered(command: Command) -> None:
    assert command("--db", "new.db", "type.register", "activity", "charge", "1").code == 0
    assert command("--db", "new.db", "domain.list").out == "default  REGISTERED\n"
