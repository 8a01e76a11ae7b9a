"""Lists of executions: one statement per question, each answered from an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import apsw

COLUMNS = (
    "e.workflow_id, e.run_id, e.type_name, e.type_version, e.parent_workflow_id, e.parent_run_id, e.tags,"
    " e.start_at, e.close_at, e.close_status, e.cancel_requested, e.id"
)


class ExecutionRow(NamedTuple):
    """An execution as lists know it, and the time it is listed by."""

    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    parent_workflow_id: str | None
    parent_run_id: str | None
    tags: str | None
    start_at: float
    close_at: float | None
    close_status: str | None
    cancel_requested: int
    id: int
    at: float


@dataclass(frozen=True, slots=True)
class ExecutionQuery:
    """Open or closed executions of a domain between two times, both included; at most one of the filters.

    *by_close* lists closed ones by the time they closed.
    """

    domain: int
    is_open: bool
    by_close: bool
    oldest: float
    latest: float
    workflow_id: str | None = None
    type_name: str | None = None
    type_version: str | None = None
    tag: str | None = None
    close_status: str | None = None
    newest_first: bool = True
    now: float = 0.0
    """Closed executions that were to be forgotten by then are not shown."""

    def statement(self, *, after: tuple[float, int] | None = None, limit: int) -> tuple[str, tuple[object, ...]]:
        """The SQL and its bindings. *after* is time and row id of the last row of the page before."""
        source, where, bindings = self._where()
        at, id = self._order
        if after is not None:
            where.append(f"({at}, {id}) {'<' if self.newest_first else '>'} (?, ?)")
            bindings += after
        order = "desc" if self.newest_first else "asc"
        bindings.append(limit)
        return (
            f"select {COLUMNS}, {at} from {source} where {' and '.join(where)}"  # noqa: S608  # only our own words
            f" order by {at} {order}, {id} {order} limit ?",
            tuple(bindings),
        )

    def count_statement(self) -> tuple[str, tuple[object, ...]]:
        """The SQL that counts, and its bindings."""
        source, where, bindings = self._where()
        return f"select count(*) from {source} where {' and '.join(where)}", tuple(bindings)  # noqa: S608  # only our own words

    @property
    def _order(self) -> tuple[str, str]:
        """The columns by which executions are listed."""
        table, id = ("t", "t.execution") if self.tag is not None else ("e", "e.id")
        return f"{table}.{'close_at' if self.by_close else 'start_at'}", id

    def _where(self) -> tuple[str, list[str], list[object]]:
        """Tables, conditions and their bindings."""
        at, _ = self._order
        source = "executions e"
        where = ["e.domain = ?"]
        bindings: list[object] = [self.domain]
        if self.tag is not None:
            source = "execution_tags t cross join executions e on e.id = t.execution"
            where = ["t.domain = ?", "t.tag = ?"]
            bindings.append(self.tag)
        for column, value in (
            ("e.workflow_id", self.workflow_id),
            ("e.type_name", self.type_name),
            ("e.type_version", self.type_version),
            ("e.close_status", self.close_status),
        ):
            if value is not None:
                where.append(f"{column} = ?")
                bindings.append(str(value))
        where.append(f"{at.partition('.')[0]}.close_at is {'null' if self.is_open else 'not null'}")
        where.append(f"{at} between ? and ?")
        bindings += [self.oldest, self.latest]
        if not self.is_open:
            where.append("+e.wake_at > ?")  # the plus keeps SQLite from reading by wake_at
            bindings.append(self.now)
        return source, where, bindings

    def rows(
        self, connection: apsw.Connection, *, after: tuple[float, int] | None = None, limit: int
    ) -> list[ExecutionRow]:
        """At most *limit* rows."""
        statement, bindings = self.statement(after=after, limit=limit)
        return [ExecutionRow(*row) for row in connection.execute(statement, bindings)]

    def count(self, connection: apsw.Connection) -> int:
        """How many rows there are."""
        statement, bindings = self.count_statement()
        found: int = connection.execute(statement, bindings).get
        return found


class OpenCounts:
    """How many executions of each domain are open, with those of the batch at work."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._counts: dict[int, int] = {}

    def forget(self) -> None:
        """Reads anew, after a write that failed."""
        self._counts.clear()

    def of(self, domain: int) -> int:
        """The count, read from the file when it is first asked for."""
        if domain not in self._counts:
            self._counts[domain] = self._connection.execute(
                "select count(*) from executions where domain = ? and close_at is null", (domain,)
            ).get
        return self._counts[domain]

    def add(self, domain: int, number: int) -> None:
        """So many more are open, or (negative) fewer."""
        self._counts[domain] = self.of(domain) + number
