"""What a database tells about its work; by default nobody listens."""

from __future__ import annotations


class Observer:
    """Hears of every commit, sync and checkpoint. Called in the thread that did it; times are in seconds."""

    def committed(self, seconds: float, frames: int) -> None:
        """A transaction was written; the log now has *frames* pages."""

    def synced(self, seconds: float) -> None:
        """The log was synced."""

    def checkpointed(self, seconds: float) -> None:
        """The log was moved into the database."""
