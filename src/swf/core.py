"""The seam between those who use SWF and those who provide it: a client that answers requests.

Everything that polls, responds, starts or lists holds a :class:`Client`; which one is decided at the edge.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from swf.protocol.base import Request
from swf.protocol.faults import Fault

Result = TypeVar("Result")


class Client(Protocol):
    """Something that answers requests of the SWF API."""

    def call(self, request: Request[Result], /) -> Result:
        """The answer to *request*; None where the operation has none.

        A poll waits until a task is there or the service gives up (an answer without a task token).
        Raises the :class:`~swf.protocol.faults.Fault` that the service answers.
        """
        ...

    def call_together(self, first: Request[Any], second: Request[Any], /) -> tuple[Any | Fault, Any | Fault]:
        """The answers to two requests that need not wait for each other, faults returned, not raised.

        A worker sends its response and its next poll this way, so that both share one sync of the log.
        """
        ...

    def stop_polling(self) -> None:
        """Answers the polls that wait now, and all later ones, at once and empty. Other threads may call it."""
        ...
