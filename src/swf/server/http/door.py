"""A service behind HTTP: an event loop in a thread of its own, on a socket that is bound first."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Final

import uvicorn

from swf.protocol import wire
from swf.server.about import running_version
from swf.server.clock import wall_time
from swf.server.http.app import App, Pages
from swf.server.http.calls import Calls
from swf.server.http.guard import LOOPBACK, Guard
from swf.server.http.metrics import Metrics
from swf.server.http.protocol import Protocol
from swf.server.service import Service

KEEP_ALIVE_S: Final = 75
"""SDKs keep connections for a poll's length; the default of 5 s would drop them between two calls."""
LAST_ANSWERS_S: Final = 5
_LOCALLY: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104  # bound only if it is asked for
"""By what name this machine reaches a door that is open to all."""


class DoorError(Exception):
    """The door cannot be opened there."""


class UnsignedError(DoorError):
    """More than this machine would reach a service that asks nobody for a key."""


class Door:
    """Serves a service until it is stopped. It does not own the service."""

    def __init__(
        self,
        service: Service,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        poll_wait_s: float = 60.0,
        keys: Mapping[str, str] | None = None,
        names: Collection[str] = (),
        pages: Callable[[Service], Pages] | None = None,
    ) -> None:
        """Binds *host* and *port* (0: a free one). Raises DoorError if that is not possible.

        A poll waits at most *poll_wait_s* seconds for a task. *keys* are secrets by access key id: with them every
        call must be signed, and other hosts than this one may be served. *names* are more names of the host, by
        which callers may call it. *pages* makes an ASGI application that answers beside the API, to callers of this
        machine.
        """
        if host not in LOOPBACK and keys is None:
            raise UnsignedError(
                f"{host} is not a loopback address: whoever reaches it could do everything; give keys with --auth FILE"
            )
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
        except (OSError, OverflowError) as error:
            raise DoorError(f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}") from error
        name = _LOCALLY.get(host, f"[{host.strip('[]')}]" if ":" in host else host)
        self.url = f"http://{name}:{self._socket.getsockname()[1]}"
        self.service = service
        self._keys = keys
        self._app = App(
            lambda: Calls(service, poll_wait_s=poll_wait_s),
            health=self._health,
            metrics=Metrics(service),
            guard=Guard(
                LOOPBACK | {each.lower() for each in (host, name, *names)}, keys, service.owner_secret, wall_time
            ),
            back_up=service.back_up,
            pages=None if pages is None else pages(service),
        )
        self._server = _Server(
            self._app,
            uvicorn.Config(
                self._app,
                http=Protocol,
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="warning",  # whoever opens the door says so, in one line
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,  # a caller may write what it likes there
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=LAST_ANSWERS_S,
            ),
        )
        self._loop_thread = threading.Thread(target=self._run, name="swf-door", daemon=True)

    def open(self) -> None:
        """Begins to answer. Calls that came since the socket was bound have waited."""
        self._loop_thread.start()

    def close(self) -> None:
        """Answers waiting polls empty, lets other answers go, and closes. May be called twice."""
        if not self._loop_thread.is_alive():
            self._socket.close()
            return
        self._server.should_exit = True
        self._loop_thread.join()

    def _health(self) -> bytes:
        service = self.service
        obstacle = service.writing.obstacle
        return wire.encode_json(
            {
                "status": "ok" if obstacle is None else f"writes are stopped: {obstacle}",
                "instance_id": service.instance_id,
                "version": running_version(),
                "is_signed": self._keys is not None,
            }
        )

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))


class _Server(uvicorn.Server):
    """Answers waiting polls before it waits for the last answers to leave."""

    def __init__(self, app: App, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.stop()
        await super().shutdown(sockets)
