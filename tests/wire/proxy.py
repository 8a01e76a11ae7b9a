"""A proxy that loses what it is told to lose, as networks do."""

from __future__ import annotations

import select
import socket
import threading
from collections import Counter, deque
from typing import Final, Literal
from urllib.parse import urlsplit

Loss = Literal["request", "answer", "broken"]
"""What is thrown away; *broken*: instead of the answer a page of HTML comes, as from a gateway."""
BROKEN: Final = b"<html>\n<body>Service Unavailable</body>\n</html>"


class Proxy:
    """Passes HTTP requests to a server, one after the other on each connection, and keeps the connections.

    What is in *losses* befalls the next requests of an operation: the request or the answer is thrown away and the
    connection cut.
    """

    def __init__(self, url: str) -> None:
        self._server = "127.0.0.1", urlsplit(url).port or 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.losses: dict[str, deque[Loss]] = {}
        self.lost: list[tuple[str, Loss]] = []
        self.passed: Counter[str] = Counter()
        """How many requests of each operation reached the server."""
        self.passes = threading.Event()
        self.passes.set()
        """While this is not set, requests are held back."""
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, operation: str, *losses: Loss) -> None:
        """From now on, for the next requests of this operation."""
        self.losses.setdefault(operation, deque()).extend(losses)

    def close(self) -> None:
        """Cuts all connections."""
        self.passes.set()
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._pass, args=(connection,), daemon=True).start()

    def _pass(self, caller: socket.socket) -> None:
        server: socket.socket | None = None
        try:
            server = socket.create_connection(self._server)
            self._open.add(server)
            while True:
                request = _message(caller)
                if not request:
                    return
                target = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"x-amz-target"))
                operation = target.rpartition(b".")[2].decode()
                losses = self.losses.get(operation)
                loss = losses.popleft() if losses else None
                if loss is not None:
                    self.lost.append((operation, loss))
                if loss == "request":
                    return
                if loss == "broken":
                    caller.sendall(b"HTTP/1.1 503 No\r\nContent-Length: %d\r\n\r\n%b" % (len(BROKEN), BROKEN))
                    continue
                self.passes.wait()
                server.sendall(request)
                self.passed[operation] += 1
                answer = _answer(server, caller)
                if loss == "answer":
                    return
                caller.sendall(answer)
        except OSError:
            pass
        finally:
            for each in (caller, server):
                if each is not None:
                    self._open.discard(each)
                    each.close()


def _answer(server: socket.socket, caller: socket.socket) -> bytes:
    """The answer; the server is told meanwhile if the caller gives up."""
    while server not in select.select([server, caller], [], [])[0]:
        server.shutdown(socket.SHUT_WR)
        select.select([server], [], [])
    return _message(server)


def _message(connection: socket.socket) -> bytes:
    """A whole HTTP message whose length is told; nothing if the connection has ended."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(1 << 16)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    told = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    length = int(told[0].partition(b":")[2]) if told else 0
    while len(body) < length:
        more = connection.recv(1 << 16)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body
