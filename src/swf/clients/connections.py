"""HTTP connections that are kept open, and can be told from another thread that no more is wanted."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
import weakref
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httptools

from swf.exceptions import Unreachable


@dataclass(frozen=True, slots=True)
class Timeouts:
    """For how many seconds a server is waited for: to connect, for an answer, for that of a poll.

    A poll is answered after 60 s at the latest.
    """

    connect_s: float = 5.0
    call_s: float = 30.0
    poll_s: float = 75.0

    def of(self, *, is_poll: bool) -> float:
        """For the answer to a call."""
        return self.poll_s if is_poll else self.call_s


TIMEOUTS: Final = Timeouts()
"""Of deciders and workers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection to a plain HTTP server, for one request at a time."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        """Connects, within *timeout_s* seconds; raises OSError."""
        self._socket = socket.create_connection((host, port), timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.is_reusable = True
        """Whether another request may follow."""

    def is_dropped(self) -> bool:
        """Whether the server has closed the idle connection (or says something nobody asked for)."""
        waiting = select.poll()  # not select.select, which cannot look at a process's thousandth connection
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(0))

    def send(self, request: bytes) -> None:
        """Sends head and body of a request; raises OSError."""
        self._socket.sendall(request)

    def receive(self, timeout_s: float) -> Reply:
        """The answer; raises OSError, also if the server closes before it is whole."""
        parser = _Parser()
        give_up_at = time.monotonic() + timeout_s
        while not parser.is_complete:
            self._socket.settimeout(max(0.001, give_up_at - time.monotonic()))
            data = self._socket.recv(1 << 18)
            if not data:
                raise ConnectionError("the connection was closed before the answer was whole")
            parser.feed(data)
        self.is_reusable &= parser.keeps_alive
        return parser.reply()

    def hang_up(self) -> None:
        """Says that nothing more will be asked; an answer that is on its way is still received."""
        self.is_reusable = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()


class _Parser:
    """Takes an answer apart."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self.is_complete = False
        self.keeps_alive = True

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise ConnectionError(f"the server does not speak HTTP: {error}") from error

    def reply(self) -> Reply:
        return Reply(self._parser.get_status_code(), self._headers, bytes(self._body))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.is_complete = True
        self.keeps_alive = self._parser.should_keep_alive()


class Connections:
    """The connections to one server, as many as calls are on their way. Any number of threads may share them."""

    def __init__(self, url: str, *, connect_s: float = TIMEOUTS.connect_s) -> None:
        """*url* is that of a plain HTTP server: ``http://host:port``; connecting takes *connect_s* seconds at most."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url!r} is no http:// address")
        self.url = url
        self._address = parts.hostname, parts.port or 80
        self._connect_s = connect_s
        self._idle: list[Connection] = []
        self._interruptible: set[Connection] = set()
        self._lock = threading.Lock()
        self._is_interrupted = False
        weakref.finalize(self, _close_all, self._idle)

    def exchange(self, request: bytes, timeout_s: float, *, is_interruptible: bool = False) -> Reply:
        """The answer to a request, head and body; raises Unreachable.

        An interruptible one is given up by :meth:`interrupt`; its answer, if there is one already, is returned.
        """
        connection = self.begin(request, is_interruptible=is_interruptible)
        return self.end(connection, timeout_s)

    def begin(self, request: bytes, *, is_interruptible: bool = False) -> Connection:
        """Sends a request; the answer comes from :meth:`end`, which must be called."""
        connection = None
        try:
            connection = self._take()
            connection.send(request)
        except OSError as error:
            if connection is not None:
                connection.close()
            raise self._unreachable(error) from error
        if is_interruptible:
            with self._lock:
                self._interruptible.add(connection)
                if self._is_interrupted:
                    connection.hang_up()
        return connection

    def end(self, connection: Connection, timeout_s: float) -> Reply:
        """The answer to what :meth:`begin` has sent."""
        try:
            reply = connection.receive(timeout_s)
        except OSError as error:
            with self._lock:
                self._interruptible.discard(connection)
            connection.close()
            raise self._unreachable(error) from error
        except BaseException:
            with self._lock:
                self._interruptible.discard(connection)
            connection.close()
            raise
        with self._lock:
            self._interruptible.discard(connection)
            if connection.is_reusable:
                self._idle.append(connection)
                return reply
        connection.close()
        return reply

    def interrupt(self) -> None:
        """Gives up the interruptible requests that wait now, and all later ones. Another thread may call it."""
        with self._lock:
            self._is_interrupted = True
            for connection in self._interruptible:
                connection.hang_up()

    def close(self) -> None:
        """Closes the idle connections, as happens by itself when nobody needs them any more."""
        _close_all(self._idle)

    def _take(self) -> Connection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return Connection(*self._address, self._connect_s)
            if not connection.is_dropped():
                return connection
            connection.close()

    def _unreachable(self, error: OSError) -> Unreachable:
        why = "it did not answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
        return Unreachable(f"no answer from {self.url}: {why}")


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()
