"""Commands that show executions."""

from __future__ import annotations

import datetime
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import formatted
from simpleflow.cli.places import Place, needs_file, opened, place


@click.command()
@click.argument("workflow_id")
@click.argument("run_id", required=False)
@with_options
@click.pass_context
def info(ctx: click.Context, /, workflow_id: str, run_id: str | None, **given: Any) -> None:
    """Show one execution: the open one of WORKFLOW_ID, else the newest closed one, else the run RUN_ID.

    Example: simpleflow --db simpleflow.db --header workflow.info basic
    """
    from simpleflow import stats
    from swf.server.inprocess import InProcessClient

    where = place(ctx, **given)
    with opened(needs_file(where), to_write=False) as service:
        report = stats.Reader(InProcessClient(service), where.domain)
        show(where, stats.INFO, [stats.info(report, find(report, where, workflow_id, run_id))])


@click.command()
@click.argument("workflow_id")
@click.argument("run_id", required=False)
@click.option("--nb-tasks", "-n", type=int, help="Show so many tasks at most.")
@with_options
@click.pass_context
def tasks(ctx: click.Context, /, workflow_id: str, run_id: str | None, nb_tasks: int | None, **given: Any) -> None:
    """List the tasks of one execution, the latest first.

    Example: simpleflow --db simpleflow.db --header workflow.tasks basic
    """
    from simpleflow import stats
    from swf.server.inprocess import InProcessClient

    where = place(ctx, **given)
    with opened(needs_file(where), to_write=False) as service:
        report = stats.Reader(InProcessClient(service), where.domain)
        rows = stats.tasks(report.history(find(report, where, workflow_id, run_id)))
        show(where, stats.TASKS, rows if nb_tasks is None else rows[: max(0, nb_tasks)])


@click.command(name="list")
@click.option("--status", "-s", type=click.Choice(["open", "closed"]), default="open", help="Which executions.")
@click.option("--started-since", "-d", type=float, default=30, help="Started in the last so many days.")
@with_options
@click.pass_context
def list_(ctx: click.Context, /, status: str, started_since: float, **given: Any) -> None:
    """List executions, the newest first.

    Example: simpleflow --db simpleflow.db --header workflow.list --status closed
    """
    from simpleflow import stats
    from swf.server.inprocess import InProcessClient

    where = place(ctx, **given)
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=started_since)
    with opened(needs_file(where), to_write=False) as service:
        report = stats.Reader(InProcessClient(service), where.domain)
        try:
            infos = report.executions(is_open=status == "open", since=since.timestamp())
        except stats.NotFound as error:
            raise CommandError(str(error)) from error
        show(where, stats.LIST, [stats.listed(each) for each in infos])


def find(report: Any, where: Place, workflow_id: str, run_id: str | None) -> Any:
    """The execution, or the error that says it is not there."""
    from simpleflow import stats

    try:
        return report.find(workflow_id, run_id)
    except stats.NotFound as error:
        hint = f"list what is there with: simpleflow --db {where.db} workflow.list --status closed"
        raise CommandError(str(error), hint) from error


def show(where: Place, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Prints a table, if there is anything to print."""
    text = formatted(header, rows, where.format, with_header=where.header)
    if text:
        click.echo(text)
