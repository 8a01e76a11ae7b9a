"""Waiting until an execution is closed: told by the service where that is in this process, else with growing pauses."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from simpleflow.exceptions import ExecutionNotFound
from simpleflow.swf import setup
from swf.client import Client
from swf.clients.retrying import passes
from swf.exceptions import SWFError
from swf.protocol.faults import Fault, UnknownResourceFault
from swf.protocol.operations import DescribeWorkflowExecution
from swf.protocol.values import CloseStatus, ExecutionStatus, WorkflowExecution

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 5.0
TOLD_PAUSE_S: Final = 30.0
"""How long is waited for the service's word before it is asked nevertheless."""


class Service(Protocol):
    """The service of this process, as those who wait see it."""

    @property
    def is_closed(self) -> bool: ...

    def on_closings(self, listener: Callable[[], None]) -> Callable[[], None]: ...


class Closing(Protocol):
    """How it is waited until an execution is closed."""

    def until_closed(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        """The last run of the chain, closed. Raises TimeoutError after *timeout* seconds; None: never."""

    async def until_closed_async(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        """The same for who awaits it."""


class Watch:
    """Looks after executions of one domain."""

    def __init__(self, client: Client, domain: str, service: Callable[[], Service | None]) -> None:
        """*service* is asked for the service in this process; None if there is none."""
        self._client = client
        self._domain = domain
        self._service = service

    def until_closed(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        """Looks again whenever something has closed, or after a pause."""
        looking = _Looking(self, execution, timeout)
        woken = threading.Event()
        end = self._listen(woken.set)
        try:
            for pause in looking.pauses(is_told=end is not None):
                woken.wait(pause)
                woken.clear()
        finally:
            if end is not None:
                end()
        return looking.execution

    async def until_closed_async(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        """The same; meanwhile no thread waits."""
        looking = _Looking(self, execution, timeout)
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

        end = self._listen(wake)
        pauses = looking.pauses(is_told=end is not None)
        try:
            while (pause := await asyncio.to_thread(next, pauses, None)) is not None:
                try:
                    await asyncio.wait_for(woken.wait(), pause)
                except TimeoutError:
                    pass
                woken.clear()
        finally:
            if end is not None:
                end()
        return looking.execution

    def _listen(self, listener: Callable[[], None]) -> Callable[[], None] | None:
        service = self._service()
        return None if service is None else service.on_closings(listener)

    def look(self, execution: WorkflowExecution) -> tuple[WorkflowExecution, bool]:
        """The newest run of the chain, and whether it is closed. Raises ExecutionNotFound."""
        try:
            while True:
                execution = setup.last_run(self._client, self._domain, execution)
                about = DescribeWorkflowExecution(domain=self._domain, execution=execution)
                info = self._client.call(about).execution_info
                if info.close_status is not CloseStatus.CONTINUED_AS_NEW:
                    return execution, info.execution_status is not ExecutionStatus.OPEN
        except UnknownResourceFault as fault:
            raise ExecutionNotFound(f"{fault} (in domain {self._domain!r})") from fault

    def is_over(self) -> bool:
        """Whether the service of this process was closed, so that nobody will ever answer."""
        service = self._service()
        return service is not None and service.is_closed


class _Looking:
    """One wait."""

    def __init__(self, watch: Watch, execution: WorkflowExecution, timeout: float | None) -> None:
        self._watch = watch
        self.execution = execution
        self._timeout = timeout
        self._complaint = ""

    def pauses(self, *, is_told: bool) -> Iterator[float]:
        """Seconds to wait before the next look; ends when the execution is closed."""
        give_up_at = None if self._timeout is None else time.monotonic() + self._timeout
        pause = TOLD_PAUSE_S if is_told else FIRST_PAUSE_S
        while not self._is_closed():
            left = pause if give_up_at is None else give_up_at - time.monotonic()
            if left <= 0:
                raise TimeoutError(
                    f"the execution {self.execution.workflow_id!r} is still open after {self._timeout:g} s; it goes on"
                )
            yield min(pause, left)
            pause = pause if is_told else min(LONGEST_PAUSE_S, pause * 1.5)

    def _is_closed(self) -> bool:
        """One look. What may pass is waited for, and told once: a wait may be longer than an outage."""
        try:
            self.execution, is_closed = self._watch.look(self.execution)
        except (Fault, SWFError) as error:
            if not passes(error) or self._watch.is_over():
                raise
            if self._complaint != str(error):
                self._complaint = str(error)
                log.warning("%s; still waiting for %s", error, self.execution.workflow_id)
            return False
        return is_closed
