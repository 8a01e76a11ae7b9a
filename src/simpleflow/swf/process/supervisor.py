"""Poller processes, kept alive: the dead are replaced, and all are ended when their supervisor is told to end."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from simpleflow.swf.process.poller import LAST_WORDS_S, Plan
from simpleflow.swf.process.signals import NOW, STOP, Signals
from swf.clients.retrying import Backoff

log = logging.getLogger(__name__)

HEALTHY_S: Final = 10.0
"""A poller that has lived so long is replaced at once; one that dies sooner after a growing pause."""
SLACK_S: Final = 3.0
"""What pollers get to end beyond their time of grace before they are killed."""


@dataclass(slots=True)
class Place:
    """The place of one poller: the process that is there, or the time when the next one begins."""

    plan: Plan
    process: subprocess.Popen[bytes] | None = None
    began_at: float = 0.0
    begins_at: float = 0.0
    pauses: Backoff = field(default_factory=lambda: Backoff(first_s=0.5, longest_s=30.0))


class Supervisor:
    """Runs pollers. Must be made and run in the main thread."""

    def __init__(self, plans: Mapping[Plan, int]) -> None:
        """For each plan, as many processes as it says."""
        self._signals = Signals()
        self._lifeline, self._life = os.pipe()
        self._places = [Place(plan) for plan, count in plans.items() for _ in range(count)]

    def run(self) -> int:
        """Runs until it is told to stop, then until all pollers have ended; the exit code."""
        while True:
            for place in self._places:
                self._look_after(place)
            heard, _ = self._signals.wait(self._next_s())
            if STOP & heard:
                return self._end()

    def _look_after(self, place: Place) -> None:
        now = time.monotonic()
        process = place.process
        if process is not None and process.poll() is not None:
            place.process = None
            if now - place.began_at >= HEALTHY_S:
                place.pauses.reset()
            pause = place.pauses.next_s()
            place.begins_at = now + pause
            log.warning(
                "%s process %d ended with code %d, replaced in %.1f s",
                place.plan.kind, process.pid, process.returncode, pause,
            )  # fmt: skip
        if place.process is None and now >= place.begins_at:
            place.began_at = now
            try:
                place.process = self._spawn(place.plan)
            except OSError as error:  # no memory, or too many processes: as a death
                place.begins_at = now + place.pauses.next_s()
                log.error("cannot start a %s, trying again: %s", place.plan.kind, error.strerror or error)

    def _spawn(self, plan: Plan) -> subprocess.Popen[bytes]:
        environment = {"PYTHONHASHSEED": "0", **os.environ}  # the order of sets must not differ between deciders
        return subprocess.Popen(  # noqa: S603  # our own program
            [
                sys.executable,
                "-m",
                "simpleflow.swf.process.poller",
                msgspec.json.encode(plan).decode(),
                str(self._lifeline),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[self._lifeline],
            start_new_session=True,  # Ctrl-C is for the supervisor, which tells them
            env=environment,
        )

    def _next_s(self) -> float | None:
        """Seconds until a place must be filled; None if none is empty. A death ends the wait anyway."""
        empty = [place.begins_at for place in self._places if place.process is None]
        return max(0.0, min(empty) - time.monotonic()) if empty else None

    def _end(self) -> int:
        """No new tasks; running work is finished within the time of grace. A second signal ends it at once."""
        running = [place.process for place in self._places if place.process is not None]
        for process in running:
            process.terminate()
        log.info("stopping %d processes: what runs is finished first", len(running))
        grace_s = max(place.plan.grace_s for place in self._places)
        kill_at = time.monotonic() + grace_s + LAST_WORDS_S + SLACK_S
        while any(process.poll() is None for process in running):
            heard, _ = self._signals.wait(max(0.0, kill_at - time.monotonic()))
            if STOP & heard:
                for process in running:
                    process.send_signal(NOW)
                kill_at = min(kill_at, time.monotonic() + LAST_WORDS_S + SLACK_S)
            if time.monotonic() >= kill_at:
                for process in running:
                    process.kill()
        return 0
