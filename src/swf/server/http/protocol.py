"""The connection of a caller, and the question whether it still listens."""

from __future__ import annotations

import asyncio
import select
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CALLER: Final = "swf.caller"
"""The key of the :class:`Caller` in the scope of a request."""
CALLERS_KEPT: Final = 16
"""Requests behind each other on one connection of which it is remembered who waits."""
LARGEST_HEAD: Final = 1024 * 1024
"""Bytes; it comes before anybody can be asked for a key."""
HEAD_S: Final = 20.0
"""How long the rest of a head may take."""
_GONE: Final = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Caller:
    """Who waits for the answer to one request."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.on_hang_up: Callable[[], None] | None = None
        """Called in the loop when the caller has gone, or will send no more."""

    def is_gone(self) -> bool:
        """Whether nobody listens any more. Asks the socket, for the loop learns of it one pass later."""
        if self._transport.is_closing():
            return True
        socket = self._transport.get_extra_info("socket")
        if socket is None:
            return False
        waiting = select.poll()
        waiting.register(socket.fileno(), _GONE)
        return bool(waiting.poll(0))

    def hang_up(self) -> None:
        """The caller has gone."""
        if self.on_hang_up is not None:
            self.on_hang_up()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which says who the caller is and when it hangs up.

    A caller that closes its side for writing has given up its poll, yet takes an answer that is on its way.
    """

    _callers: deque[Caller]
    """Those of this connection whose requests may still wait; a client may send the next before it has the answer."""

    _head_size = 0
    """Bytes of a head that is not complete."""
    _head_timer: asyncio.TimerHandle | None = None
    _is_in_head = False

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head_size += len(data)
        if self._head_size > LARGEST_HEAD:
            self._refuse_head(b"413 Content Too Large")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._refuse_head, b"408 Request Timeout")

    def _refuse_head(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._end_head()
        super().on_headers_complete()

    def _end_head(self) -> None:
        self._head_size = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()
        caller = Caller(self.transport)
        if not hasattr(self, "_callers"):
            self._callers = deque(maxlen=CALLERS_KEPT)
        self._callers.append(caller)
        self.scope[CALLER] = caller  # type: ignore[typeddict-unknown-key]  # ours, beside those of ASGI

    def _hang_up(self) -> None:
        for caller in getattr(self, "_callers", ()):
            caller.hang_up()

    def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn closes at once
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            return None  # nothing was asked, or half a request that will never be whole
        self.cycle.keep_alive = False
        self._hang_up()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)
        self._hang_up()
