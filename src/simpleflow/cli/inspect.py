"""Commands that show one execution."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import Minutes, pieces
from simpleflow.cli.places import Place, client_of, domain_and_execution, domain_and_names, needs_service, place
from simpleflow.exceptions import ExecutionNotFound

NAMES: Final = click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID [RUN_ID]")
NB_TASKS: Final = click.option("--nb-tasks", "-n", type=click.IntRange(min=0), help="Show so many tasks at most.")


@click.command()
@NAMES
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
@NAMES
@NB_TASKS
@with_options
@click.pass_context
def tasks(ctx: click.Context, /, names: tuple[str, ...], nb_tasks: int | None, **given: Any) -> None:
    """List the tasks of one execution, the latest first.

    Example: simpleflow --db simpleflow.db --header workflow.tasks basic
    """
    from simpleflow import stats

    where = place(ctx, **given)
    with found(where, names) as (report, execution):
        show(where, stats.TASKS, stats.tasks(report.history(execution))[:nb_tasks])


@click.command()
@NAMES
@NB_TASKS
@with_options
@click.pass_context
def profile(ctx: click.Context, /, names: tuple[str, ...], nb_tasks: int | None, **given: Any) -> None:
    """Show how long the tasks of one execution took, the longest first; those that have not run are left out.

    Times are those of the latest attempt.

    Example: simpleflow --db simpleflow.db --header workflow.profile basic
    """
    from simpleflow import stats

    where = place(ctx, **given)
    with found(where, names) as (report, execution):
        rows = stats.profile(report.history(execution))[:nb_tasks]
        if where.format in ("tabular", "human"):
            rows = [tuple(Minutes.fromtimestamp(each.timestamp(), each.tzinfo) if hasattr(each, "tzinfo") else each
                          for each in row) for row in rows]  # fmt: skip
        show(where, stats.PROFILE, rows)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID TASK_ID")
@click.option("--run-id", metavar="RUN_ID", help="The run; else the open one, else the newest closed one.")
@click.option("--details/--no-details", "with_details", default=False, help="Show the details of a failure.")
@with_options
@click.pass_context
def task_info(
    ctx: click.Context, /, names: tuple[str, ...], run_id: str | None, with_details: bool, **given: Any
) -> None:
    """Show one task of an execution, by its id: its state, what it was given, what it gave.

    Example: simpleflow --db simpleflow.db --format human task.info basic activity-examples.basic.double-1
    """
    from simpleflow import stats

    where = place(ctx, **given)
    domain, (workflow_id, task_id) = domain_and_names(where, names, ("WORKFLOW_ID", "TASK_ID"), least=2)
    header = (*stats.TASK, "details") if with_details else stats.TASK
    with execution_of(where, domain, workflow_id, run_id) as (report, execution):
        try:
            entry = stats.task(report.history(execution), task_id)
        except ExecutionNotFound as error:
            hint = f"list its tasks with: simpleflow {where.options(domain)} workflow.profile {workflow_id}"
            raise CommandError(str(error), hint) from error
        for name in ("input", "result"):
            entry[name] = stats.shown(entry.get(name))
        show(where, header, [tuple(entry.get(name) for name in header)])


@contextlib.contextmanager
def found(where: Place, names: tuple[str, ...], *, to_write: bool = False) -> Iterator[tuple[Any, Any]]:
    """The reader of the domain, and the execution that the positionals name; or the error that it is not there."""
    domain, workflow_id, run_id = domain_and_execution(where, names)
    with execution_of(where, domain, workflow_id, run_id, to_write=to_write) as both:
        yield both


@contextlib.contextmanager
def execution_of(
    where: Place, domain: str, workflow_id: str, run_id: str | None, *, to_write: bool = False
) -> Iterator[tuple[Any, Any]]:
    """The reader of the domain, and the execution of these ids; or the error that it is not there."""
    from simpleflow import stats

    with client_of(needs_service(where), to_write=to_write) as client:
        report = stats.Reader(client, domain)
        try:
            execution = report.find(workflow_id, run_id)
        except ExecutionNotFound as error:
            hint = f"list what is there with: simpleflow {where.options(domain)} workflow.list --status closed"
            raise CommandError(str(error), hint) from error
        yield report, execution


def show(where: Place, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Prints a table, row by row as they come, if there is anything to print."""
    for piece in pieces(header, rows, where.format, with_header=where.header, local_time=where.local_time):
        click.echo(piece, nl=False)
