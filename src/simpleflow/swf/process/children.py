"""Child processes that run activities: spawned, kept, reused, and watched while they work."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
import time

import msgspec

from simpleflow.attempt import Job
from simpleflow.swf.process.child import Beat, Done, Orders, Told

LOOK_EVERY_S = 0.5
"""How often a silent child is looked after."""


class ChildDied(Exception):
    """The child has ended in the middle of an activity."""

    def __init__(self, pid: int, code: int) -> None:
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        super().__init__(f"process {pid} died: {how}")


class Child:
    """One child process. It inherits nothing but its three pipes and standard error."""

    can_be_ended = True

    def __init__(self, orders: Orders) -> None:
        """*orders* are carried out before its first activity."""
        request_end, self._requests = os.pipe()
        self._answers, answer_end = os.pipe()
        life_end, self._lifeline = os.pipe()
        ends = (request_end, answer_end, life_end)
        told = msgspec.json.encode(orders).decode()
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", "simpleflow.swf.process.child", *map(str, ends), told],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=ends,
                start_new_session=True,  # Ctrl-C is for the parent, which lets activities finish
            )
        finally:
            for end in ends:
                os.close(end)
        self._buffer = bytearray()
        self._number = 0
        self._ready = select.poll()
        self._ready.register(self._answers, select.POLLIN)
        self._encode = msgspec.json.Encoder().encode
        self._decoder: msgspec.json.Decoder[Done | Beat] = msgspec.json.Decoder(Done | Beat)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, job: Job) -> None:
        """Has the child run an activity; raises ChildDied."""
        if self._buffer:
            raise self._confused()
        self._number = job.number
        self._write(job)

    def tell(self, told: Told) -> None:
        """Answers a sign of life; raises ChildDied."""
        self._write(told)

    def _write(self, job: Job | Told) -> None:
        view = memoryview(self._encode(job) + b"\n")
        try:
            while view:
                view = view[os.write(self._requests, view) :]
        except BrokenPipeError as error:
            raise self._died() from error

    def wait(self, seconds: float | None) -> Done | Beat | None:
        """What became of the activity, or a sign of life, or None if it is silent for *seconds*; raises ChildDied."""
        give_up_at = None if seconds is None else time.monotonic() + seconds
        while True:
            left = LOOK_EVERY_S if give_up_at is None else max(0.0, give_up_at - time.monotonic())
            if b"\n" not in self._buffer and not self._ready.poll(math.ceil(1000 * min(left, LOOK_EVERY_S))):
                if self._process.poll() is not None:
                    raise self._died()  # something it has started keeps the pipe open
                if give_up_at is not None and time.monotonic() >= give_up_at:
                    return None
                continue
            if b"\n" not in self._buffer:
                data = os.read(self._answers, 1 << 16)
                if not data:
                    raise self._died()
                self._buffer += data
            line, newline, rest = self._buffer.partition(b"\n")
            if newline:
                self._buffer = rest
                done = self._decoder.decode(line)
                if done.number != self._number:
                    raise self._confused()
                return done

    def _died(self) -> ChildDied:
        """Reaps the child, and ends what it has left behind."""
        death = ChildDied(self.pid, self._process.wait())
        self._signal(signal.SIGKILL)
        return death

    def _confused(self) -> ChildDied:
        """The child has said what nobody has asked: nothing that it says can be trusted."""
        self.kill()
        return ChildDied(self.pid, self._process.returncode)

    def terminate(self, patience_s: float) -> None:
        """Ends the child and what it has started: first kindly, after *patience_s* seconds for good."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def kill(self) -> None:
        """Ends the child and what it has started, at once."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass

    def close(self) -> None:
        """Lets an idle child end, or ends it."""
        for descriptor in (self._requests, self._lifeline, self._answers):
            os.close(descriptor)
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()
