"""AWS JSON 1.0 over ASGI: a request by its target, an answer or a fault. And what an operator asks."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from swf.protocol import wire
from swf.protocol.faults import (
    AccessDeniedException,
    Fault,
    InternalFailure,
    RequestEntityTooLargeException,
    SerializationException,
    UnknownOperationException,
)
from swf.protocol.operations import OPERATIONS
from swf.protocol.refusal import decode_request
from swf.server.http.calls import Calls
from swf.server.http.guard import Guard, is_here
from swf.server.http.metrics import CONTENT_TYPE, Metrics
from swf.server.http.protocol import CALLER
from swf.server.http.signature import region_of
from swf.server.store.backup import BackupError

SERVICES: Final = frozenset({"SimpleWorkflowService", "com.amazonaws.swf.service.model.SimpleWorkflowService"})
"""What the target of a request names: as SDKs of today have it, and those of 2012."""
LARGEST_REQUEST: Final = 1024 * 1024
"""Bytes of head and body together."""
BODY_PAUSE_S: Final = 20.0
"""How long the next part of a body may take."""
OWN: Final = frozenset({("GET", "/health"), ("GET", "/metrics"), ("POST", "/backup"), ("POST", "/")})
"""The requests of the service: what is none of them is asked of the pages, if there are any."""
JSON: Final = b"application/x-amz-json-1.0"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Pages = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application for people, beside the API; the service knows nothing of it."""


class BackupRequest(msgspec.Struct, frozen=True):
    """What the owner of a file is asked over HTTP by a process of the same user."""

    to: str


class BackupDone(msgspec.Struct, frozen=True):
    """The copy is there."""

    to: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered over HTTP."""

    body: bytes
    status: int = 200
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class App:
    """The ASGI application of a door."""

    def __init__(
        self,
        make_calls: Callable[[], Calls],
        *,
        health: Callable[[], bytes],
        metrics: Metrics,
        guard: Guard,
        back_up: Callable[[Path], int],
        pages: Pages | None = None,
    ) -> None:
        """*back_up* copies the file, in another thread. *pages* answers what is no call, to callers of this machine."""
        self._make_calls = make_calls
        self._health = health
        self._metrics = metrics
        self._guard = guard
        self._back_up = back_up
        self._pages = pages
        self.calls: Calls | None = None
        """Set when the loop has begun."""
        self._body_pause_s = BODY_PAUSE_S
        self._bodies: set[asyncio.Timeout] = set()
        """Of the bodies that are waited for."""

    def stop(self) -> None:
        """Answers waiting polls empty, and waits for no body any longer."""
        if self.calls is not None:
            self.calls.stop()
        self._body_pause_s = 0.0
        for timeout in self._bodies:
            timeout.reschedule(0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and self._is_page(scope):
            assert self._pages is not None
            await self._pages(scope, receive, send)
        elif scope["type"] == "http":
            reply = await self._answer(scope, receive)
            headers = [
                (b"content-type", reply.content_type),
                (b"x-amzn-requestid", str(uuid.uuid4()).encode()),
                (b"content-length", b"%d" % len(reply.body)),
                *reply.headers,
            ]
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": reply.body})

    def _is_page(self, scope: Scope) -> bool:
        """Whether it is none of the requests of the service, and people of this machine may have pages."""
        is_ours = (scope["method"], scope["path"]) in OWN
        return self._pages is not None and not is_ours and is_here(scope)

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

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        try:
            headers = dict(scope["headers"])
            self._guard.check_host(scope, headers.get(b"host", b"").decode("latin-1"))
            match scope["method"], scope["path"]:
                case "GET", "/health":
                    return Reply(self._health())
                case "GET", "/metrics":
                    return await self._numbers(scope)
                case "POST", "/backup":
                    return await self._copied(scope, headers, receive)
                case "POST", "/":
                    return await self._called(scope, headers, receive)
            raise UnknownOperationException("Calls of Amazon SWF are POST requests to '/'.")
        except Fault as fault:
            more = [(b"x-amzn-errortype", fault.code.encode())]
            if isinstance(fault, RequestEntityTooLargeException):
                more.append((b"connection", b"close"))
            return Reply(wire.encode_fault(fault), fault.STATUS, headers=tuple(more))

    async def _called(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        """A call of the API."""
        service, _, name = headers.get(b"x-amz-target", b"").decode("latin-1").rpartition(".")
        operation = OPERATIONS.get(name) if service in SERVICES else None
        began = time.perf_counter()
        fault: str | None = "InternalFailure"
        try:
            entry = self._guard.admit(scope)
            if operation is None:
                raise UnknownOperationException("The X-Amz-Target header names no operation of Amazon SWF.")
            body = await self._body(scope, receive)
            entry.verify(body)
            request = decode_request(operation, body)
            assert self.calls is not None, "the loop has begun"
            answer = await self.calls.answer(
                request, scope[CALLER], region_of(headers.get(b"authorization", b"").decode("latin-1"))
            )
            if isinstance(answer, Fault):
                raise answer
            fault = None
            return Reply(b"" if answer is None else wire.encode(answer))
        except Fault as raised:
            fault = raised.code
            raise
        finally:
            self._metrics.called(name if operation else "unknown", fault, time.perf_counter() - began)

    async def _numbers(self, scope: Scope) -> Reply:
        """Names of task lists are not for everybody."""
        if not is_here(scope):
            raise AccessDeniedException("The metrics are for callers on the same machine.")
        return Reply(
            await asyncio.get_running_loop().run_in_executor(None, self._metrics.text), content_type=CONTENT_TYPE
        )

    async def _copied(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        if not self._guard.is_owner(scope):
            raise AccessDeniedException("Only the user who owns the file may have it copied, from the same machine.")
        try:
            asked = msgspec.json.decode(await self._body(scope, receive), type=BackupRequest)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SerializationException(f"The request is not {{'to': PATH}}: {error}") from error
        try:
            size = await asyncio.get_running_loop().run_in_executor(None, self._back_up, Path(asked.to))
        except BackupError as error:
            raise InternalFailure(str(error)) from error
        return Reply(msgspec.json.encode(BackupDone(asked.to, size)))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The body of a request; one that is too long is not read to its end."""
        room = LARGEST_REQUEST - sum(len(name) + len(value) + 4 for name, value in scope["headers"])
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if told.isdigit() and int(told) > room:
            raise RequestEntityTooLargeException(f"A request has at most {LARGEST_REQUEST} bytes.")
        parts: list[bytes] = []
        while True:
            message = await self._part(receive)
            if message["type"] == "http.disconnect":
                return b""
            parts.append(message.get("body", b""))
            room -= len(parts[-1])
            if room < 0:
                raise RequestEntityTooLargeException(f"A request has at most {LARGEST_REQUEST} bytes.")
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _part(self, receive: Receive) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._body_pause_s) as timeout:
                self._bodies.add(timeout)
                try:
                    return await receive()
                finally:
                    self._bodies.discard(timeout)
        except TimeoutError:
            raise SerializationException("The body of the request did not come.") from None
