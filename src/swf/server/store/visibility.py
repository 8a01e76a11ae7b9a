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

    def statement(self, *, after: tuple[float, int] | None = None, limit: int) -> tuple[str, tuple[object, ...]]:
        """The SQL and its bindings. *after* is time and row id of the last row of the page before."""
        at, id = ("t", "t.execution") if self.tag is not None else ("e", "e.id")
        at += ".close_at" if self.by_close else ".start_at"
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

    def rows(
        self, connection: apsw.Connection, *, after: tuple[float, int] | None = None, limit: int
    ) -> list[ExecutionRow]:
        """At most *limit* rows."""
        statement, bindings = self.statement(after=after, limit=limit)
        return [ExecutionRow(*row) for row in connection.execute(statement, bindings)]
