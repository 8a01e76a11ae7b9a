"""``binaries.download``: the programs that activities need, before they need them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.places import place

AT_ONCE: Final = 5


@click.command()
@click.argument("binaries", nargs=-1, metavar="[NAME=S3_LOCATION]...")
@with_options
@click.pass_context
def download(ctx: click.Context, /, binaries: tuple[str, ...], **given: Any) -> None:
    """Fetch programs from S3, five at a time, to where activities that declare them will look, and print their paths.

    Example: simpleflow binaries.download ffmpeg=s3://tools/ffmpeg-7
    """
    from simpleflow.download import RemoteBinary
    from simpleflow.exceptions import StorageError

    place(ctx, **given)
    found = []
    for each in binaries:
        name, equals, location = each.partition("=")
        if not equals:
            raise CommandError(f"{each!r} names no place", "write it as NAME=s3://bucket/key", 2)
        try:
            found.append(RemoteBinary(name, location))
        except ValueError as error:
            raise CommandError(str(error), exit_code=2) from error
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for path in [pool.submit(binary.download) for binary in found]:
            try:
                click.echo(path.result())
            except (StorageError, OSError) as error:
                raise CommandError(f"cannot fetch a program: {error}") from error
