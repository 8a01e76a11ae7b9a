"""The pages: on their own over any service, or beside the API of the embedded one."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.places import needs_service, opening, place

if TYPE_CHECKING:
    from simpleflow.service import Address
    from simpleflow.web.answers.viewers import Viewers
    from swf.client import Client
    from swf.server import Service

log = logging.getLogger(__name__)

DEFAULT_PORT: Final = 8471
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
CONNECT_S: Final = 3.0
CALL_S: Final = 10.0
"""How long a page waits for an endpoint that is silent."""
FRESH_S: Final = 1.0
"""So old news may be where nothing tells of writes: all who look in that time cost one call."""

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Later:
    """An ASGI application that is made when somebody asks it first: who looks at no page does not pay for them."""

    def __init__(self, make: Callable[[], Application]) -> None:
        self._make = make
        self._made: Application | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._made is None:
            import asyncio

            # In another thread: the API, which may be served by the same loop, does not wait for the imports.
            self._made = await asyncio.get_running_loop().run_in_executor(None, self._make)
        await self._made(scope, receive, send)


def beside(
    path: Path | str | None,
    *,
    names: Collection[str] = (),
    is_read_only: bool = False,
    viewers: Viewers | None = None,
) -> Callable[[Service], Application]:
    """What makes the pages of the service on the file *path*, in the process of that service."""
    file = "memory" if path is None else str(path)

    def pages(service: Service) -> Application:
        def make() -> Application:
            from swf.server.inprocess import InProcessClient

            return made(
                InProcessClient(service, poll_wait_s=0),
                endpoint=f"embedded · {Path(file).name}",
                options=_shell("--db", file),
                names=names,
                is_read_only=is_read_only,
                now=service.clock.now,
                commits=lambda: service.database.committed,
                viewers=viewers,
            )

        return Later(make)

    return pages


def made(
    client: Client,
    *,
    endpoint: str,
    options: str,
    names: Collection[str] = (),
    is_amazon: bool = False,
    is_read_only: bool = False,
    now: Callable[[], float] = time.time,
    keeps_values: bool = True,
    modules: Sequence[str] = (),
    commits: Callable[[], Hashable | None] | None = None,
    viewers: Viewers | None = None,
) -> Application:
    """The pages over a client. Workflows are imported from *modules*, and from below the current directory.

    *commits* and *viewers* as :func:`~simpleflow.web.app.application` has them.
    """
    from simpleflow.__about__ import __version__
    from simpleflow.cli.replaying import Replays
    from simpleflow.web.answers.web import Changing
    from simpleflow.web.app import application

    return application(
        client,
        endpoint=endpoint,
        is_amazon=is_amazon,
        options=options,
        hosts=[name.lower() for name in names],
        now=now,
        changing=None if is_read_only else Changing(keeps_values, Replays(modules)),
        version=__version__,
        commits=commits,
        fresh_s=FRESH_S,
        viewers=viewers,
    )


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, help="The port; 0 is a free one.")
@click.option("--host", type=click.Choice(LOOPBACK), default="127.0.0.1", help="The address to listen on.")
@click.option("--name", "names", metavar="HOST", multiple=True, help="One more name that browsers use for this host.")
@click.option("--read-only", is_flag=True, help="The pages change nothing.")
@click.option("--import", "modules", multiple=True, metavar="MODULE", help="A module of workflows, for replay checks.")
@with_options
@click.pass_context
def web(
    ctx: click.Context,
    /,
    port: int,
    host: str,
    names: tuple[str, ...],
    read_only: bool,
    modules: tuple[str, ...],
    **given: Any,
) -> int:
    """Show executions in a browser until told to stop: of a file, of an endpoint, of Amazon SWF.

    A file that nobody serves is served from here meanwhile. Only browsers of this machine are answered.

    Example: simpleflow web --db simpleflow.db
    """
    from simpleflow.log import setup_logging
    from simpleflow.swf.process.signals import STOP, Signals

    where = place(ctx, **given)
    address = needs_service(where)
    setup_logging()
    signals = Signals()
    with client_for(address) as (client, commits):
        application = made(
            client,
            endpoint=_named(address),
            options=_options(address),
            names=names,
            is_amazon=address.db is None and address.endpoint_url is None,
            is_read_only=read_only,
            keeps_values=address.is_here,
            modules=modules,
            commits=commits,
        )
        with listening(application, host, port) as url:
            click.echo(url if where.domain is None else f"{url}{_segment(where.domain)}/")
            log.info("showing %s", address)
            while not (heard := signals.wait(None)[0] & STOP):
                pass
    if signal.SIGINT not in heard:
        return 0
    click.echo("interrupted; the pages answer no more", err=True)
    return 130


@contextmanager
def client_for(address: Address) -> Iterator[tuple[Client, Callable[[], Hashable | None] | None]]:
    """A client, and what tells of writes if they happen here; a file is served from here as soon as nobody else does.

    A page says that nobody answers sooner than a decider would: its calls are not waited for as long, nor repeated.
    """
    from simpleflow import service
    from swf.clients.connections import Timeouts

    timeouts = Timeouts(CONNECT_S, CALL_S, CALL_S)
    if address.db is None:
        yield service.client_of(address, timeouts=timeouts), None
        return
    from simpleflow.keeper import KeptClient

    path = Path(address.db)
    if not path.exists():
        raise CommandError(f"{path} does not exist", "workflows run there with: simpleflow standalone --db FILE")
    with opening(path):
        kept = KeptClient(path, timeouts=timeouts)

    def commits() -> Hashable | None:
        here = kept.service
        return None if here is None else (id(here), here.database.committed)

    try:
        yield kept, commits
    finally:
        kept.close()


@contextmanager
def listening(application: Application, host: str, port: int) -> Iterator[str]:
    """Answers at an address, which it gives, from a thread."""
    import socket
    import threading

    import uvicorn

    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = error.strerror or error
        raise CommandError(f"cannot listen on {host}:{port}: {why}", "choose another one with --port") from error
    config = uvicorn.Config(
        application,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="pages", daemon=True)
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


def _named(address: Address) -> str:
    """The service in the words of a footer."""
    if address.db is not None:
        return f"embedded · {Path(address.db).name}"
    if address.endpoint_url is not None:
        return address.endpoint_url
    import boto3

    region = address.region or boto3.Session().region_name
    return f"Amazon SWF · {region}" if region else "Amazon SWF"


def _options(address: Address) -> str:
    """The options by which the command line finds the same service."""
    options: list[str] = []
    options += ["--db", address.db] if address.db else []
    options += ["--endpoint-url", address.endpoint_url] if address.endpoint_url else []
    options += ["--region", address.region] if address.region else []
    return _shell(*options)


def _shell(*words: str) -> str:
    import shlex

    return shlex.join(words)


def _segment(name: str) -> str:
    from simpleflow.web.urls import segment

    return segment(name)
