"""Why a file cannot be used."""

from __future__ import annotations


class DatabaseError(Exception):
    """The file cannot be used."""


class NotADatabase(DatabaseError):
    """The file is no simpleflow database, or one this version cannot read."""


class DamagedHistory(Exception):
    """What the file holds of one execution cannot be used; all others can."""

    def __init__(self, row: int, reason: BaseException | str) -> None:
        super().__init__(f"the history of execution {row} is damaged: {reason}")
        self.row = row


class CannotOpen(DatabaseError):
    """The file cannot be opened: no room, no right, a disk that fails or is not here."""
