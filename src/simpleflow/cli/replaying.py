"""``workflow.replay``: does the code of today do what a history says?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import printable
from simpleflow.cli.inputs import workflow_class
from simpleflow.cli.inspect import found
from simpleflow.cli.places import domain_and_execution, place

if TYPE_CHECKING:
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
        events, workflow_id, run_id = read(file)
        if names:
            _, workflow_id, named = domain_and_execution(where, names)
            run_id = named or run_id
        domain = where.domain or ""
    else:
        with found(where, names) as (report, detail):
            execution = detail.execution_info.execution
            events = list(report.events(execution))
            workflow_id, run_id, domain = execution.workflow_id, execution.run_id, report.domain
    differences = compared(code, events, workflow_id=workflow_id, run_id=run_id, domain=domain)
    for each in differences:
        click.echo(printable(each))
    if not differences:
        click.echo(f"no difference in {len(events)} events", err=True)
    return 1 if differences else 0


def read(file: str) -> tuple[list[HistoryEvent], str, str]:
    """The events in a file, and workflow id and run id if it names them: an array, or an object with ``events``."""
    import msgspec

    from swf.protocol import wire

    hint = "it is written by: simpleflow history.export"
    try:
        text = Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror or error}", exit_code=2) from error
    try:
        content = msgspec.json.decode(text)
        whole: dict[str, Any] = content if isinstance(content, dict) else {"events": content}
        found = wire.decode_events(msgspec.Raw(msgspec.json.encode(whole["events"])))
        execution = whole.get("execution") or {}
        ids = str(execution.get("workflowId", "")), str(execution.get("runId", ""))
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{file} holds no history: {error}", hint, 2) from error
    if not found:
        raise CommandError(f"{file} holds no events", hint, 2)
    return found, *ids


def compared(code: Any, events: list[HistoryEvent], *, workflow_id: str, run_id: str, domain: str) -> list[str]:
    """The differences between what the code does and what the history says."""
    from simpleflow import format
    from simpleflow.replay import RunOptions
    from simpleflow.replay.checking import differences
    from simpleflow.storage import StorageError, ValueStore

    store = ValueStore()
    options = RunOptions(
        workflow_id=workflow_id,
        run_id=run_id,
        domain=domain,
        keeps_values=True,
        decode=lambda text: format.decode(store.resolve(text)),
    )
    try:
        return differences(code, events, options)
    except StorageError as error:
        raise CommandError(f"a value of the history cannot be read: {error}") from error
