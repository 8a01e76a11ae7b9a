"""The types of one kind, of all domains: primary data, read through a cache that a failed write empties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import apsw
import msgspec

from swf.protocol import wire
from swf.protocol.operations import ActivityTypeDetail, WorkflowTypeDetail
from swf.protocol.values import ActivityType, RegistrationStatus, WorkflowType
from swf.server.store.changes import Changes

Detail = TypeVar("Detail", ActivityTypeDetail, WorkflowTypeDetail)
Key = tuple[int, str, str]
"""Row id of the domain, name, version."""


class TypeTable(Generic[Detail]):
    """One table of types. What a batch has changed and not yet written is in the cache, which goes first."""

    def __init__(
        self,
        connection: apsw.Connection,
        table: str,
        detail: type[Detail],
        type_of: Callable[[Detail], ActivityType | WorkflowType],
    ) -> None:
        self._connection = connection
        self._table = table
        self._decoder: msgspec.json.Decoder[Detail] = msgspec.json.Decoder(detail)
        self._type_of: Callable[[Detail], ActivityType | WorkflowType] = type_of
        self._cache: dict[Key, Detail | None] = {}
        """None for a type that was deleted."""
        self._counts: dict[int, int] = {}

    def forget(self) -> None:
        """Empties the cache, after a write that failed."""
        self._cache.clear()
        self._counts.clear()

    def get(self, domain: int, name: str, version: str) -> Detail | None:
        """The type, registered or deprecated, or None."""
        key = domain, name, version
        if key in self._cache:
            return self._cache[key]
        body = self._connection.execute(
            f"select detail from {self._table} where domain = ? and name = ? and version = ?",  # noqa: S608  # our own name
            key,
        ).get
        if body is None:
            return None  # not kept: whoever asks for names at random must not fill the memory
        found: Detail = self._decoder.decode(body)
        self._cache[key] = found
        return found

    def put(self, changes: Changes, domain: int, detail: Detail) -> None:
        """Registers a type, or changes what is known of it."""
        type = self._type_of(detail)
        if self.get(domain, type.name, type.version) is None:
            self._counts[domain] = self.count(domain) + 1
        self._cache[domain, type.name, type.version] = detail
        changes.execute(
            f"insert into {self._table} (domain, name, version, status, detail) values (?, ?, ?, ?, ?)"  # noqa: S608  # our own name
            " on conflict do update set status = excluded.status, detail = excluded.detail",
            domain,
            type.name,
            type.version,
            str(detail.type_info.status),
            wire.encode(detail),
        )

    def delete(self, changes: Changes, domain: int, name: str, version: str) -> None:
        """Forgets a type that is there."""
        self._counts[domain] = self.count(domain) - 1
        self._cache[domain, name, version] = None
        changes.execute(
            f"delete from {self._table} where domain = ? and name = ? and version = ?",  # noqa: S608  # our own name
            domain,
            name,
            version,
        )

    def count(self, domain: int) -> int:
        """How many types the domain has, deprecated ones included."""
        if domain not in self._counts:
            self._counts[domain] = self._connection.execute(
                f"select count(*) from {self._table} where domain = ?",  # noqa: S608  # our own name
                (domain,),
            ).get
        return self._counts[domain]

    def all(self, domain: int) -> list[Detail]:
        """Every type of the domain."""
        keys = {
            (domain, name, version)
            for name, version in self._connection.execute(
                f"select name, version from {self._table} where domain = ?",  # noqa: S608  # our own name
                (domain,),
            )
        }
        keys.update(key for key in self._cache if key[0] == domain)
        return [detail for key in sorted(keys) if (detail := self.get(*key)) is not None]

    def page(
        self,
        domain: int,
        status: RegistrationStatus,
        *,
        name: str | None,
        after: tuple[str, str] | None,
        limit: int,
        is_reversed: bool,
    ) -> list[Detail]:
        """At most *limit* types as the file has them, by name and version, *after* that of the page before."""
        where = ["domain = ?", "status = ?"]
        bindings: list[object] = [domain, str(status)]
        if name is not None:
            where.append("name = ?")
            bindings.append(name)
        if after is not None:
            where.append(f"(name, version) {'<' if is_reversed else '>'} (?, ?)")
            bindings += after
        order = "desc" if is_reversed else "asc"
        bindings.append(limit)
        return [
            self._decoder.decode(body)
            for (body,) in self._connection.execute(
                f"select detail from {self._table} where {' and '.join(where)}"  # noqa: S608  # only our own words
                f" order by name {order}, version {order} limit ?",
                tuple(bindings),
            )
        ]
