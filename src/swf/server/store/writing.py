"""Whether the file takes writes: stopped by a full disk or one that fails, resumed when a trial write succeeds."""

from __future__ import annotations

import logging
from typing import Final

import apsw

from swf.server.store.database import Database

log = logging.getLogger(__name__)

PROBE_EVERY_S: Final = 1.0
PROBE_BYTES: Final = 64 * 1024
"""Enough that a disk with room for a few pages alone is not taken for one with room."""
STOPS: Final = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.PermissionsError,
    apsw.NoMemError,
    apsw.BusyError,
    apsw.LockedError,
)
"""Errors of the surroundings, which pass; all others are of the statement itself."""


class Writing:
    """Stops writes at the first that fails for a reason outside, and finds out when the reason is gone.

    Reads go on. There is a line in the log when writes stop and one when they resume, whatever is asked meanwhile.
    Belongs to whoever holds the turn.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped_at = 0.0
        self._probed_at = 0.0
        self.obstacle: str | None = None
        """Why writes are stopped; None while they are not."""

    def stop(self, error: apsw.Error, now: float) -> bool:
        """Stops writes if *error* is one that hits every write; False if it is not."""
        if not isinstance(error, STOPS):
            return False
        if self.obstacle is None:
            self._stopped_at = self._probed_at = now
            self.obstacle = str(error)
            log.error(
                "writes stopped path=%s reason=%s; reads go on, writes are refused until one succeeds on trial",
                self._database.path,
                error,
            )
        return True

    def probe(self, now: float) -> bool:
        """Whether writes may go on, tried out once a second with a write of its own."""
        if self.obstacle is None:
            return True
        if 0 <= now - self._probed_at < PROBE_EVERY_S:
            return False
        self._probed_at = now
        try:
            with self._database.transaction() as connection:
                connection.execute("replace into meta (key, value) values ('probe', zeroblob(?))", (PROBE_BYTES,))
            with self._database.transaction() as connection:
                connection.execute("delete from meta where key = 'probe'")
        except STOPS as error:
            self.obstacle = str(error)
            return False
        self.obstacle = None
        log.warning("writes resumed path=%s stopped_s=%.0f", self._database.path, max(0.0, now - self._stopped_at))
        return True
