"""Domains and types: primary data, read through a cache that a failed write empties."""

from __future__ import annotations

from dataclasses import dataclass

import apsw
import msgspec

from swf.protocol import wire
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import ActivityType, RegistrationStatus, WorkflowType
from swf.server.store.changes import Changes, ListKey


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain. *retention_days* is "0" to "90" or "NONE", as given."""

    id: int
    name: str
    status: RegistrationStatus
    description: str | None
    retention_days: str


@dataclass(frozen=True, slots=True)
class TypesOf:
    """The types of one domain, as the machine asks for them."""

    registry: Registry
    domain: int

    def activity_type(self, type: ActivityType, /) -> ActivityTypeDetail | None:
        """The activity type, or None."""
        return self.registry.activity_type(self.domain, type.name, type.version)

    def workflow_type(self, type: WorkflowType, /) -> WorkflowTypeDetail | None:
        """The workflow type, or None."""
        return self.registry.workflow_type(self.domain, type.name, type.version)


class Registry:
    """Domains, types and the row ids of task lists. Only what exists is cached."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._domains: dict[str, DomainRow] = {}
        self._activity_types: dict[tuple[int, str, str], ActivityTypeDetail] = {}
        self._workflow_types: dict[tuple[int, str, str], WorkflowTypeDetail] = {}
        self._lists: dict[ListKey, int] = {}
        self._next_domain: int | None = None

    def forget(self) -> None:
        """Empties the cache, after a write that failed."""
        for cache in (self._domains, self._activity_types, self._workflow_types, self._lists):
            cache.clear()
        self._next_domain = None

    def domain(self, name: str) -> DomainRow | None:
        """The domain, registered or deprecated, or None."""
        found = self._domains.get(name)
        if found is None:
            row = self._connection.execute(
                "select id, name, status, description, retention_days from domains where name = ?", (name,)
            ).fetchone()
            if row is None:
                return None
            id, name, status, description, retention = row
            found = self._domains[name] = DomainRow(id, name, RegistrationStatus(status), description, retention)
        return found

    def add_domain(self, changes: Changes, name: str, description: str | None, retention_days: str) -> None:
        """Registers a domain whose name is free."""
        if self._next_domain is None:
            self._next_domain = self._connection.execute("select coalesce(max(id), 0) + 1 from domains").get
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
        self._domains[name] = domain

    def activity_type(self, domain: int, name: str, version: str) -> ActivityTypeDetail | None:
        """The activity type, registered or deprecated, or None."""
        key = domain, name, version
        found = self._activity_types.get(key)
        if found is None:
            body = self._connection.execute(
                "select detail from activity_types where domain = ? and name = ? and version = ?", key
            ).get
            if body is None:
                return None
            found = self._activity_types[key] = msgspec.json.decode(body, type=ActivityTypeDetail)
        return found

    def add_activity_type(self, changes: Changes, domain: int, detail: ActivityTypeDetail) -> None:
        """Registers an activity type whose name and version are free."""
        type = detail.type_info.activity_type
        changes.execute(
            "insert into activity_types (domain, name, version, detail) values (?, ?, ?, ?)",
            domain,
            type.name,
            type.version,
            wire.encode(detail),
        )
        self._activity_types[domain, type.name, type.version] = detail

    def workflow_type(self, domain: int, name: str, version: str) -> WorkflowTypeDetail | None:
        """The workflow type, registered or deprecated, or None."""
        key = domain, name, version
        found = self._workflow_types.get(key)
        if found is None:
            body = self._connection.execute(
                "select detail from workflow_types where domain = ? and name = ? and version = ?", key
            ).get
            if body is None:
                return None
            found = self._workflow_types[key] = msgspec.json.decode(body, type=WorkflowTypeDetail)
        return found

    def add_workflow_type(self, changes: Changes, domain: int, detail: WorkflowTypeDetail) -> None:
        """Registers a workflow type whose name and version are free."""
        type = detail.type_info.workflow_type
        changes.execute(
            "insert into workflow_types (domain, name, version, detail) values (?, ?, ?, ?)",
            domain,
            type.name,
            type.version,
            wire.encode(detail),
        )
        self._workflow_types[domain, type.name, type.version] = detail

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
