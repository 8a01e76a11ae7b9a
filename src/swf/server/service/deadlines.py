"""Whose time has come: executions with a deadline, and closed ones that are to be forgotten."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import apsw

from swf.server.machine.deadlines import next_deadline
from swf.server.service.matching import match
from swf.server.service.outbox import deliver
from swf.server.service.retention import forget, sweep
from swf.server.service.round import Round, SetAside
from swf.server.store.errors import DamagedHistory
from swf.server.store.histories import Warm, is_of_history

if TYPE_CHECKING:
    from swf.server.service.service import Service

log = logging.getLogger(__name__)

EXPIRE_AT_ONCE = 500
"""Executions looked at in one round when their time has come; calls are served between rounds."""
WORK_AT_ONCE = 5_000
"""Events folded and open things looked at in one round for that, about 25 ms; what remains makes another."""
BYTES_AT_ONCE = 256 * 1024
"""Bytes of events made in one round by what has struck, about as long."""
REPEAT_AFTER_S: Final = 1.0
"""Seconds until deadlines that could not be written are tried again."""
NOTE_TIME_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Due:
    """What one round of deadlines is about."""

    overdue: list[Warm]
    """Open executions to look at, by their earliest deadline."""
    later: list[tuple[Warm, float | None]]
    """Those whose true deadline is later than the view says."""
    outlived: list[int]
    """Rows of closed executions to forget."""


class Deadlines:
    """Knows when something is due next, and lets it strike. Belongs to whoever holds the turn."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._alarm: Callable[[float], None] = lambda at: None
        self._noted_at = 0.0
        self._noted_at_lsn = service.database.committed
        self.next_wake = None if service.is_read_only else self._earliest()
        """When the earliest deadline may strike (seconds since 1970), never too late; None if there is none."""

    def on_earlier(self, alarm: Callable[[float], None]) -> None:
        """*alarm* is called with the time, holding the turn, whenever the next wake-up moves forward."""
        self._alarm = alarm

    def expect(self, at: float | None) -> None:
        """A deadline has come up; whoever minds the time is told if it is the earliest."""
        if at is not None and (self.next_wake is None or at < self.next_wake):
            self.next_wake = at
            self._alarm(at)

    def strike(self) -> bool:
        """One round of deadlines; True if more may be due."""
        service, now = self._service, self._service.clock.now()
        if not service.writing.probe(now):
            if self.next_wake is not None:
                self.next_wake = max(self.next_wake, now + REPEAT_AFTER_S)
            return False
        if self.next_wake is None or self.next_wake > now:
            return False
        due = self._due(now)
        round = Round(service, now)
        try:
            self._compute(round, due)
            written = service.commit(round)
        except SetAside:
            service.abandon(round)
            return True
        except BaseException:
            service.abandon(round)
            raise
        if not written:
            service.abandon(round)
            self.next_wake = now + REPEAT_AFTER_S
            return False
        self.next_wake = self._earliest()
        return self.next_wake is not None and self.next_wake <= now

    @staticmethod
    def _compute(round: Round, due: _Due) -> None:
        for warm, at in due.later:
            round.wake(warm, at)
        for warm in due.overdue:
            round.expire(warm)
            deliver(round)
            if round.event_bytes > BYTES_AT_ONCE:
                break
        for row in due.outlived:  # after what is overdue, which may look at its closed parent once more
            forget(round, row)
        sweep(round)
        match(round)

    def _due(self, now: float) -> _Due:
        """What is due first, so much of it as one round bears.

        The order matters: executions may be kin, and the one that times out first ends the other. The view may say too
        early, so what strikes must not be later than what the view says of the first that is left for the next round.
        """
        service = self._service
        histories = service.histories
        rows = self._by_wake(now, EXPIRE_AT_ONCE + 1)
        folded_before, open_things = histories.folded, 0
        open_ones: list[tuple[float, Warm]] = []
        outlived: list[int] = []
        horizon = math.inf
        for number, (row, close_at, wake_at) in enumerate(rows):
            if number == EXPIRE_AT_ONCE or histories.folded - folded_before + open_things >= WORK_AT_ONCE:
                horizon = wake_at
                break
            if close_at is not None:
                outlived.append(row)
                continue
            try:
                warm = histories.get(row)
                open_things += warm.open_things
                deadline = next_deadline(warm.execution, warm.beats, service.up_since)
            except DamagedHistory:
                continue
            except Exception as error:
                if not is_of_history(error):
                    raise
                histories.set_aside(row, error)
                continue
            open_ones.append((math.inf if deadline is None else deadline, warm))
        overdue = sorted((each for each in open_ones if each[0] <= min(horizon, now)), key=lambda e: (e[0], e[1].row))
        later = [(warm, None if at == math.inf else at) for at, warm in open_ones if at > min(horizon, now)]
        return _Due([warm for _, warm in overdue], later, outlived)

    def _earliest(self) -> float | None:
        """When the first of all is due; 0 (long ago) while events of forgotten executions wait to be deleted."""
        if self._service.database.connection.execute("select 1 from forgotten limit 1").get is not None:
            return 0.0
        return next((wake_at for _, _, wake_at in self._by_wake(math.inf, 1)), None)

    def _by_wake(self, until: float, limit: int) -> list[tuple[int, float | None, float]]:
        """Row, end and wake-up of the first so many executions, those left out that are open and set aside."""
        damaged = self._service.histories.damaged
        rows: list[Any] = self._service.database.connection.execute(
            "select id, close_at, wake_at from executions where wake_at <= ? order by wake_at, id limit ?",
            (until, limit + len(damaged)),
        ).fetchall()
        return [row for row in rows if row[1] is not None or row[0] not in damaged][:limit]

    def note_time(self) -> None:
        """Once a second if anything was written, so that time does not fall when the file changes hands."""
        service = self._service
        now, committed = service.clock.now(), service.database.committed
        if service.path is None or committed == self._noted_at_lsn or service.writing.obstacle is not None:
            return
        if not service.is_closed and now - self._noted_at < NOTE_TIME_EVERY_S:
            return
        try:
            service.database.note_time(now)
        except apsw.Error as error:
            if not service.writing.stop(error, now):
                log.exception("the time could not be noted down path=%s", service.path)
        self._noted_at, self._noted_at_lsn = now, service.database.committed
