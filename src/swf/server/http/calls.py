"""Calls from an event loop: those of one pass make one round, and share its sync of the log."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from swf.protocol.base import Request
from swf.protocol.faults import Fault
from swf.protocol.operations import PollForActivityTask, PollForDecisionTask
from swf.server.http.protocol import Caller
from swf.server.pending import Pending
from swf.server.service import Service

log = logging.getLogger(__name__)

FEW_CALLS: Final = 4
SHORT_SYNC_S: Final = 0.001
"""Up to so many calls and so long a sync, the loop syncs itself: that spares two switches of threads."""
PATIENCE_S: Final = 0.005
"""How long the loop waits for the turn itself; beyond, a thread does, so that ``/health`` is answered."""


class Call(Pending):
    """A request that came over HTTP."""

    __slots__ = ("_caller", "_calls", "answered", "timer")

    def __init__(self, request: Request[Any], calls: Calls, caller: Caller, region: str, *, may_wait: bool) -> None:
        super().__init__(request, may_wait=may_wait)
        self.region = region
        self._calls = calls
        self._caller = caller
        self.answered: asyncio.Future[None] = calls.loop.create_future()
        self.timer: asyncio.TimerHandle | None = None
        """Ends the wait of a poll; None for a call that does not wait."""

    def finish(self, answer: Any | Fault, lsn: int = 0) -> None:
        super().finish(answer, lsn)
        self._calls.hear(self)

    def is_gone(self) -> bool:
        return self._caller.is_gone()


class Calls:
    """Brings calls to a service. All methods but :meth:`hear` belong to the loop's thread."""

    def __init__(self, service: Service, *, poll_wait_s: float) -> None:
        """A poll waits at most *poll_wait_s* seconds. Made in the loop."""
        self.loop = asyncio.get_running_loop()
        self._service = service
        self._poll_wait_s = poll_wait_s
        self._thread = threading.get_ident()
        self._batch: list[Call] = []
        self._waiting: set[Call] = set()
        self._held: list[Call] = []
        self._heard: list[Call] = []
        self._hearing = threading.Lock()
        self._is_called = False
        self._is_stopped = False
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix="swf-sync")
        self._is_syncing = False
        self._submitter = ThreadPoolExecutor(1, thread_name_prefix="swf-submit")
        self._is_behind = False
        """Whether that thread waits for the turn, to run what was left."""
        self._mean_sync_s = 0.0

    async def answer(self, request: Request[Any], caller: Caller, region: str) -> Any | Fault:
        """The answer to a request that has been checked, from a caller who takes this for *region*."""
        is_poll = isinstance(request, PollForActivityTask | PollForDecisionTask)
        call = Call(request, self, caller, region, may_wait=is_poll and not self._is_stopped and self._poll_wait_s > 0)
        if not self._batch:
            self.loop.call_soon(self._turn)
        self._batch.append(call)
        if is_poll:
            caller.on_hang_up = lambda: self._give_up(call)
        await call.answered
        caller.on_hang_up = None
        return call.answer

    def stop(self) -> None:
        """Answers waiting polls, and all that come, at once and empty."""
        self._is_stopped = True
        self._service.give_up(list(self._waiting))

    def close(self) -> None:
        """Ends the threads that sync, and wait for the turn."""
        self._syncer.shutdown()
        self._submitter.shutdown()

    def hear(self, call: Call) -> None:
        """A call is answered, by whichever thread had the turn. The loop is woken once for many."""
        with self._hearing:
            self._heard.append(call)
            if self._is_called:
                return
            self._is_called = True
        if threading.get_ident() == self._thread:
            self.loop.call_soon(self._release)
            return
        try:
            self.loop.call_soon_threadsafe(self._release)
        except RuntimeError:
            pass  # the loop has ended, and with it all callers

    def _turn(self) -> None:
        batch, self._batch = self._batch, []
        try:
            if not self._service.submit(batch, wait_s=0 if self._is_behind else PATIENCE_S) and not self._is_behind:
                self._is_behind = True
                self.loop.run_in_executor(self._submitter, self._service.submit, ()).add_done_callback(self._caught_up)
        except Exception:
            log.exception("a round failed calls=%d", len(batch))
        for call in batch:
            if call.may_wait and not call.is_done:
                call.timer = self.loop.call_later(self._poll_wait_s, self._give_up, call)
                self._waiting.add(call)
        self._release()

    def _caught_up(self, done: asyncio.Future[bool]) -> None:
        self._is_behind = False
        if done.exception() is not None:
            log.error("a round failed", exc_info=done.exception())
        if not self._batch:
            self.loop.call_soon(self._turn)  # for what has come since, and was left

    def _give_up(self, call: Call) -> None:
        if not call.is_done:
            self._service.give_up([call])

    def _release(self) -> None:
        """Lets answers go that rest on nothing unsynced; has the rest synced."""
        with self._hearing:
            heard, self._heard = self._heard, []
            self._is_called = False
        for call in heard:
            if call.timer is not None:
                call.timer.cancel()
                self._waiting.discard(call)
        self._held += heard
        newest = max((call.lsn for call in self._held), default=0)
        if newest > self._service.database.synced and not self._is_syncing:
            if len(self._held) < FEW_CALLS and self._mean_sync_s < SHORT_SYNC_S:
                self._sync(newest)
            else:
                self._is_syncing = True
                self.loop.run_in_executor(self._syncer, self._sync, newest).add_done_callback(self._synced)
        synced = self._service.database.synced
        for call in self._held:
            if call.lsn <= synced and not call.answered.done():
                call.answered.set_result(None)
        self._held = [call for call in self._held if call.lsn > synced]

    def _sync(self, lsn: int) -> None:
        began = time.perf_counter()
        self._service.database.sync(lsn)
        self._mean_sync_s += 0.1 * (time.perf_counter() - began - self._mean_sync_s)

    def _synced(self, done: asyncio.Future[None]) -> None:
        self._is_syncing = False
        done.result()
        self._release()
