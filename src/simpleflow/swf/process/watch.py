"""Watching over one activity: its signs of life passed on, its time kept, its cancellation brought about."""

from __future__ import annotations

import logging
import math
import time
from typing import Final

from simpleflow import settings
from simpleflow.attempt import LATER
from simpleflow.swf.process.beats import Beats, Heard
from simpleflow.swf.process.child import Beat, Done, Told
from simpleflow.swf.process.hands import Hand
from swf.client import Client
from swf.protocol.faults import UnknownResourceFault

log = logging.getLogger(__name__)

BEATS_PER_TIMEOUT: Final = 3
LEAST_S: Final = 1.0
"""Signs of life of an activity are passed on at most so often."""

HEAR_EVERY_S: Final = 0.1
"""How often it is looked whether a heartbeat was answered."""
FLUSH_S: Final = 2.0
"""How long the last details of an attempt are waited for."""
PATIENCE_S: Final = 60.0
"""How long an activity without a heartbeat timeout may take to end when it was told of a cancel."""


class Canceled(Exception):
    """The activity was asked to cancel. *has_ended* by itself, with *details* as last words; else it is to be ended."""

    def __init__(self, details: str | None = None, *, has_ended: bool = False) -> None:
        super().__init__(details)
        self.details = details
        self.has_ended = has_ended


class Watch:
    """One activity that a child, or a thread, runs.

    An activity that gives signs of life itself is told of a cancel at its next one, and then has as long as its
    heartbeat timeout to end. Any other is ended. What runs in a thread cannot be ended: it is told, and waited for.
    """

    def __init__(
        self, client: Client, child: Hand, task_token: str, activity_id: str, limits: dict[str, int], longest_s: float
    ) -> None:
        """*limits* are its timeouts in seconds, as far as known. *longest_s* are the seconds between heartbeats at
        most."""
        self._child = child
        self._id = activity_id
        self._beats = Beats(client, task_token)
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
        self._given_up = "activity ended" if child.can_be_ended else "activity cannot be ended, it runs in a thread"
        self.is_late = False
        """Whether its start-to-close timeout was over before it ended."""

    @property
    def details(self) -> str | None:
        """What the activity has said in its last heartbeat."""
        return self._details

    def run(self) -> Done | None:
        """What became of the activity; None if nobody wants to know, and the child is to be ended.

        Raises Canceled, and ChildDied.
        """
        try:
            return self._run()
        finally:
            self._beats.end()

    def _run(self) -> Done | None:
        while True:
            next_look = HEAR_EVERY_S if self._beats.is_busy else self._beats_at - time.monotonic()
            left = min(next_look, min(self._ends_at, self._gives_up_at) - time.monotonic())
            match self._child.wait(None if left == math.inf else max(0.0, left)):
                case Done() as done:
                    return self._end(done)
                case Beat() as beat:
                    self._hear(beat)
            now = time.monotonic()
            if now >= self._ends_at:
                self._flush()
                log.warning("%s, its time is over id=%s seconds=%s", self._given_up, self._id, self._whole)
                self.is_late = True
                return None
            heard = self._beats.heard()
            if heard is not None and not self._heed(heard):
                return None
            if now >= self._gives_up_at:
                log.warning("activity ended, it was asked to cancel and did not end id=%s", self._id)
                raise Canceled
            if now >= self._beats_at:
                self._send(now)

    def _end(self, done: Done) -> Done:
        if done.is_canceled and self._is_canceled:
            raise Canceled(done.last_words, has_ended=True)
        if done.is_later:
            self._details, self._is_unsent = LATER + (self._details or ""), True
            self._flush()
        return done

    def _hear(self, beat: Beat) -> None:
        """Passes on a sign of life, now or soon, and tells the activity whether to cancel."""
        self._is_listening = True
        if beat.details is not None:
            self._details, self._is_unsent = beat.details, True
        self._beats_at = min(self._beats_at, self._sent_at + self._least_s)
        self._child.tell(Told(self._is_canceled))

    def _send(self, now: float) -> None:
        if self._beats.send(self._details):
            self._is_unsent = False
            self._sent_at = now
        self._beats_at = now + self._beat_s

    def _heed(self, heard: Heard) -> bool:
        """What the answer to a heartbeat means; False if the task is gone. Raises Canceled if the activity is to
        cancel and does not listen."""
        match heard:
            case UnknownResourceFault():
                log.warning(
                    "%s, the service does not know it any more id=%s: %s", self._given_up, self._id, heard
                )  # fmt: skip
                return False
            case Exception():
                log.warning("heartbeat failed, next one follows id=%s: %s", self._id, heard)
            case _ if heard.cancel_requested and not self._child.can_be_ended:
                self._is_canceled = True
            case _ if heard.cancel_requested and not self._is_listening:
                raise Canceled
            case _ if heard.cancel_requested and not self._is_canceled:
                self._is_canceled = True
                self._gives_up_at = time.monotonic() + self._patience_s
        return True

    def _flush(self) -> None:
        """Sends the last details, for the next attempt or for whoever takes over, if that does not take long."""
        if not self._is_unsent:
            return
        if self._beats.is_busy:
            self._beats.heard(FLUSH_S)
        if self._beats.send(self._details):
            self._beats.heard(FLUSH_S)
