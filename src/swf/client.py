"""The seam between those who use SWF and those who provide it: a client that answers requests.

Everything that polls, responds, starts or lists holds a :class:`Client`; which one is decided at the edge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from swf.protocol.base import Request

Result = TypeVar("Result")


class Client(Protocol):
    """Something that answers requests of the SWF API."""

    def call(self, request: Request[Result], /) -> Result:
        """The answer to *request*; None where the operation has none.

        A poll waits until a task is there or the service gives up (an answer without a task token).
        Raises the :class:`~swf.protocol.faults.Fault` that the service answers, and
        :class:`~swf.exceptions.Unreachable` if it does not answer.
        """
        ...

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """The answer to *poll*, sent together with the *response* to the task before: they share one sync.

        *heard* is told what became of the response: None, it was accepted, or the error. It is called as soon as
        that is known, before the poll is answered, in this thread or another.
        """
        ...

    def stop_polling(self) -> None:
        """Answers the polls that wait now, and all later ones, at once and empty. Other threads may call it."""
        ...
