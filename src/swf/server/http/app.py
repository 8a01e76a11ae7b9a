"""AWS JSON 1.0 over ASGI: a request by its target, an answer or a fault."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from swf.protocol import wire
from swf.protocol.faults import (
    AccessDeniedException,
    Fault,
    RequestEntityTooLargeException,
    SerializationException,
    UnknownOperationException,
)
from swf.protocol.operations import OPERATIONS
from swf.protocol.refusal import decode_request
from swf.server.http.calls import Calls
from swf.server.http.protocol import CALLER

LARGEST_REQUEST: Final = 1024 * 1024
"""Bytes of head and body together."""
BODY_PAUSE_S: Final = 20.0
"""A body that has begun comes on, or its connection is of no use."""
HEALTH: Final = "/health"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class App:
    """The ASGI application of a door."""

    def __init__(self, make_calls: Callable[[], Calls], health: Callable[[], bytes], hosts: frozenset[str]) -> None:
        """*hosts* are the names under which the door may be called: others come from a web page that has lied
        about its address."""
        self._make_calls = make_calls
        self._health = health
        self._hosts = hosts
        self.calls: Calls | None = None
        """Set when the loop has begun."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            status, body, more = await self._answer(scope, receive)
            headers = [
                (b"content-type", b"application/x-amz-json-1.0"),
                (b"x-amzn-requestid", str(uuid.uuid4()).encode()),
                (b"content-length", b"%d" % len(body)),
                *more,
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.calls = self._make_calls()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self.calls is not None:
                    self.calls.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        """Status, body and more headers of the answer."""
        try:
            headers = dict(scope["headers"])
            self._refuse_strange_host(headers.get(b"host", b"").decode("latin-1"))
            if scope["method"] == "GET" and scope["path"] == HEALTH:
                return 200, self._health(), []
            operation = OPERATIONS.get(headers.get(b"x-amz-target", b"").decode("latin-1").rpartition(".")[2])
            if scope["method"] != "POST" or scope["path"] != "/" or operation is None:
                raise UnknownOperationException("The X-Amz-Target header names no operation of Amazon SWF.")
            request = decode_request(operation, await _body(headers, receive))
            assert self.calls is not None, "the loop has begun"
            answer = await self.calls.answer(request, scope[CALLER])
            if isinstance(answer, Fault):
                raise answer
        except Fault as fault:
            more = [(b"x-amzn-errortype", fault.code.encode())]
            if isinstance(fault, RequestEntityTooLargeException):
                more.append((b"connection", b"close"))
            return fault.STATUS, wire.encode_fault(fault), more
        return 200, b"" if answer is None else wire.encode(answer), []

    def _refuse_strange_host(self, host: str) -> None:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.lower() not in self._hosts:
            raise AccessDeniedException(f"This service is not called {host!r}.")


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The body of a request; one that is too long is not read to its end."""
    room = LARGEST_REQUEST - sum(len(name) + len(value) + 4 for name, value in headers.items())
    told = headers.get(b"content-length", b"0")
    if told.isdigit() and int(told) > room:
        raise RequestEntityTooLargeException(f"A request has at most {LARGEST_REQUEST} bytes.")
    parts: list[bytes] = []
    while True:
        try:
            message = await (asyncio.wait_for(receive(), BODY_PAUSE_S) if parts else receive())
        except TimeoutError:
            raise SerializationException("The body of the request did not come.") from None
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        room -= len(parts[-1])
        if room < 0:
            raise RequestEntityTooLargeException(f"A request has at most {LARGEST_REQUEST} bytes.")
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)
