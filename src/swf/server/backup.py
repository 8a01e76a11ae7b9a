"""Copies a database to a new file, whoever uses it: through the process that owns it, or by opening it."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from swf.protocol import wire
from swf.server import Service, open_reader
from swf.server.lock import FileOwned
from swf.server.store.backup import BackupError

OTHER_OWNER_S: Final = 5.0
"""Short commands own a file for a moment; a server that has just taken it needs one to open its door."""
ANSWER_WITHIN_S: Final = 3600.0


def back_up(path: Path, to: Path, *, wait_s: float = OTHER_OWNER_S) -> int:
    """Copies the database *path* to the new file *to*; returns its size in bytes.

    Raises FileNotFoundError, FileOwned if it has an owner that cannot be asked, DatabaseError, BackupError.
    """
    to = to.absolute()
    try:
        service = _open(path, wait_s)
    except FileOwned as owned:
        return _ask(owned, to)
    try:
        return service.back_up(to)
    finally:
        service.close()


def _open(path: Path, wait_s: float) -> Service:
    """An owner that serves the file is not waited for, one that has not opened its door (yet) is."""
    try:
        return open_reader(path, wait_s=0.0)
    except FileOwned as owned:
        if owned.hint.url is not None:
            raise
    return open_reader(path, wait_s=wait_s)


def _ask(owned: FileOwned, to: Path) -> int:
    """Has the owner of the file copy it."""
    if owned.hint.url is None or owned.hint.secret is None:
        raise owned
    address = urlsplit(owned.hint.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request(
            "POST",
            "/backup",
            body=wire.encode_json({"to": str(to)}),
            headers={"Authorization": f"Bearer {owned.hint.secret}"},
        )
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise BackupError(f"cannot back up {owned.path}: its owner at {owned.hint.url} does not answer") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise BackupError(wire.decode_fault(body, answer.status).message)
    return msgspec.json.decode(body, type=dict[str, int | str])["size"]  # type: ignore[return-value]  # a number
