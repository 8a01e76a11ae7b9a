"""The connection of a caller, and the question whether it still listens."""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CALLER: Final = "swf.caller"
"""The key of the :class:`Caller` in the scope of a request."""
CALLERS_KEPT: Final = 16
"""Requests behind each other on one connection of which it is remembered who waits."""
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

    def on_message_begin(self) -> None:
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
        super().connection_lost(exc)
        self._hang_up()
