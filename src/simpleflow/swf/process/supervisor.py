"""Poller processes, kept alive: the dead are replaced, and all are ended when their supervisor is told to end."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from simpleflow.swf.process.counts import VARIABLE
from simpleflow.swf.process.poller import LAST_WORDS_S, NEVER_READY, Plan
from simpleflow.swf.process.signals import FINISH, NOW, STOP, Signals
from swf.clients.retrying import Backoff

log = logging.getLogger(__name__)

HEALTHY_S: Final = 10.0
"""A poller that has lived so long is replaced at once; one that dies sooner, or never began, after a growing pause."""
SLACK_S: Final = 3.0
"""What pollers get to end beyond their time of grace before they are killed."""
INTERRUPTED: Final = 130
"""The exit code after Ctrl-C; told to stop by SIGTERM, it is 0."""

Process = subprocess.Popen[bytes]


@dataclass(slots=True)
class Place:
    """The place of one poller: the process that is there, or the time when the next one begins."""

    plan: Plan
    process: Process | None = None
    began_at: float = 0.0
    begins_at: float = 0.0
    pauses: Backoff = field(default_factory=lambda: Backoff(first_s=0.5, longest_s=30.0))


class Supervisor:
    """Runs pollers. Must be made and run in the main thread."""

    def __init__(self, plans: Mapping[Plan, int]) -> None:
        """For each plan, as many processes as it says."""
        self._signals = Signals()
        self._lifeline, self._life = os.pipe()
        self.places = tuple(Place(plan) for plan, count in plans.items() for _ in range(count))
        self.finishing: tuple[Process, ...] = ()
        """Processes that others have taken the place of, and that finish what they have."""
        self.replaced = 0
        """How many died and gave way to others."""
        self.is_stopping = False
        self._is_stale = threading.Event()

    def reload(self) -> None:
        """Has new processes take the place of all; those that run finish what they have. Any thread may call it."""
        self._is_stale.set()
        self._signals.nudge()

    def run(self) -> int:
        """Runs until it is told to stop, then until all pollers have ended; the exit code."""
        while True:
            if self._is_stale.is_set():
                self._is_stale.clear()
                self._renew()
            for place in self.places:
                self._look_after(place)
            self.finishing = tuple(process for process in self.finishing if not self._has_ended(process))
            heard, _ = self._signals.wait(self._next_s())
            if STOP & heard:
                self.is_stopping = True
                self._end()
                return INTERRUPTED if signal.SIGINT in heard else 0

    def _look_after(self, place: Place) -> None:
        now = time.monotonic()
        process = place.process
        if process is not None and self._has_ended(process):
            place.process = None
            self.replaced += 1
            if now - place.began_at >= HEALTHY_S and process.returncode != NEVER_READY:
                place.pauses.reset()
            pause = place.pauses.next_s()
            place.begins_at = now + pause
            how = f"ended with code {process.returncode}" if process.returncode != NEVER_READY else "could not begin"
            log.warning("%s process %d %s, replaced in %.1f s", place.plan.kind, process.pid, how, pause)
        if place.process is None and now >= place.begins_at:
            place.began_at = now
            try:
                place.process = self._spawn(place.plan)
            except OSError as error:  # no memory, or too many processes: as a death
                place.begins_at = now + place.pauses.next_s()
                log.error("cannot start a %s, trying again: %s", place.plan.kind, error.strerror or error)

    def _renew(self) -> None:
        for place in self.places:
            if place.process is not None:
                place.process.send_signal(FINISH)
                self.finishing += (place.process,)
                place.process = None
            place.begins_at = 0.0
            place.pauses.reset()

    def _has_ended(self, process: Process) -> bool:
        if process.poll() is None:
            return False
        counts_in = self.places[0].plan.counts_in
        if counts_in is not None:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(process.pid, path=counts_in)  # type: ignore[no-untyped-call]
        return True

    def _spawn(self, plan: Plan) -> Process:
        environment = {"PYTHONHASHSEED": "0", **os.environ}  # the order of sets must not differ between deciders
        if plan.counts_in is not None:
            environment[VARIABLE] = plan.counts_in
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
        empty = [place.begins_at for place in self.places if place.process is None]
        return max(0.0, min(empty) - time.monotonic()) if empty else None

    def _end(self) -> None:
        """No new tasks; running work is finished within the time of grace. A second signal ends it at once."""
        running = [place.process for place in self.places if place.process is not None]
        running += self.finishing
        for process in running:
            process.terminate()
        log.info("stopping %d processes: what runs is finished first, a second signal ends it at once", len(running))
        grace_s = max(place.plan.grace_s for place in self.places)
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
