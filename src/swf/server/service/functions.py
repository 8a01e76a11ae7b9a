"""The internal command by which the service hears that a Lambda function has ended."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request
from swf.server.machine.functions import Raised, Returned, end_function
from swf.server.service.round import Round


class FunctionEnded(Request[None], frozen=True, kw_only=True):
    """The call of a function is over. No client can send this: it is in no list of operations."""

    RESULT: ClassVar = None

    execution: int
    scheduled_event_id: int
    outcome: Returned | Raised


def function_ended(round: Round, request: FunctionEnded) -> None:
    """Records it, unless the execution has closed or the call has timed out meanwhile."""
    warm = round.service.histories.find(request.execution)
    if warm is None:
        return
    round.expire(warm)
    if not warm.execution.is_open:
        return
    turn = round.turn(warm)
    end_function(turn, request.scheduled_event_id, request.outcome)
    round.settle(warm, turn)
