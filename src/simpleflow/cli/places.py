"""Where a command runs: which service, which domain, which execution; how tables are printed."""

from __future__ import annotations

import contextlib
import os
import shlex
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.cli.app import CommandError
from simpleflow.cli.choices import choices

if TYPE_CHECKING:
    from simpleflow.service import Address
    from swf.client import Client
    from swf.server import Service

DEFAULT_DB: Final = "simpleflow.db"
PATIENCE_S: Final = 3.0
"""How long a command waits for a service that is throttled or does not answer."""
NAME_ONE: Final = (
    "say --db FILE (or set SIMPLEFLOW_DB) for the embedded service, --endpoint-url URL (or AWS_ENDPOINT_URL_SWF) for "
    "one that runs, --domain NAME (or SWF_DOMAIN) alone for Amazon SWF"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A service, and a domain in it; how tables are printed.

    *address* None: no service is named. *domain* None: no domain is, and the service has no default one.
    *is_positional*: the domain is the first positional.
    """

    address: Address | None
    domain: str | None
    format: str
    header: bool
    is_positional: bool = False
    local_time: bool = False

    def options(self, domain: str) -> str:
        """The options that lead here, for a hint."""
        named = []
        if self.address is not None and self.address.db:
            named += ["--db", self.address.db]
        if self.address is not None and self.address.endpoint_url:
            named += ["--endpoint-url", self.address.endpoint_url]
        if domain != "default" or not named:
            named += ["--domain", domain]
        return shlex.join(named)


def place(ctx: click.Context, **given: Any) -> Place:
    """The place that options, environment, files and defaults name."""
    from simpleflow.service import meant

    said = choices(ctx, given)
    address, domain = meant(said)
    _obey_color(ctx, said["color"].value)
    return Place(
        address=address,
        domain=domain,
        format=said["format"].value,
        header=said["header"].value,
        is_positional=not (address and address.db) and not said["domain"].is_given,
        local_time=said["local_time"].value,
    )


def _obey_color(ctx: click.Context, wanted: str | None) -> None:
    """Of what is printed and logged, here and in the processes that are started."""
    if wanted not in ("always", "never"):
        return
    from simpleflow.log import setup_logging

    ctx.find_root().color = ctx.color = wanted == "always"
    said, other = ("FORCE_COLOR", "NO_COLOR") if wanted == "always" else ("NO_COLOR", "FORCE_COLOR")
    os.environ[said] = "1"
    os.environ.pop(other, None)
    setup_logging()


def needs_service(where: Place) -> Address:
    """The service, which must have been named."""
    if where.address is None:
        raise CommandError("no service is named", NAME_ONE, 2)
    return where.address


def needs_domain(where: Place) -> str:
    """The domain, which must have been named unless the service is a file."""
    needs_service(where)
    if where.domain is None:
        raise CommandError("no domain is named", "say --domain NAME, or set SWF_DOMAIN", 2)
    return where.domain


def domain_and_execution(where: Place, names: tuple[str, ...]) -> tuple[str, str, str | None]:
    """Domain, workflow id and run id from the positionals ``[DOMAIN] WORKFLOW_ID [RUN_ID]``."""
    domain, ids = domain_and_names(where, names, ("WORKFLOW_ID", "RUN_ID"), least=1)
    return domain, ids[0], urllib.parse.unquote(ids[1]) if len(ids) > 1 else None


def domain_and_names(
    where: Place, names: tuple[str, ...], wanted: tuple[str, ...], *, least: int, last_resort: bool = False
) -> tuple[str, list[str]]:
    """Domain and names from the positionals: those that are *wanted*, at *least* so many, the domain before them.

    The domain stands there if neither --domain nor a file is given, and there is one more than have to be. With
    *last_resort* only if no variable names it, or there is one more than are wanted.
    """
    found = list(names)
    domain = where.domain or ""
    is_needed = not last_resort or not domain or len(found) > len(wanted)
    if where.is_positional and is_needed and len(found) > least:
        domain = found.pop(0)
    if not least <= len(found) <= len(wanted):
        shown = " ".join(name if number < least else f"[{name}]" for number, name in enumerate(wanted))
        raise CommandError(
            f"{'too many' if len(found) > len(wanted) else 'too few'} names are given",
            f"they are {shown}, in a --domain",
            2,
        )
    if not domain:
        needs_domain(where)
    return domain, found


@contextlib.contextmanager
def client_of(address: Address, *, to_write: bool) -> Iterator[Client]:
    """A client of the service for one short command.

    A file is asked of the process that serves it; if there is none it is opened here, for reads alone or as its
    owner.
    """
    from simpleflow import service
    from swf.clients import RetryingClient

    if address.db is None:
        yield RetryingClient(service.client_of(address), patience_s=PATIENCE_S)
        return
    from swf.server.inprocess import InProcessClient

    with served_or_opened(Path(address.db), to_write=to_write) as found:
        if isinstance(found, str):
            yield RetryingClient(service.client_of(address), patience_s=PATIENCE_S)
        else:
            yield InProcessClient(found)


@contextlib.contextmanager
def served_or_opened(path: Path, *, to_write: bool) -> Iterator[Service | str]:
    """The URL at which another process serves the file, or the service on it."""
    from simpleflow.service import taken
    from swf.server import open_reader, open_service

    with opening(path, to_write=to_write):
        found = taken(path, lambda: open_service(path) if to_write else open_reader(path, wait_s=0.0))
    try:
        yield found
    finally:
        if not isinstance(found, str):
            found.close()


@contextlib.contextmanager
def opening(path: Path, *, to_write: bool = True) -> Iterator[None]:
    """What can be wrong with a file that is opened in the block, in one line."""
    from swf.server import DatabaseError, FileOwned

    try:
        yield
    except (FileOwned, DatabaseError) as error:
        raise CommandError(str(error)) from error
    except FileNotFoundError as error:
        if to_write:
            raise CommandError(f"cannot create {path}: its folder does not exist") from error
        raise CommandError(
            f"{path} does not exist", "workflows run there with: simpleflow standalone --db FILE"
        ) from error
    except OSError as error:
        raise CommandError(f"cannot open {path}: {error.strerror or error}") from error
