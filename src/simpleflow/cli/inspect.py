"""Commands that show executions."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import formatted
from simpleflow.cli.places import Place, client_of, domain_and_execution, needs_domain, needs_service, place
from simpleflow.exceptions import ExecutionNotFound


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID [RUN_ID]")
@with_options
@click.pass_context
def info(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> None:
    """Show one execution: the open one of WORKFLOW_ID, else the newest closed one, else the run RUN_ID.

    Example: simpleflow --db simpleflow.db --header workflow.info basic
    """
    from simpleflow import stats

    where = place(ctx, **given)
    with found(where, names) as (report, execution):
        show(where, stats.INFO, [stats.info(report, execution)])


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID [RUN_ID]")
@click.option("--nb-tasks", "-n", type=int, help="Show so many tasks at most.")
@with_options
@click.pass_context
def tasks(ctx: click.Context, /, names: tuple[str, ...], nb_tasks: int | None, **given: Any) -> None:
    """List the tasks of one execution, the latest first.

    Example: simpleflow --db simpleflow.db --header workflow.tasks basic
    """
    from simpleflow import stats

    where = place(ctx, **given)
    with found(where, names) as (report, execution):
        rows = stats.tasks(report.history(execution))
        show(where, stats.TASKS, rows if nb_tasks is None else rows[: max(0, nb_tasks)])


@click.command(name="list")
@click.argument("names", nargs=-1, metavar="[DOMAIN]")
@click.option("--status", "-s", type=click.Choice(["open", "closed"]), default="open", help="Which executions.")
@click.option("--started-since", "-d", type=float, default=30, help="Started in the last so many days.")
@with_options
@click.pass_context
def list_(ctx: click.Context, /, names: tuple[str, ...], status: str, started_since: float, **given: Any) -> None:
    """List executions, the newest first.

    Example: simpleflow --db simpleflow.db --header workflow.list --status closed
    """
    from simpleflow import stats

    where = place(ctx, **given)
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=started_since)
    if len(names) > (1 if where.is_positional else 0):
        raise CommandError(f"{' '.join(names)} are too many names", "there may be one, DOMAIN, instead of --domain", 2)
    domain = names[0] if names else needs_domain(where)
    with client_of(needs_service(where), to_write=False) as client:
        report = stats.Reader(client, domain)
        try:
            infos = report.executions(is_open=status == "open", since=since.timestamp())
        except ExecutionNotFound as error:
            raise CommandError(str(error)) from error
        show(where, stats.LIST, [stats.listed(each) for each in infos])


@contextlib.contextmanager
def found(where: Place, names: tuple[str, ...], *, to_write: bool = False) -> Iterator[tuple[Any, Any]]:
    """The reader of the domain, and the execution that the positionals name; or the error that it is not there."""
    from simpleflow import stats

    domain, workflow_id, run_id = domain_and_execution(where, names)
    with client_of(needs_service(where), to_write=to_write) as client:
        report = stats.Reader(client, domain)
        try:
            execution = report.find(workflow_id, run_id)
        except ExecutionNotFound as error:
            hint = f"list what is there with: simpleflow {where.options(domain)} workflow.list --status closed"
            raise CommandError(str(error), hint) from error
        yield report, execution


def show(where: Place, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Prints a table, if there is anything to print."""
    text = formatted(header, rows, where.format, with_header=where.header)
    if text:
        click.echo(text)
