"""Lambda functions that the service has called: begun when that is on disk, ended by an internal command."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from swf.protocol.faults import InternalFailure
from swf.server.functions import Caller, FunctionCall, Functions
from swf.server.machine.functions import Raised, Returned
from swf.server.pending import Pending
from swf.server.service.functions import FunctionEnded
from swf.server.store.errors import DamagedHistory

if TYPE_CHECKING:
    from swf.server.service.service import Service

INTERRUPTED: Final = Raised(
    "Interrupted", "The service stopped while the function was running; whether it has finished is unknown."
)
"""Nobody will tell how the call ended, and it is not made again: its effects may be there already."""
REPEAT_AFTER_S: Final = 1.0
"""Seconds until an end that could not be written is told again."""
REFUSALS: Final = 3
"""How often an end may be refused while the file takes writes, before it is given up."""

log = logging.getLogger(__name__)


class Calls:
    """The calls of one service."""

    def __init__(self, service: Service, functions: Functions) -> None:
        self._service = service
        self._caller = Caller(functions, self._ended)

    def begin(self, calls: Sequence[FunctionCall]) -> None:
        """Has the functions called as soon as it is on disk that they are. The round that says so is committed."""
        lsn = self._service.database.committed
        for call in calls:
            self._caller.call(call, partial(self._may_begin, call, lsn))

    def give_up(self, execution: int, scheduled_event_id: int) -> None:
        """The call has timed out or its execution has closed."""
        self._caller.give_up(execution, scheduled_event_id)

    def stop(self) -> None:
        """Calls no more; what runs is left alone, and nobody hears how it ends."""
        self._caller.stop()

    def _may_begin(self, call: FunctionCall, lsn: int) -> bool:
        """Whether it is on disk that the function has started, and somebody still waits for its end."""
        service = self._service
        service.database.sync(lsn)
        with service.turn:
            if service.is_closed:
                return False
            try:
                warm = service.histories.find(call.execution)
            except DamagedHistory:
                return False
            function = warm.execution.lambda_functions.get(call.scheduled_event_id) if warm else None
            if warm is None or not warm.execution.is_open or function is None or function.started is None:
                return False
            return service.clock.now() < function.started.timestamp + call.timeout_s

    def _ended(self, call: FunctionCall, outcome: Returned | Raised) -> None:
        """Tells the execution, again and again while nothing can be written."""
        ended = FunctionEnded(execution=call.execution, scheduled_event_id=call.scheduled_event_id, outcome=outcome)
        refusals = 0
        while not self._service.is_closed:
            pending = Pending(ended)
            self._service.submit([pending])
            if not isinstance(pending.answer, InternalFailure):
                return
            refusals += self._service.writing.obstacle is None  # which may just have gone
            if refusals == REFUSALS:
                log.error("end of function lost name=%s, it will time out: %s", call.name, pending.answer.message)
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
