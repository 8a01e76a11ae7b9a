"""Forgets closed executions when their time is over: at once for whoever asks, in slices for the disk."""

from __future__ import annotations

from typing import Final

from swf.server.service.round import Round

SLICE: Final = 2_000
"""Events deleted in one round, which takes some milliseconds."""
LAST_ROW: Final = "last_forgotten_row"
"""Where the file notes the highest row that was ever forgotten: no later execution may get its tokens."""


def forget(round: Round, row: int) -> None:
    """The execution is unknown from now on; its events go later, see :func:`sweep`."""
    changes = round.changes
    changes.execute("delete from executions where id = ?", row)
    changes.execute("delete from execution_tags where execution = ?", row)
    changes.execute("insert into forgotten (execution) values (?)", row)
    changes.execute(
        "insert into meta (key, value) values (?, ?) on conflict do update set value = max(meta.value, excluded.value)",
        LAST_ROW,
        row,
    )
    round.service.histories.drop(row)


def sweep(round: Round) -> None:
    """Deletes a slice of the events of forgotten executions."""
    connection = round.service.database.connection
    row = connection.execute("select min(execution) from forgotten").get
    if row is None:
        return
    first, last = connection.execute("select min(id), max(id) from events where execution = ?", (row,)).get
    if first is not None:
        round.changes.execute("delete from events where execution = ? and id < ?", row, first + SLICE)
    if first is None or last < first + SLICE:
        round.changes.execute("delete from forgotten where execution = ?", row)
