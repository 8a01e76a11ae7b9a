"""``info``: versions, settings, environment, and which service a command would talk to, as whom."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.__about__ import __version__
from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.choices import choices
from simpleflow.cli.formats import printable
from simpleflow.cli.places import NAME_ONE, place

if TYPE_CHECKING:
    from simpleflow.cli.places import Place
    from simpleflow.settings.files import Said

SECTIONS: Final = ("versions", "settings", "environment", "service")
LIBRARIES: Final = ("boto3", "botocore", "click", "greenlet", "msgspec", "rich", "uvicorn")
SECRET: Final = re.compile(r"SECRET|TOKEN|PASSWORD|KEY", re.IGNORECASE)
REDACTED: Final = "<redacted>"


@click.command()
@click.argument("sections", required=False)
@with_options
@click.pass_context
def info(ctx: click.Context, /, sections: str | None, **given: Any) -> None:
    """Show SECTIONS (versions, settings, environment, service, with commas between; else all) as KEY=value lines.

    Settings are shown with where they come from: an option, a variable, a file and its key, or the default. The last
    section tells which service a command with these options would talk to, and as whom. Secrets are not shown.

    Example: simpleflow --domain TestDomain info settings,service
    """
    wanted = [each.strip() for each in sections.split(",")] if sections else list(SECTIONS)
    strange = [each for each in wanted if each not in SECTIONS]
    if strange:
        raise CommandError(f"there is no section {strange[0]!r}", f"there are {', '.join(SECTIONS)}", 2)
    where = place(ctx, **given)
    said = choices(ctx, given)
    facts: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
        "versions": versions,
        "settings": lambda: settings(said),
        "environment": environment,
        "service": lambda: service(where),
    }
    titles = {"environment": "Environment AWS* SIMPLEFLOW*", "service": "Service"}
    for number, section in enumerate(wanted):
        if number:
            click.echo()
        click.secho(f"# {titles.get(section, section.capitalize())}", bold=True)
        for key, value in facts[section]():
            click.echo(printable(f"{key}={value}"))


def versions() -> Iterator[tuple[str, str]]:
    """Of this package, of what it stands on."""
    import apsw

    yield "simpleflow", __version__
    yield "python", platform.python_version()
    yield "platform", platform.platform()
    yield "executable", sys.executable
    yield "sqlite", apsw.sqlite_lib_version()
    for name in LIBRARIES:
        yield name, importlib.metadata.version(name)


def settings(said: dict[str, Said]) -> Iterator[tuple[str, str]]:
    """Each option of all commands, then each setting, and where its value comes from."""
    from simpleflow import settings as room

    for name in sorted(said):
        value = said[name].value
        shown = str(value).lower() if isinstance(value, bool) else "" if value is None else value
        yield name.replace("_", "-"), f"{shown}  # {said[name].source}"
    for name in sorted(room.DEFAULTS):
        value, source = room.base.value_of(name, room._configured)
        yield name, f"{REDACTED if SECRET.search(name) and value else value}  # {source}"


def environment() -> Iterator[tuple[str, str]]:
    """The variables that count."""
    for name in sorted(os.environ):
        if name.startswith(("AWS", "SIMPLEFLOW", "SWF")):
            yield name, REDACTED if SECRET.search(name) else os.environ[name]


def service(where: Place) -> Iterator[tuple[str, str]]:
    """Which one, which domain, and who asks."""
    from simpleflow.swf.process.identity import identity

    address = where.address
    if address is None:
        yield "service", f"none is named: {NAME_ONE}"
        return
    yield "service", str(address)
    yield "domain", where.domain or "none is named"
    if address.db is not None:
        yield from _owner(address.db)
    else:
        yield from _caller(address.region)
    yield "identity", identity()


def _owner(db: str) -> Iterator[tuple[str, str]]:
    from pathlib import Path

    from simpleflow.service import serves
    from swf.server.lock import read_hint

    path = Path(db)
    yield "file", f"{path.resolve()}{'' if path.exists() else ' (does not exist)'}"
    hint = read_hint(path.resolve())
    yield "served at", hint.url if hint.url is not None and serves(hint) else "not served: opened by each command"


def _caller(region: str | None) -> Iterator[tuple[str, str]]:
    """The credentials that boto3 finds, without what is secret in them."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(region_name=region)
        yield "region", session.region_name or "none is named: us-east-1"
        yield "profile", session.profile_name
        credentials = session.get_credentials()
    except BotoCoreError as error:
        yield "credentials", f"cannot be found: {error}"
        return
    yield "credentials", "none were found" if credentials is None else f"found by {credentials.method}"
