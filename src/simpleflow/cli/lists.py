"""Commands that list executions."""

from __future__ import annotations

import datetime
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError, with_options_but_d
from simpleflow.cli.inspect import show
from simpleflow.cli.places import Place, client_of, needs_domain, needs_service, place
from simpleflow.exceptions import ExecutionNotFound

CLOSE_STATUSES: Final = ("COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT")
DATES: Final = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


def with_list_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds what both lists take."""
    options = (
        click.argument("names", nargs=-1, metavar="[DOMAIN]"),
        click.option("--status", "-s", type=click.Choice(["open", "closed"], case_sensitive=False), default="open",
                     help="Which executions."),
        click.option("--started-since", "-d", type=click.FloatRange(min=0), default=30, metavar="DAYS",
                     help="Started in the last so many days."),
        click.option("--limit", type=click.IntRange(min=0), help="Show so many at most."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@click.command(name="list")
@with_list_options
@with_options_but_d
@click.pass_context
def list_(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    status: str,
    started_since: float,
    limit: int | None,
    **given: Any,
) -> None:
    """List executions, the newest first.

    Example: simpleflow --db simpleflow.db --header workflow.list --status closed
    """
    from simpleflow import stats

    where = place(ctx, **given)
    domain = domain_of(where, names)
    with client_of(needs_service(where), to_write=False) as client:
        report = stats.Reader(client, domain)
        wanted = stats.Wanted(is_open=status == "open", since=days_ago(started_since))
        show(where, stats.LIST, map(stats.listed, executions(report, wanted, limit)))


@click.command(name="filter")
@with_list_options
@click.option("--tag", help="Those with this tag.")
@click.option("--workflow-id", metavar="ID", help="Those of this workflow id.")
@click.option("--workflow-type-name", metavar="NAME", help="Those of this workflow type.")
@click.option("--workflow-type-version", metavar="VERSION", help="Of that type, those of this version.")
@click.option(
    "--close-status",
    "-c",
    type=click.Choice(CLOSE_STATUSES, case_sensitive=False),
    help="With --status closed: those that ended so.",
)
@click.option("--from-date", metavar="DATE", type=click.DateTime(DATES), help="Started then or later; UTC.")
@click.option("--to-date", metavar="DATE", type=click.DateTime(DATES), help="Started then or earlier; UTC.")
@click.option("--details", "is_whole", is_flag=True, help="Ask for each one's input, timeouts and child policy, too.")
@with_options_but_d
@click.pass_context
def filter_(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    status: str,
    started_since: float,
    limit: int | None,
    tag: str | None,
    workflow_id: str | None,
    workflow_type_name: str | None,
    workflow_type_version: str | None,
    close_status: str | None,
    from_date: datetime.datetime | None,
    to_date: datetime.datetime | None,
    is_whole: bool,
    **given: Any,
) -> None:
    """List executions in detail, the newest first, by what they are. Conditions may be combined.

    Input, timeouts and child policy stand in descriptions, not in lists: --details asks for them, one by one.

    Example: simpleflow --db simpleflow.db --header workflow.filter --status closed --close-status failed
    """
    from simpleflow import stats

    where = place(ctx, **given)
    if workflow_type_version is not None and workflow_type_name is None:
        raise CommandError("--workflow-type-version needs --workflow-type-name", exit_code=2)
    if close_status is not None and status == "open":
        raise CommandError("--close-status goes with --status closed", "an open execution has none", 2)
    domain = domain_of(where, names)
    wanted = stats.Wanted(
        is_open=status == "open",
        since=days_ago(started_since) if from_date is None else moment(from_date),
        until=None if to_date is None else moment(to_date),
        workflow_id=workflow_id,
        tag=tag,
        type_name=workflow_type_name,
        type_version=workflow_type_version,
        close_status=close_status and close_status.upper(),
    )
    if wanted.until is not None and wanted.until < wanted.since:
        raise CommandError("--to-date is before the beginning of the span of time", "say an earlier --from-date", 2)
    with client_of(needs_service(where), to_write=False) as client:
        report = stats.Reader(client, domain)
        listed = (stats.in_detail(report, each, is_whole=is_whole) for each in executions(report, wanted, limit))
        show(where, stats.DETAILS, counted(listed))


def domain_of(where: Place, names: tuple[str, ...]) -> str:
    """The domain, which may be the only positional."""
    if len(names) > (1 if where.is_positional else 0):
        raise CommandError(f"{' '.join(names)} are too many names", "there may be one, DOMAIN, instead of --domain", 2)
    if names:
        needs_service(where)
        return names[0]
    return needs_domain(where)


def executions(report: Any, wanted: Any, limit: int | None = None) -> Iterator[Any]:
    """The executions; the first page is a small one if few are wanted."""

    page_size = None if limit is None else max(1, min(limit, 1000))
    try:
        yield from itertools.islice(report.executions(wanted, page_size=page_size), limit)
    except ExecutionNotFound as error:
        raise CommandError(str(error), "list domains with: simpleflow domain.list") from error


def counted(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows; how many there are is shown meanwhile on a terminal that does not show them."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console

    with Console(stderr=True).status("0 executions") as status:
        for number, row in enumerate(rows, 1):
            status.update(f"{number} executions")
            yield row


def days_ago(days: float) -> float:
    """The moment so many days ago, in seconds since 1970; 1970 at the earliest."""
    return max(0.0, (datetime.datetime.now(datetime.UTC)).timestamp() - days * 86_400)


def moment(date: datetime.datetime) -> float:
    """The moment in seconds since 1970; a date without a time zone is UTC."""
    return (date if date.tzinfo else date.replace(tzinfo=datetime.UTC)).timestamp()
