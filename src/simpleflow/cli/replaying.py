"""``workflow.replay``: does the code of today do what a history says?"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import printable
from simpleflow.cli.inputs import workflow_class
from simpleflow.cli.inspect import found
from simpleflow.cli.places import place

if TYPE_CHECKING:
    from simpleflow.dispatch import Importable
    from swf.protocol.event import HistoryEvent


@click.command()
@click.argument("workflow")
@click.argument("names", nargs=-1, metavar="[[DOMAIN] WORKFLOW_ID [RUN_ID]]")
@click.option("--history", "file", metavar="FILE", help="A history that history.export wrote, instead of a live one.")
@with_options
@click.pass_context
def replay(ctx: click.Context, /, workflow: str, names: tuple[str, ...], file: str | None, **given: Any) -> int:
    """Replay the history of an execution with the code of WORKFLOW (package.module.ClassName) as it is today.

    Prints a line for each difference, with the event and the line of source; exit code 1 if there is any. Nothing is
    run but the workflow's own code, and nothing is sent. A history in a file that does not name its execution, as other
    tools write it, belongs to WORKFLOW_ID RUN_ID: the ids of children depend on them.

    Example: simpleflow --db simpleflow.db workflow.replay examples.basic.BasicWorkflow basic
    """
    where = place(ctx, **given)
    code = workflow_class(workflow)
    if file is None and not names:
        raise CommandError("which history?", "name WORKFLOW_ID [RUN_ID], or give --history FILE", 2)
    if file is not None:
        events, workflow_id, run_id, domain = read(file)
        if names:
            workflow_id, run_id = names[0], urllib.parse.unquote(names[1]) if len(names) > 1 else run_id
    else:
        with found(where, names) as (report, detail):
            execution = detail.execution_info.execution
            events = list(report.events(execution))
            workflow_id, run_id, domain = execution.workflow_id, execution.run_id, report.domain
    differences = compared(code, events, workflow_id, run_id, domain)
    for each in differences:
        click.echo(printable(each))
    if not differences:
        click.echo(f"no difference in {len(events)} events", err=True)
    return 1 if differences else 0


class Replays:
    """Replays histories with the code that this process may import: for the pages."""

    def __init__(self, modules: Sequence[str]) -> None:
        """*modules*, and those below the current directory."""
        self._modules = modules

    def can(self, name: str, version: str, input: Any, /) -> bool:
        """Whether the code of a type may be imported. Nothing is imported to find out."""
        from simpleflow.workflow import loaded_workflow
        from simpleflow.workflows import class_path

        path = class_path(input) or name
        return loaded_workflow(path) is not None or path.rpartition(".")[0] in self._importable()

    def differences(
        self, name: str, version: str, input: Any, events: list[HistoryEvent], run: tuple[str, str, str], /
    ) -> list[str]:
        """What the code does otherwise than the history of a run (domain, workflow id, run id). Raises ValueError."""
        from simpleflow.workflows import UnknownWorkflow, Workflows

        try:
            code = Workflows([], self._importable()).find(name, version, input)
        except UnknownWorkflow as error:
            raise ValueError(f"The code is not there: {error}") from error
        except (Exception, SystemExit) as error:  # it is the user's
            raise ValueError(f"The code cannot be imported: {type(error).__name__}: {error}") from error
        domain, workflow_id, run_id = run
        try:
            return compared(code, events, workflow_id, run_id, domain)
        except CommandError as error:
            raise ValueError(str(error)) from error

    def _importable(self) -> Importable:
        from simpleflow.dispatch import Importable

        here = os.getcwd()
        if here not in sys.path:
            sys.path.insert(0, here)
        return Importable(self._modules, here)


def read(file: str) -> tuple[list[HistoryEvent], str, str, str]:
    """The events in a file, and workflow id, run id and domain if it names them, as ``history.export`` does."""
    from simpleflow.testing import read_history

    hint = "it is written by: simpleflow history.export"
    try:
        events = read_history(file)
        content = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror or error}", exit_code=2) from error
    except ValueError as error:
        raise CommandError(str(error), hint, 2) from error
    execution = content.get("execution") if isinstance(content, dict) else None
    if not isinstance(execution, dict):
        return events, "", "", ""
    ids = str(execution.get("workflowId", "")), str(execution.get("runId", ""))
    return events, *ids, str(content.get("domain", ""))


def compared(code: Any, events: list[HistoryEvent], workflow_id: str, run_id: str, domain: str) -> list[str]:
    """The differences between what the code does and what the history says."""
    from simpleflow.storage import StorageError
    from simpleflow.testing import replay_history

    try:
        with contextlib.redirect_stdout(sys.stderr):  # what run prints is no difference
            found = replay_history(code, events, workflow_id=workflow_id, run_id=run_id, domain=domain)
    except ValueError as error:
        raise CommandError(str(error), exit_code=2) from error
    except StorageError as error:
        raise CommandError(f"a value of the history cannot be read: {error}") from error
    return [finding.message for finding in found]
