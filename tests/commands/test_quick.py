"""What commands do without, so that they are quick."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleflow.cli.app import run
from swf.protocol.base import Request
from swf.protocol.operations import ListOpenWorkflowExecutions, WorkflowExecutionInfo, WorkflowExecutionInfos
from swf.protocol.values import ExecutionStatus, WorkflowExecution, WorkflowType
from tests.commands.conftest import HERE
from tests.commands.sample import WORKFLOW_ID
from tests.processes.command import environment

READING = (
    ("workflow.list", "--status", "closed"),
    ("workflow.filter", "--status", "closed", "--details"),
    ("workflow.info", WORKFLOW_ID),
    ("workflow.tasks", WORKFLOW_ID),
    ("workflow.profile", WORKFLOW_ID),
    ("task.info", WORKFLOW_ID, "activity-examples.basic.double-1"),
    ("workflow.history", WORKFLOW_ID),
    ("workflow.history", WORKFLOW_ID, "--of", "cooked"),
    ("workflow.result", WORKFLOW_ID),
    ("history.export", WORKFLOW_ID),
    ("domain.list",),
    ("type.list",),
)
DRAWING = (("workflow.timeline", WORKFLOW_ID), ("workflow.graph", WORKFLOW_ID))
SLOW = {
    "asyncio",
    "boto3",
    "botocore",
    "greenlet",
    "http.client",
    "importlib.metadata",
    "prometheus_client",
    "rich",
    "simpleflow.replay.run",
    "swf.server.http",
    "urllib.request",
    "uvicorn",
}


@pytest.mark.parametrize("commands", [READING, DRAWING], ids=["reading", "drawing"])
def test_what_reads_a_file_imports_nothing_slow(
    sample: Path, tmp_path: Path, commands: tuple[tuple[str, ...], ...]
) -> None:
    """The sample is old: the service that reads it takes the time of then."""
    code = f"""
import sys, swf.server.opening
from swf.server import ManualClock
swf.server.opening.SystemClock = lambda: ManualClock({1_438_729_800})
from simpleflow.cli.app import run
for command in {commands!r}:
    assert run([*{HERE!r}, *command]) == 0, command
print(sorted({SLOW!r} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "[]\n"), done.stderr


def test_help_and_version_import_hardly_anything(tmp_path: Path) -> None:
    code = "import sys; from simpleflow.cli import main\ntry: main()\nfinally: print(sorted(sys.modules))"
    for argument, more in (("--version", {"click", "simpleflow.activity"}), ("--help", {"swf", "simpleflow.activity"})):
        done = subprocess.run([sys.executable, "-c", code, argument], capture_output=True, text=True, cwd=tmp_path)
        assert "simpleflow" in done.stdout
        assert not {name for name in SLOW | more if f"'{name}'" in done.stdout}, argument


class Pages:
    """A service with 10,000 executions, a thousand on a page, that counts the pages it has given."""

    def __init__(self) -> None:
        self.given = 0

    def call(self, request: Request[Any], /) -> WorkflowExecutionInfos:
        assert isinstance(request, ListOpenWorkflowExecutions)
        first = int(request.next_page_token or 0)
        self.given += 1
        infos = tuple(
            WorkflowExecutionInfo(
                execution=WorkflowExecution(workflow_id=f"w-{number}", run_id="r"),
                workflow_type=WorkflowType(name="order", version="1"),
                start_timestamp=0.0,
                execution_status=ExecutionStatus.OPEN,
            )
            for number in range(first, first + 1000)
        )
        return WorkflowExecutionInfos(
            execution_infos=infos, next_page_token=str(first + 1000) if first < 9000 else None
        )


@pytest.mark.parametrize("format", ["tabular", "csv", "tsv", "human", "json", "prettyjson"])
def test_a_list_of_ten_thousand_is_printed_as_its_pages_come(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages()
    printed: list[tuple[int, str]] = []

    @contextlib.contextmanager
    def client_of(address: Any, *, to_write: bool) -> Iterator[Pages]:
        yield pages

    monkeypatch.setattr("simpleflow.cli.lists.client_of", client_of)
    monkeypatch.setattr("click.echo", lambda text, nl: printed.append((pages.given, text)))
    assert run(["--db", "x.db", "--format", format, "workflow.list"]) == 0
    first = next(given for given, text in printed if "w-0" in text)
    middle = next(given for given, text in printed if "w-4999" in text)
    assert (first, middle, pages.given) == (1, 5, 10)
    assert "".join(text for _, text in printed).count("order") == 10_000
