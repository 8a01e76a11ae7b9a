"""A client in the process of its service: no copy, the turn runs in the caller's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
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

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault."""
        with closing(self._call([request])) as answers:
            return _raised(next(answers))  # type: ignore[no-any-return]  # the operation says what it answers

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """The task of the poll, from one round of the service with the response."""
        with closing(self._call([response, poll])) as answers:
            heard(next(answers))
            return _raised(next(answers))  # type: ignore[no-any-return]  # the operation says what it answers

    def call_together(self, first: Request[Any], second: Request[Any], /) -> tuple[Any | Fault, Any | Fault]:
        """Both answers, from one round of the service; faults are returned."""
        with closing(self._call([first, second])) as answers:
            return next(answers), next(answers)

    def stop_polling(self) -> None:
        """Answers the polls that wait now, and all later ones, at once and empty."""
        with self._lock:
            self._is_stopped = True
            waiting = list(self._waiting.values())
        self.service.give_up(waiting)

    def _call(self, requests: list[Request[Any]]) -> Generator[Any | Fault, None, None]:
        pendings = [self._pending(request) for request in requests]
        try:
            self.service.submit([pending for pending in pendings if not pending.is_done])
            for pending in pendings:
                if isinstance(pending, _Poll) and not pending.answered.wait(self.poll_wait_s):
                    self.service.give_up([pending])
                self.service.make_safe(pending)
                yield pending.answer
        finally:  # whatever interrupts the wait, no poll stays behind that would swallow a task
            with self._lock:
                for pending in pendings:
                    self._waiting.pop(id(pending), None)
            unanswered = [pending for pending in pendings if not pending.is_done]
            if unanswered:
                self.service.give_up(unanswered)

    def _pending(self, request: Request[Any]) -> Pending:
        try:
            check(request)
        except Fault as fault:
            refused = Pending(request)
            refused.finish(fault)
            return refused
        if not isinstance(request, PollForDecisionTask | PollForActivityTask):
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
