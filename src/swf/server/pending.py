"""A call on its way: what is asked, and, once it is there, the answer."""

from __future__ import annotations

from typing import Any, Final

from swf.protocol.base import Request
from swf.protocol.faults import Fault

REGION: Final = "us-east-1"
"""Where the service is for callers who do not say."""


class Pending:
    """A request and its answer. Written by whoever holds the turn, read by the caller."""

    __slots__ = ("answer", "is_done", "lsn", "may_wait", "region", "request")

    def __init__(self, request: Request[Any], *, may_wait: bool = False) -> None:
        """*may_wait*: a poll that finds no task waits for one."""
        self.request = request
        self.may_wait = may_wait
        self.region = REGION
        """The region under which the caller knows the service; it shows in ARNs alone."""
        self.is_done = False
        self.answer: Any | Fault = None
        """The result, or the fault, once :attr:`is_done`."""
        self.lsn = 0
        """The commit that must be on disk before the answer may leave."""

    def finish(self, answer: Any | Fault, lsn: int = 0) -> None:
        """Gives the answer; called with the turn held."""
        self.answer = answer
        self.lsn = lsn
        self.is_done = True

    def is_gone(self) -> bool:
        """Whether the caller has left, so that its poll must get no task; called with the turn held."""
        return False
