"""Watching over one activity: its signs of life passed on, its time kept, its cancellation brought about."""

from __future__ import annotations

import enum
import logging
import math
import time
from typing import Final

from simpleflow import settings
from simpleflow.attempt import LATER
from simpleflow.swf.process.child import Beat, Done, Told
from simpleflow.swf.process.children import Child
from swf.client import Client
from swf.exceptions import SWFError
from swf.protocol.faults import Fault, UnknownResourceFault
from swf.protocol.operations import RecordActivityTaskHeartbeat

log = logging.getLogger(__name__)

BEATS_PER_TIMEOUT: Final = 3
LEAST_S: Final = 1.0
"""Signs of life of an activity are passed on at most so often."""

PATIENCE_S: Final = 60.0
"""How long an activity without a heartbeat timeout may take to end when it was told of a cancel."""


class State(enum.Enum):
    """What a heartbeat has told."""

    GOES_ON = enum.auto()
    CANCELED = enum.auto()
    GONE = enum.auto()


class Canceled(Exception):
    """The activity was asked to cancel. *has_ended* by itself, with *details* as last words; else it is to be ended."""

    def __init__(self, details: str | None = None, *, has_ended: bool = False) -> None:
        super().__init__(details)
        self.details = details
        self.has_ended = has_ended


class Watch:
    """One activity that a child runs.

    An activity that gives signs of life itself is told of a cancel at its next one, and then has as long as its
    heartbeat timeout to end. Any other is ended.
    """

    def __init__(
        self, client: Client, child: Child, task_token: str, activity_id: str, limits: dict[str, int], longest_s: float
    ) -> None:
        """*limits* are its timeouts in seconds, as far as known. *longest_s* are the seconds between heartbeats at
        most."""
        self._client = client
        self._child = child
        self._token = task_token
        self._id = activity_id
        heartbeat, self._whole = limits.get("heartbeat"), limits.get("start_to_close")
        self._beat_s = longest_s if heartbeat is None else min(longest_s, max(0.2, heartbeat / BEATS_PER_TIMEOUT))
        self._least_s = min(LEAST_S, self._beat_s)
        self._patience_s = max(float(settings.ACTIVITY_SIGTERM_WAIT_SEC), heartbeat or PATIENCE_S)
        began = time.monotonic()
        self._ends_at = math.inf if self._whole is None else began + self._whole
        self._sent_at = -math.inf
        self._beats_at = began + self._beat_s
        self._gives_up_at = math.inf
        self._details: str | None = None
        self._is_unsent = False
        self._is_listening = False
        self._is_canceled = False

    def run(self) -> Done | None:
        """What became of the activity; None if nobody wants to know, and the child is to be ended.

        Raises Canceled, and ChildDied.
        """
        while True:
            left = min(self._beats_at, self._ends_at, self._gives_up_at) - time.monotonic()
            said = self._child.wait(None if left == math.inf else max(0.0, left))
            now = time.monotonic()
            match said:
                case Done():
                    return self._end(said)
                case Beat():
                    if not self._hear(said, now):
                        return None
                case None if now >= self._ends_at:
                    self._flush()
                    log.warning("activity ended, its time is over id=%s seconds=%s", self._id, self._whole)
                    return None
                case None if now >= self._gives_up_at:
                    log.warning("activity ended, it was asked to cancel and did not end id=%s", self._id)
                    raise Canceled
                case None:
                    if not self._goes_on():
                        return None

    def _end(self, done: Done) -> Done:
        if done.is_canceled and self._is_canceled:
            raise Canceled(done.last_words, has_ended=True)
        if done.is_later:
            self._details = LATER + (self._details or "")
            self._beat()
        return done

    def _hear(self, beat: Beat, now: float) -> bool:
        """Passes on a sign of life, now or soon, and tells the activity whether to cancel; False if it is gone."""
        self._is_listening = True
        if beat.details is not None:
            self._details, self._is_unsent = beat.details, True
        if now - self._sent_at >= self._least_s:
            if not self._goes_on():
                return False
        else:
            self._beats_at = min(self._beats_at, self._sent_at + self._least_s)
        self._child.send(Told(self._is_canceled))
        return True

    def _goes_on(self) -> bool:
        """Sends a heartbeat; False if the task is gone. Raises Canceled if it is to cancel and does not listen."""
        match self._beat():
            case State.GONE:
                return False
            case State.CANCELED:
                if not self._is_listening:
                    raise Canceled
                if not self._is_canceled:
                    self._is_canceled = True
                    self._gives_up_at = time.monotonic() + self._patience_s
        return True

    def _beat(self) -> State:
        self._sent_at = time.monotonic()
        self._beats_at = self._sent_at + self._beat_s
        try:
            status = self._client.call(RecordActivityTaskHeartbeat(task_token=self._token, details=self._details))
        except UnknownResourceFault as fault:
            log.warning("activity ended, the service does not know it any more id=%s: %s", self._id, fault)
            return State.GONE
        except (Fault, SWFError) as error:
            log.warning("heartbeat failed, next one follows id=%s: %s", self._id, error)
            return State.GOES_ON
        self._is_unsent = False
        return State.CANCELED if status.cancel_requested else State.GOES_ON

    def _flush(self) -> None:
        """The next attempt is told the last details, which may not have been sent yet."""
        if self._is_unsent:
            self._beat()
