"""A server that is killed again and again while it works: nothing that it has acknowledged may be lost.

After a kill the file is checked, as a copy. With power cuts, what its log holds behind the last sync is damaged too.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from swf.server import NotADatabase, failpoints, open_reader
from swf.server.check import problems
from tests.processes.command import environment
from tests.processes.fleet import free_port, is_open, wait_until
from tests.processes.mill import Mill
from tests.processes.serve import HEADER, read_record, salts_of

LONGEST_LIFE_S: Final = 4.0
"""A failpoint that is not reached by then is given up for a plain kill."""
REST_EVERY: Final = 8
"""Lives after which one is long enough for lost tasks to time out."""


class Killing:
    """One file and its servers, one after the other."""

    def __init__(self, directory: Path, chance: random.Random, *, power_cuts: bool) -> None:
        self._directory = directory
        self._chance = chance
        self._power_cuts = power_cuts
        self._port = free_port()
        self.file = directory / "mill.db"
        self.log = directory / "mill.db-wal"
        self.record = directory / "synced"
        self.mill = Mill(f"http://127.0.0.1:{self._port}")
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths: Counter[str] = Counter()
        """How servers died, and what of the log was damaged."""

    def run(self, kills: int) -> Counter[str]:
        """So many kills, then to the end; counts of the events of all histories. AssertionError: what was wrong."""
        try:
            self._begin(None)
            self.mill.begin()
            for number in range(kills):
                self._die(rests=number % REST_EVERY == REST_EVERY - 1)
                assert not self.mill.errors, self.mill.errors
                if self._power_cuts:
                    self._damage()
                self._check()
                self._begin(self._plan())
            self.end_life(0)
            self._begin(None)
            self.mill.finish(120)
            kinds = self.mill.verify()
            self.end_life(0, signal.SIGTERM)
            self._check()
            said = (self._directory / "server.log").read_text()
            assert "Traceback" not in said, said[-3000:]
            return kinds
        finally:
            if self.process is not None:
                self.process.kill()
                self.process.wait()
            self.mill.stop()

    def _begin(self, plan: str | None) -> None:
        with open(self._directory / "server.log", "a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.processes.serve", self.file, str(self._port), self.record],
                env={**environment(self._directory), **({failpoints.VARIABLE: plan} if plan else {})},
                stdout=log,
                stderr=log,
            )
        self._planned = plan
        process = self.process
        wait_until(lambda: is_open(self._port) or process.poll() is not None, "the server listens or has died")

    def _plan(self) -> str | None:
        """Where the next server dies; None: anywhere."""
        place = self._chance.choice([None, *failpoints.PLACES])
        match place:
            case None:
                return None
            case failpoints.AT_START:
                return f"{place}:1:{self._chance.uniform(0.001, 0.1):.6f}"
            case failpoints.AT_CHECKPOINT:
                return f"{place}:{self._chance.randint(1, 3)}:{self._chance.choice([0, self._chance.uniform(0, 0.01)])}"
        return f"{place}:{self._chance.randint(1, 150)}:0"

    def _die(self, *, rests: bool) -> None:
        if rests:
            time.sleep(1.5)
        if self._planned is None:
            self.end_life(self._chance.uniform(0.0, 0.5))
        else:
            self.end_life(LONGEST_LIFE_S)

    def end_life(self, seconds: float, how: int = signal.SIGKILL) -> None:
        """Waits for the server to die by itself, and kills it after so many seconds."""
        assert self.process is not None
        try:
            self.process.wait(seconds)
            self.deaths[str(self._planned).partition(":")[0]] += 1
        except subprocess.TimeoutExpired:
            self.process.send_signal(how)
            self.process.wait(30)
            self.deaths["killed" if how == signal.SIGKILL else "stopped"] += 1
        code = self.process.returncode
        assert code in (-signal.SIGKILL, -signal.SIGALRM, 0 if how == signal.SIGTERM else -signal.SIGKILL), (
            f"exit {code}: {(self._directory / 'server.log').read_text()[-3000:]}"
        )
        self.process = None

    def _damage(self) -> None:
        """The end of the log as a power cut may leave it: shorter, with holes, or with wrong bytes."""
        if not self.log.exists():
            return
        size, synced = self.log.stat().st_size, read_record(self.record)
        safe = synced.size if synced.salts == salts_of(self.log) else HEADER
        if size <= safe:
            return
        at = self._chance.randrange(safe, size)
        how = self._chance.choice(["cut", "zeroed", "flipped"])
        self.deaths[how] += 1
        with open(self.log, "r+b") as file:
            if how == "cut":
                file.truncate(at)
            elif how == "zeroed":
                file.seek(at)
                file.write(bytes(self._chance.randint(1, size - at)))
            else:
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ 1 << self._chance.randrange(8)]))

    def _check(self) -> None:
        """The check of a copy, so that the next server finds the file as the dead one has left it."""
        copy = self._directory / "copy.db"
        shutil.copy(self.file, copy)
        if self.log.exists():
            shutil.copy(self.log, f"{copy}-wal")
        try:
            service = open_reader(copy)
        except NotADatabase:
            assert not self.mill.ledger.started, "all is gone"
        else:
            cut = str(service.database.damage) if self._power_cuts else None  # as it should, it tells of our damage
            found = [problem for problem in problems(service) if problem != cut]
            service.close()
            assert not found, found
        for left in self._directory.glob("copy.db*"):
            os.unlink(left)
