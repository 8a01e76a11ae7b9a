"""Domains and types: primary data, read through a cache that a failed write empties."""

from __future__ import annotations

from dataclasses import dataclass, replace

import apsw
import msgspec

from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import RegistrationStatus
from swf.server.store.changes import Changes, ListKey
from swf.server.store.types import Detail, TypeTable

SECONDS_PER_DAY = 86_400
COLUMNS = "id, name, status, description, retention_days"


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain. *retention_days* is "0" to "90" or "NONE", as given."""

    id: int
    name: str
    status: RegistrationStatus
    description: str | None
    retention_days: str

    @property
    def retention_s(self) -> int:
        """For how long a closed execution is known; 0: not at all."""
        return 0 if self.retention_days == "NONE" else int(self.retention_days) * SECONDS_PER_DAY


class Registry:
    """Domains with their tags, types and the row ids of task lists. Only what exists, or did, is cached."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.activity_types = TypeTable(
            connection, "activity_types", ActivityTypeDetail, lambda detail: detail.type_info.activity_type
        )
        self.workflow_types = TypeTable(
            connection, "workflow_types", WorkflowTypeDetail, lambda detail: detail.type_info.workflow_type
        )
        self._domains: dict[str, DomainRow] = {}
        self._domains_by_id: dict[int, DomainRow] = {}
        self._tags: dict[int, dict[str, str | None]] = {}
        self._lists: dict[ListKey, int] = {}
        self._domain_count: int | None = None
        self._next_domain: int | None = None

    def forget(self) -> None:
        """Empties the cache, after a write that failed."""
        for cache in (self._domains, self._domains_by_id, self._tags, self._lists):
            cache.clear()
        self.activity_types.forget()
        self.workflow_types.forget()
        self._domain_count = self._next_domain = None

    # Domains

    def domain(self, name: str) -> DomainRow | None:
        """The domain, registered or deprecated, or None."""
        found = self._domains.get(name)
        return found or self._read_domain("name", name)

    def domain_of(self, row: int) -> DomainRow:
        """The domain of this row id, which must exist."""
        found = self._domains_by_id.get(row) or self._read_domain("id", row)
        assert found is not None, f"no domain {row}"
        return found

    def _read_domain(self, column: str, value: object) -> DomainRow | None:
        row = self._connection.execute(
            f"select {COLUMNS} from domains where {column} = ?",  # noqa: S608  # our own words
            (value,),
        ).fetchone()
        return None if row is None else self._keep(_domain(row))

    def _keep(self, domain: DomainRow) -> DomainRow:
        self._domains[domain.name] = self._domains_by_id[domain.id] = domain
        return domain

    @property
    def domain_count(self) -> int:
        """How many domains there are, deprecated ones included."""
        if self._domain_count is None:
            self._domain_count = self._connection.execute("select count(*) from domains").get
        return self._domain_count

    def domains(
        self, status: RegistrationStatus, *, after: str | None, limit: int, is_reversed: bool
    ) -> list[DomainRow]:
        """At most *limit* domains as the file has them, by name, *after* the last of the page before."""
        compared, order = ("<", "desc") if is_reversed else (">", "asc")
        rows = self._connection.execute(
            f"select {COLUMNS} from domains where status = ? and (? is null or name {compared} ?)"  # noqa: S608  # our own words
            f" order by name {order} limit ?",
            (str(status), after, after, limit),
        )
        return [_domain(row) for row in rows]

    def add_domain(self, changes: Changes, name: str, description: str | None, retention_days: str) -> DomainRow:
        """Registers a domain whose name is free."""
        if self._next_domain is None:
            self._next_domain = self._connection.execute("select coalesce(max(id), 0) + 1 from domains").get
        self._domain_count = self.domain_count + 1
        domain = DomainRow(self._next_domain, name, RegistrationStatus.REGISTERED, description, retention_days)
        self._next_domain += 1
        changes.execute(
            "insert into domains (id, name, status, description, retention_days) values (?, ?, ?, ?, ?)",
            domain.id,
            name,
            str(domain.status),
            description,
            retention_days,
        )
        return self._keep(domain)

    def set_domain_status(self, changes: Changes, domain: DomainRow, status: RegistrationStatus) -> None:
        """Deprecates a domain or takes that back; its types are another matter."""
        changes.execute("update domains set status = ? where id = ?", str(status), domain.id)
        self._keep(replace(domain, status=status))

    # Tags

    def tags(self, domain: DomainRow) -> dict[str, str | None]:
        """The tags of a domain, a copy; the value None if none was given."""
        found = self._tags.get(domain.id)
        if found is None:
            found = self._tags[domain.id] = dict(
                self._connection.execute("select key, value from domain_tags where domain = ?", (domain.id,))
            )
        return dict(found)

    def set_tags(self, changes: Changes, domain: DomainRow, tags: dict[str, str | None]) -> None:
        """Gives the domain these tags and no others."""
        changes.execute("delete from domain_tags where domain = ?", domain.id)
        for key, value in tags.items():
            changes.execute("insert into domain_tags (domain, key, value) values (?, ?, ?)", domain.id, key, value)
        self._tags[domain.id] = dict(tags)

    # Task lists

    def forget_lists(self) -> None:
        """Some may have been deleted."""
        self._lists.clear()

    def list_id(self, key: ListKey) -> int:
        """The row id of a task list, created if needed. Call it while writing."""
        id = self._lists.get(key)
        if id is None:
            self._connection.execute(
                "insert into task_lists (domain, kind, name) values (?, ?, ?) on conflict do nothing", key
            )
            id = self.find_list(key)
            assert id is not None
            self._lists[key] = id
        return id

    def find_list(self, key: ListKey) -> int | None:
        """The row id of a task list, or None if none of its tasks was ever written."""
        found: int | None = self._connection.execute(
            "select id from task_lists where domain = ? and kind = ? and name = ?", key
        ).get
        return found


def _domain(row: tuple[int, str, str, str | None, str]) -> DomainRow:
    id, name, status, description, retention_days = row
    return DomainRow(id, name, RegistrationStatus(status), description, retention_days)


def with_status(detail: Detail, status: RegistrationStatus, at: float) -> Detail:
    """The type, deprecated at this time or registered again."""
    date = at if status is RegistrationStatus.DEPRECATED else None
    info = msgspec.structs.replace(detail.type_info, status=status, deprecation_date=date)
    return msgspec.structs.replace(detail, type_info=info)
