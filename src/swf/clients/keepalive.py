"""Straight to a service that asks for no signature, over connections that are kept: the embedded one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from swf.clients.answers import is_poll, no_task, read_answer
from swf.clients.connections import TIMEOUTS, Connections, Reply, Timeouts
from swf.exceptions import Unreachable
from swf.protocol import wire
from swf.protocol.base import Request
from swf.protocol.refusal import check

Result = TypeVar("Result")


class KeepAliveClient:
    """Answers requests by asking a service at a plain HTTP address. Any number of threads may share one."""

    def __init__(self, url: str, *, bearer: str | None = None, timeouts: Timeouts = TIMEOUTS) -> None:
        """*url* is the address of the service: ``http://127.0.0.1:8000``.

        *bearer* shows a service that wants signatures that the caller may read its file; None: nothing is shown.
        """
        self.url = url
        self._connections = Connections(url, connect_s=timeouts.connect_s)
        self._timeouts = timeouts
        self._host = url.partition("//")[2].rstrip("/")
        self._bearer = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
        self._is_stopped = False

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault, or Unreachable."""
        waits = is_poll(request)
        if waits and self._is_stopped:
            return no_task(request)
        check(request)
        timeout_s = self._timeouts.of(is_poll=waits)
        reply = self._connections.exchange(self._packed(request), timeout_s, is_interruptible=waits)
        return read(request, reply)

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """Sends both on connections of their own before it waits for either answer."""
        check(poll)
        polling = None
        if not self._is_stopped:
            packed = self._packed(poll)
        try:
            check(response)
            responding = self._connections.begin(self._packed(response))
            if not self._is_stopped:
                with contextlib.suppress(Unreachable):  # then it is asked again below, when the response is known
                    polling = self._connections.begin(packed, is_interruptible=True)
            read(response, self._connections.end(responding, self._timeouts.call_s))
        except Exception as error:  # noqa: BLE001  # told, and asked for again if need be, by whoever has sent it
            heard(error)
        else:
            heard(None)
        if polling is None:
            return self.call(poll)  # stopped, or the service cannot be reached
        return read(poll, self._connections.end(polling, self._timeouts.poll_s))

    def stop_polling(self) -> None:
        """Ends the polls that wait now, and all later ones: empty, or with the task that was on its way."""
        self._is_stopped = True
        self._connections.interrupt()

    def close(self) -> None:
        """Closes what is idle."""
        self._connections.close()

    def _packed(self, request: Request[Any]) -> bytes:
        body = wire.encode(request)
        head = (
            f"POST / HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Target: SimpleWorkflowService.{type(request).__name__}\r\nContent-Length: {len(body)}\r\n"
            f"{self._bearer}\r\n"
        )
        return head.encode() + body


def read(request: Request[Result], reply: Reply) -> Result:
    """The answer in a reply; raises the fault in it, ResponseError for what is neither."""
    if reply.status >= 300:
        raise wire.decode_fault(reply.body, reply.status)
    return read_answer(request, reply.body)
