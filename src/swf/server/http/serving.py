"""A file and its door, owned together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from swf.server import failpoints
from swf.server.functions import Functions
from swf.server.http.app import Pages
from swf.server.http.door import Door
from swf.server.service import Service


@contextlib.contextmanager
def serving(
    path: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    wait_s: float = 0.0,
    keys: Mapping[str, str] | None = None,
    names: Collection[str] = (),
    functions: Functions | None = None,
    pages: Callable[[Service], Pages] | None = None,
    reach: failpoints.Reach = failpoints.nothing,
) -> Iterator[Door]:
    """Owns the file *path* and serves it from a thread of this process, until the block is left.

    *port* 0: a free one. *keys*, *names* and *pages*: as for :class:`Door`. Another owner is waited for for
    *wait_s* seconds. *functions* calls Lambda functions; None: they are not available. Raises FileOwned, DatabaseError,
    DoorError, OSError.
    """
    from swf.server import open_service

    service = open_service(path, wait_s=wait_s, functions=functions, reach=reach)
    try:
        door = Door(service, host=host, port=port, keys=keys, names=names, pages=pages)
        door.open()
        service.announce(door.url)
        try:
            yield door
        finally:
            door.close()
    finally:
        service.close()
