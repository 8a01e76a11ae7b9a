"""Commands against a service that is not ours, and processes that are told no workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.processes.command import begin, simpleflow
from tests.stand_in import moto_running


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto_running() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield


def test_what_moto_can_do_works_there_too(moto: None, command: Command) -> None:
    """It knows no cancellation, no type without a version in a filter, and tells no close status in lists."""

    def done(*arguments: str) -> str:
        found = command(*arguments)
        assert found.code == 0, found.err
        return found.out

    assert done("domain.register", "shop") == ""
    assert done("--format", "json", "domain.list").startswith('[["shop", "REGISTERED"')
    assert command("domain.register", "shop").code == 1
    shop = ("-d", "shop")
    assert done(*shop, "type.register", "activity", "charge", "1", "--task-list", "t") == ""
    assert "charge" in done(*shop, "type.list", "--kind", "activity")
    assert done(*shop, "type.deprecate", "activity", "charge", "1") == ""
    assert "charge" in done(*shop, "type.list", "--kind", "activity", "--status", "deprecated")
    workflow_id, run_id = done(*shop, "workflow.start", "examples.basic.BasicWorkflow", "-i", "[1]").split()
    assert done("workflow.list", "shop").split() == [workflow_id, "basic", "OPEN"]
    assert json.loads(done(*shop, "--format", "json", "workflow.info", workflow_id))[0][5] == run_id
    assert done(*shop, "workflow.history", workflow_id, run_id).split()[1:3] == ["WorkflowExecution", "started"]
    assert json.loads(done(*shop, "history.export", workflow_id))["events"][0]["eventId"] == 1
    for reading in ("workflow.tasks", "workflow.profile"):
        assert done(*shop, reading, workflow_id) == ""
    assert "Running for" in done(*shop, "workflow.timeline", workflow_id)
    assert done(*shop, "workflow.graph", workflow_id).startswith("flowchart LR")
    assert done("workflow.filter", "shop", "--workflow-type-name", "basic", "--workflow-type-version", "example") != ""
    assert done(*shop, "history.export", workflow_id, "-o", "history.json") == ""
    assert done(*shop, "workflow.replay", "examples.basic.BasicWorkflow", workflow_id) == ""
    assert done("workflow.replay", "examples.basic.BasicWorkflow", "--history", "history.json") == ""
    assert done(*shop, "workflow.signal", workflow_id, "--name", "go", "-i", "1") == ""
    assert done(*shop, "workflow.terminate", "--all", "--yes").split() == [workflow_id, run_id]
    assert done("workflow.list", "shop", "--status", "closed").split() == [workflow_id, "basic", "CLOSED"]
    assert workflow_id in done(*shop, "workflow.filter", "--status", "closed", "--workflow-id", workflow_id)
    assert command(*shop, "workflow.result", workflow_id, run_id).code == 1
    restarted = done(*shop, "workflow.restart", workflow_id, run_id).split()
    assert (restarted[0], restarted[1] != run_id) == (workflow_id, True)
    assert done(*shop, "workflow.terminate", workflow_id) == ""
    assert command(*shop, "workflow.watch", workflow_id, restarted[1]).code == 1
    again = done(*shop, "workflow.rerun", workflow_id, restarted[1]).split()
    assert again[0] == workflow_id
    assert done(*shop, "type.deprecate", "workflow", "basic", "example") == ""
    assert done("domain.deprecate", "shop") == ""
    assert "shop" in done("domain.list", "--status", "deprecated")


def test_a_decider_that_is_told_a_task_list_alone_finds_the_class(tmp_path: Path) -> None:
    """In what the input of the execution says; its children by their types."""
    db = ("--db", "flow.db")
    (tmp_path / "mine.py").write_text(
        "from tests.commands.flows import Sums as Base\n\n\nclass Sums(Base):\n    pass\n"
    )
    refused = simpleflow(tmp_path, *db, "decider.start")
    assert (refused.returncode, "neither a workflow nor a task list" in refused.stderr) == (2, True)
    processes = [
        begin(tmp_path, *db, "decider.start", "-t", "list", "-N", "1"),
        begin(tmp_path, *db, "worker.start", "-t", "list", "-N", "1", "--import", "tests.commands.flows"),
    ]
    try:
        started = simpleflow(tmp_path, *db, "workflow.start", "mine.Sums", "-i", "[1]", "--workflow-id", "s")
        assert started.returncode == 0, started.stderr
        result = simpleflow(tmp_path, *db, "workflow.result", "s", "--timeout", "60")
        assert (result.returncode, result.stdout) == (0, "[2,4,1040]\n"), result.stderr
    finally:
        for process in processes:
            process.terminate()
        said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
