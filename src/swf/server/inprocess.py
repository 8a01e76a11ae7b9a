"""A client in the process of its service: no copy, the turn runs in the caller's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from swf.protocol.base import Request
from swf.protocol.faults import Fault
from swf.protocol.operations import PollForActivityTask, PollForDecisionTask
from swf.protocol.refusal import check
from swf.server.pending import Pending
from swf.server.service import Service

Result = TypeVar("Result")


class InProcessClient:
    """Answers requests by running the service. Any number of threads may share one."""

    def __init__(self, service: Service, *, poll_wait_s: float = 60.0) -> None:
        """A poll waits at most *poll_wait_s* seconds; 0 answers at once."""
        self.service = service
        self.poll_wait_s = poll_wait_s
        self._waiting: dict[int, Pending] = {}
        self._lock = threading.Lock()
        self._is_stopped = False
        self._checked: Request[Any] | None = None
        """The poll that was checked last: pollers send the same one again and again."""

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault."""
        pending = self._pending(request)
        try:
            self._submit([pending])
            answer = self._answer(pending)
        finally:
            self._leave_none(pending)
        return _raised(answer)  # type: ignore[no-any-return]  # the operation says what it answers

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """The task of the poll, from one round of the service with the response."""
        responding, polling = self._pending(response), self._pending(poll)
        try:
            self._submit([responding, polling])
            heard(self._answer(responding))
            answer = self._answer(polling)
        finally:
            self._leave_none(responding, polling)
        return _raised(answer)  # type: ignore[no-any-return]  # the operation says what it answers

    def call_together(self, first: Request[Any], second: Request[Any], /) -> tuple[Any | Fault, Any | Fault]:
        """Both answers, from one round of the service; faults are returned."""
        pendings = self._pending(first), self._pending(second)
        try:
            self._submit(list(pendings))
            return self._answer(pendings[0]), self._answer(pendings[1])
        finally:
            self._leave_none(*pendings)

    def stop_polling(self) -> None:
        """Answers the polls that wait now, and all later ones, at once and empty."""
        with self._lock:
            self._is_stopped = True
            waiting = list(self._waiting.values())
        self.service.give_up(waiting)

    def _submit(self, pendings: list[Pending]) -> None:
        self.service.submit([pending for pending in pendings if not pending.is_done])

    def _answer(self, pending: Pending) -> Any | Fault:
        """What was answered, once it is safe; a poll that waits in vain is answered empty."""
        if isinstance(pending, _Poll) and not pending.answered.wait(self.poll_wait_s):
            self.service.give_up([pending])
        self.service.make_safe(pending)
        return pending.answer

    def _leave_none(self, *pendings: Pending) -> None:
        """Whatever interrupts the wait, no poll stays behind that would swallow a task."""
        for pending in pendings:
            if isinstance(pending, _Poll):
                with self._lock:
                    self._waiting.pop(id(pending), None)
            if not pending.is_done:
                self.service.give_up([pending])

    def _pending(self, request: Request[Any]) -> Pending:
        is_poll = isinstance(request, PollForDecisionTask | PollForActivityTask)
        if request is not self._checked:
            try:
                check(request)
            except Fault as fault:
                refused = Pending(request)
                refused.finish(fault)
                return refused
            if is_poll:
                self._checked = request
        if not is_poll:
            return Pending(request)
        with self._lock:
            if self._is_stopped or self.poll_wait_s <= 0:
                return Pending(request)
            poll = _Poll(request)
            self._waiting[id(poll)] = poll
            return poll


def _raised(answer: Any | Fault) -> Any:
    if isinstance(answer, Fault):
        raise answer
    return answer


class _Poll(Pending):
    """A poll on which its caller's thread sleeps."""

    def __init__(self, request: Request[Any]) -> None:
        super().__init__(request, may_wait=True)
        self.answered = threading.Event()

    def finish(self, answer: Any | Fault, lsn: int = 0) -> None:
        super().finish(answer, lsn)
        self.answered.set()
