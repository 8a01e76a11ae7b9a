"""Lambda functions that the service has called: begun when that is on disk, ended by an internal command."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from swf.protocol.faults import InternalFailure
from swf.server.functions import Caller, FunctionCall, Functions
from swf.server.machine.functions import Raised, Returned
from swf.server.pending import Pending
from swf.server.service.functions import FunctionEnded

if TYPE_CHECKING:
    from swf.server.service.service import Service

INTERRUPTED: Final = Raised(
    "Interrupted", "The service stopped while the function was running; whether it has finished is unknown."
)
"""Nobody will tell how the call ended, and it is not made again: its effects may be there already."""
REPEAT_AFTER_S: Final = 1.0
"""Seconds until an end that could not be written is told again."""


class Calls:
    """The calls of one service."""

    def __init__(self, service: Service, functions: Functions) -> None:
        self._service = service
        self._caller = Caller(functions, self._ended)

    def begin(self, calls: Sequence[FunctionCall]) -> None:
        """Has the functions called as soon as it is on disk that they are. The round that says so is committed."""
        database = self._service.database
        lsn = database.committed
        for call in calls:
            self._caller.call(call, lambda: database.sync(lsn))

    def stop(self) -> None:
        """Calls no more; what runs is left alone, and nobody hears how it ends."""
        self._caller.stop()

    def _ended(self, call: FunctionCall, outcome: Returned | Raised) -> None:
        """Tells the execution, again and again while nothing can be written."""
        ended = FunctionEnded(execution=call.execution, scheduled_event_id=call.scheduled_event_id, outcome=outcome)
        while not self._service.is_closed:
            pending = Pending(ended)
            self._service.submit([pending])
            if not isinstance(pending.answer, InternalFailure):
                return
            time.sleep(REPEAT_AFTER_S)


def end_interrupted(service: Service) -> None:
    """Ends the calls that were running when the process before this one stopped."""
    service.submit(
        [
            Pending(FunctionEnded(execution=execution, scheduled_event_id=scheduled, outcome=INTERRUPTED))
            for execution, scheduled in service.database.connection.execute(
                "select execution, scheduled_event from functions"
            )
        ]
    )
