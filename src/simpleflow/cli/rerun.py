"""``workflow.rerun``: an execution once more, without what was done already."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inputs import read_input
from simpleflow.cli.inspect import NAMES
from simpleflow.cli.places import Place, client_of, domain_and_execution, needs_service, place


@click.command()
@NAMES
@click.option("--from", "before", metavar="TASK", help="Reuse what was completed when this task was scheduled first.")
@click.option("--force-activities", "force", metavar="REGEX", help="Do not reuse tasks with such ids.")
@click.option("--workflow-id", metavar="ID", help="The id of the new execution; else the same, if that is closed.")
@click.option("--input", "-i", metavar="JSON", help="Other arguments than it had: a list, or args and kwargs.")
@click.option("--input-file", metavar="FILE", help="A file that holds them; '-' is standard input.")
@with_options
@click.pass_context
def rerun(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    before: str | None,
    force: str | None,
    workflow_id: str | None,
    input: str | None,
    input_file: str | None,
    **given: Any,
) -> None:
    """Start an execution again that reuses the results of WORKFLOW_ID, or of the run RUN_ID, and print its ids.

    A task that was completed there is not run again if it is given the same as before. With --from TASK that goes for
    what was completed before TASK; all else runs again. Task list, timeouts and tags stay.

    Example: simpleflow --db simpleflow.db workflow.rerun basic --from activity-examples.basic.double-1
    """
    from simpleflow import rerunning
    from simpleflow.stats import Reader
    from simpleflow.storage import ValueStore
    from swf.protocol.faults import Fault, WorkflowExecutionAlreadyStartedFault

    where = place(ctx, **given)
    domain, old_id, run_id = domain_and_execution(where, names)
    value = read_input(input, input_file) if input is not None or input_file is not None else None
    address = needs_service(where)
    pattern = pattern_of(force)
    with client_of(address, to_write=True) as client:
        reader = Reader(client, domain)
        with explained(where, domain):
            earlier = rerunning.read(reader, old_id, run_id, input=value, before=before, force=pattern)
            text = ValueStore().fitting(earlier.input, keeps_values=address.is_here)
        new_id = workflow_id or earlier.about.execution.workflow_id
        try:
            new_run = rerunning.start_like(client, domain, new_id, earlier.started, text)
        except WorkflowExecutionAlreadyStartedFault as fault:
            raise CommandError(
                f"an execution of {new_id!r} is open", "terminate it first, or say another --workflow-id"
            ) from fault
        except Fault as fault:
            raise CommandError(f"cannot start {new_id}: {fault.code}: {fault}") from fault
    click.echo(f"{new_id} {new_run}")
    click.echo(f"{earlier.reused} results are reused", err=True)


def pattern_of(text: str | None) -> re.Pattern[str] | None:
    """The regular expression that was given."""
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise CommandError(f"--force-activities {text!r} is no regular expression: {error}", exit_code=2) from error


@contextlib.contextmanager
def explained(where: Place, domain: str) -> Iterator[None]:
    """What can be wrong with an earlier execution, in one line."""
    from simpleflow.exceptions import ExecutionNotFound, JumboTooLargeError
    from simpleflow.replay.reuse import NoSuchTask
    from simpleflow.storage import StorageError

    try:
        yield
    except ExecutionNotFound as error:
        hint = f"list what is there with: simpleflow {where.options(domain)} workflow.list --status closed"
        raise CommandError(str(error), hint) from error
    except NoSuchTask as error:
        close = difflib.get_close_matches(str(error.args[0]).split("'")[1], error.known, n=3, cutoff=0.3)
        raise CommandError(f"{error}.", f"did you mean {' or '.join(close)}?" if close else None) from error
    except (StorageError, JumboTooLargeError) as error:
        raise CommandError(f"the earlier results cannot be handed on: {error}") from error
