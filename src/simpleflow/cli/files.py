"""Commands for files of the embedded service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import printable
from simpleflow.cli.places import DEFAULT_DB, opening, place


@click.command()
@click.argument("file", required=False)
@with_options
@click.pass_context
def check(ctx: click.Context, /, file: str | None, **given: Any) -> int:
    """Check FILE (or --db FILE, else simpleflow.db), which nobody uses: fold every history, compare every view.

    Prints a line for each problem, and a last one that counts. Exit code 1 if there are any. Nothing is changed.

    Example: simpleflow server.check simpleflow.db
    """
    from swf.server.check import check_file

    path = _path(ctx, file, given)
    with opening(path, to_write=False):
        report = check_file(path)
    for problem in report.problems:
        click.echo(printable(problem))
    click.echo(report.summary)
    return 1 if report.problems else 0


@click.command()
@click.argument("to", metavar="TO")
@with_options
@click.pass_context
def backup(ctx: click.Context, /, to: str, **given: Any) -> None:
    """Copy the file of --db FILE (else simpleflow.db) to the new file TO, while it is in use or not.

    Example: simpleflow --db simpleflow.db server.backup copy.db
    """
    from swf.server.backup import back_up
    from swf.server.store.backup import BackupError

    path = _path(ctx, None, given)
    with opening(path, to_write=False):
        try:
            size = back_up(path, Path(to))
        except BackupError as error:
            raise CommandError(str(error)) from error
    click.echo(f"{size} bytes in {to}", err=True)


def _path(ctx: click.Context, file: str | None, given: dict[str, Any]) -> Path:
    """The file that is meant: as it was named, by option or variable, else the usual one."""
    address = place(ctx, **given).address
    db = address.db if address is not None else None
    if file is None and db is None and address is not None and address.endpoint_url and given.get("endpoint_url"):
        raise CommandError("--endpoint-url names a service, not a file", "say --db FILE", 2)
    return Path(file or db or DEFAULT_DB)
