"""Why a file cannot be used."""

from __future__ import annotations


class DatabaseError(Exception):
    """The file cannot be used."""


class NotADatabase(DatabaseError):
    """The file is no simpleflow database, or one this version cannot read."""


class CannotOpen(DatabaseError):
    """The file cannot be opened: no room, no right, a disk that fails or is not here."""
