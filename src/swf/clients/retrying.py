"""Calls that are repeated while the service cannot be reached, is throttled or fails, with growing random pauses."""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from swf.client import Client
from swf.clients.answers import is_poll, no_task
from swf.exceptions import BAD_CREDENTIALS, ConfigurationError, ResponseError, SWFError, Unreachable
from swf.protocol.base import Request
from swf.protocol.faults import Fault, InternalFailure, OtherFault, ThrottlingException

Result = TypeVar("Result")

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 10.0
AT_ONCE_S: Final = 0.5
"""An empty answer to a poll that came faster was not waited for."""
PASSING: Final = frozenset(
    {
        "InternalError",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "TooManyRequestsException",
    }
)
"""Codes of faults of Amazon's front doors that pass by themselves."""
TOO_MANY_REQUESTS: Final = 429
SERVER_ERRORS: Final = 500


def passes(error: Exception) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, Fault):
        if isinstance(error, OtherFault) and (error.status == TOO_MANY_REQUESTS or error.status >= SERVER_ERRORS):
            return True
        return isinstance(error, ThrottlingException | InternalFailure) or error.code in PASSING
    return isinstance(error, Unreachable | ResponseError)


def is_about_caller(error: Exception) -> bool:
    """Whether the call was refused because of who has made it: the same one may succeed with fresh credentials."""
    return isinstance(error, ConfigurationError) or (isinstance(error, Fault) and error.code in BAD_CREDENTIALS)


class Backoff:
    """Pauses that double up to a limit, each of a random part of its length so that many callers spread."""

    def __init__(self, *, first_s: float = FIRST_PAUSE_S, longest_s: float = LONGEST_PAUSE_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    def next_s(self) -> float:
        """Seconds to wait after one more failure."""
        longest = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return longest * random.SystemRandom().uniform(0.5, 1.0)  # the numbers of whoever seeds `random` stay theirs

    def reset(self) -> None:
        """The next failure is a first one."""
        self._failures = 0


class RetryingClient:
    """Repeats what may succeed later. Says so in the log, once, and when it is over, unless its patience has an end:
    then the error itself is told.

    Polls are repeated whatever the error is, for as long as it takes: a domain may be registered later, rights be
    given. One that is answered at once and empty, by a service that does not wait, is followed by a pause.
    """

    def __init__(self, client: Client, *, patience_s: float = math.inf, polls_for_ever: bool = True) -> None:
        """*patience_s*: seconds after which the last error of other calls is raised.

        Without *polls_for_ever* polls are calls as any other: repeated while that may help, for so long.
        """
        self._client = client
        self._patience_s = patience_s
        self._polls_for_ever = polls_for_ever
        self._ended = threading.Event()
        self._complaint: str | None = None
        self._idle = threading.local()

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault that does not pass, or the last error when patience is over.

        A response may have been taken although its answer was lost: then its repetition is refused with
        UnknownResourceFault, which means that it need not be sent again.
        """
        if is_poll(request) and self._polls_for_ever:
            return self._poll(request, None)
        return self._call(request, None)

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """As :meth:`call`, for both."""

        def hear(error: Exception | None) -> None:
            if error is not None and self._may_pass(error):
                try:
                    self._call(response, error)
                except (Fault, SWFError) as last:
                    error = last
                else:
                    error = None
            heard(error)

        try:
            return self._client.respond_and_poll(response, poll, hear)
        except (Fault, SWFError) as error:
            return self._poll(poll, error)

    def stop_polling(self) -> None:
        """Ends the polls that wait now, and all later ones. Other calls are repeated as before."""
        self._ended.set()
        self._client.stop_polling()

    def _call(self, request: Request[Result], error: Exception | None) -> Result:
        """The answer; *error* is what a first attempt has raised, None if there was none."""
        pauses = Backoff()
        give_up_at = time.monotonic() + self._patience_s
        while True:
            if error is not None:
                pause = pauses.next_s()
                if not self._may_pass(error) or time.monotonic() + pause > give_up_at:
                    raise error
                self._complain(error)
                time.sleep(pause)
            try:
                answer = self._client.call(request)
            except (Fault, SWFError) as latest:
                error = latest
            else:
                self._relax()
                return answer

    def _may_pass(self, error: Exception) -> bool:
        """Who waits without end waits for credentials too; who does not is told of them at once."""
        return passes(error) or (self._patience_s == math.inf and is_about_caller(error))

    def _poll(self, request: Request[Result], error: Exception | None) -> Result:
        pauses = Backoff()
        while True:
            if error is not None:
                self._complain(error)
                if self._ended.wait(pauses.next_s()):
                    return no_task(request)
            began = time.monotonic()
            try:
                task = self._client.call(request)
            except (Fault, SWFError) as latest:
                error = latest
                continue
            self._relax()
            self._rest(task, time.monotonic() - began)
            return task

    def _rest(self, task: object, waited_s: float) -> None:
        """Pauses after a poll that found nothing and did not wait for it."""
        pauses: Backoff | None = getattr(self._idle, "pauses", None)
        if pauses is None:
            pauses = self._idle.pauses = Backoff(first_s=0.02, longest_s=1.0)
        if getattr(task, "task_token", None) is not None or waited_s > AT_ONCE_S:
            pauses.reset()
        else:
            self._ended.wait(pauses.next_s())

    def _complain(self, error: Exception) -> None:
        if self._patience_s == math.inf and self._complaint != str(error):
            self._complaint = str(error)
            log.warning("%s; trying again until that changes", error)

    def _relax(self) -> None:
        if self._complaint is not None:
            self._complaint = None
            log.warning("the service answers again")
