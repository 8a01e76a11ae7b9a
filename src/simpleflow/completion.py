"""Activities completed from elsewhere, by their task token.

An activity that raises ``activity.CompleteLater`` stays open; whoever has its ``activity.current().task_token``
completes it from here: another process, another machine, a web server, a thread. Its timeouts go on: when it has a
heartbeat timeout, :func:`heartbeat` must be called in time, for its worker does so no longer.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from simpleflow import format
from simpleflow.attempt import HEARTBEAT_CHARACTERS, LATER
from simpleflow.dispatch import REASON_CHARACTERS, failure
from simpleflow.exceptions import TaskGone
from simpleflow.service import Address, client_of, taken
from simpleflow.storage import ValueStore
from swf.client import Client
from swf.clients import RetryingClient
from swf.protocol.base import Request
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.operations import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)

SERVICE: Final = "SIMPLEFLOW_SERVICE"
"""The variable by which activities know the service of their worker."""
PATIENCE_S: Final = 30.0
"""How long a service that does not answer is asked again."""


def complete(task_token: str, result: Any = None, *, service: Address | None = None) -> None:
    """Completes the activity; *result* as it would have returned it.

    *service* None: the one of the worker, inside of an activity; else what SIMPLEFLOW_DB, AWS_ENDPOINT_URL_SWF or
    AWS_ENDPOINT_URL name, else Amazon SWF. Raises TaskGone if the activity is not open any more.
    """
    with _desk(task_token, service) as desk:
        text = desk.store.fitting(format.encode(result), keeps_values=desk.keeps_values)
        desk.call(RespondActivityTaskCompleted(task_token=task_token, result=text))


def fail(
    task_token: str,
    error: BaseException | str,
    details: str | None = None,
    *,
    service: Address | None = None,
) -> None:
    """Fails the attempt: with an exception, as if the activity had raised it, or with a reason and *details*."""
    with _desk(task_token, service) as desk:
        if isinstance(error, BaseException):
            outcome = failure(error, desk.store, keeps_values=desk.keeps_values)
            reason, details = outcome.reason, outcome.details
        else:
            reason = format.shortened(error, REASON_CHARACTERS)
            whole = details if details is not None or reason == error else error
            details = None if whole is None else desk.store.fitting(whole, keeps_values=desk.keeps_values)
        desk.call(RespondActivityTaskFailed(task_token=task_token, reason=reason, details=details))


def cancel(task_token: str, details: Any = None, *, service: Address | None = None) -> None:
    """Says that the activity was canceled, after :func:`heartbeat` has told that it is asked to."""
    with _desk(task_token, service) as desk:
        text = None if details is None else desk.store.fitting(format.encode(details), keeps_values=desk.keeps_values)
        desk.call(RespondActivityTaskCanceled(task_token=task_token, details=text))


def heartbeat(task_token: str, details: Any = None, *, service: Address | None = None) -> bool:
    """Says that the activity goes on; True if it is asked to cancel."""
    with _desk(task_token, service) as desk:
        text = "" if details is None else format.encode(details)
        if text:
            text = desk.store.fitting(text, keeps_values=desk.keeps_values, limit=HEARTBEAT_CHARACTERS)
        status = desk.call(RecordActivityTaskHeartbeat(task_token=task_token, details=LATER + text))
        return bool(status.cancel_requested)


class Desk:
    """Where completions are brought: a service, and what is done with long values."""

    def __init__(self, client: Client, *, keeps_values: bool) -> None:
        self._client = client
        self.keeps_values = keeps_values
        self.store = ValueStore()
        self.heard = threading.Event()
        """Set whenever something was brought."""

    def call(self, request: Request[Any]) -> Any:
        """The service's answer. Raises TaskGone."""
        try:
            return self._client.call(request)
        except UnknownResourceFault as fault:
            raise TaskGone(
                "the activity of this task token is not open any more: it was completed, has timed out, was canceled, "
                f"or its execution is closed ({fault})"
            ) from fault
        finally:
            self.heard.set()


_here: dict[str, Desk] = {}
"""Task tokens of services that live in this process alone, with ``--local``."""


_gone: deque[str] = deque(maxlen=1_000)
"""Tokens that were known here, lately."""


def open_desk(task_token: str, desk: Desk) -> None:
    """Completions of this token are brought to *desk*, in this process."""
    _here[task_token] = desk


def close_desk(desk: Desk) -> None:
    """Nobody is at *desk* any more."""
    for token in [token for token, each in _here.items() if each is desk]:
        del _here[token]
        _gone.append(token)


@contextlib.contextmanager
def _desk(task_token: str, service: Address | None) -> Iterator[Desk]:
    known = _here.get(task_token)
    if known is not None and service is None:
        yield known
        return
    if task_token in _gone and service is None:
        raise TaskGone("the run of this task token, which lived in this process alone, has ended")
    address = service or _address()
    if address.db is None:
        yield Desk(RetryingClient(client_of(address), patience_s=PATIENCE_S), keeps_values=address.is_here)
        return
    path = Path(address.db)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: name the file of the service with SIMPLEFLOW_DB")
    from swf.server import open_service
    from swf.server.inprocess import InProcessClient

    found = taken(path, lambda: open_service(path))
    if isinstance(found, str):
        yield Desk(RetryingClient(client_of(address), patience_s=PATIENCE_S), keeps_values=True)
        return
    try:
        yield Desk(InProcessClient(found), keeps_values=True)
    finally:
        found.close()


def _address() -> Address:
    """The service that the environment names."""
    told = os.environ.get(SERVICE)
    if told:
        return msgspec.json.decode(told, type=Address)
    db = os.environ.get("SIMPLEFLOW_DB")
    if db:
        return Address(db=db)
    return Address(endpoint_url=os.environ.get("AWS_ENDPOINT_URL_SWF") or os.environ.get("AWS_ENDPOINT_URL") or None)


def tell(address: Address) -> None:
    """Names the service to all processes that are started from here."""
    if address.db is not None:
        address = msgspec.structs.replace(address, db=str(Path(address.db).resolve()))
    os.environ[SERVICE] = msgspec.json.encode(address).decode()
