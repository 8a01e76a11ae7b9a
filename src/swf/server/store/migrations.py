"""The way of older files to the schema of today, one step per version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import apsw

SCHEMA_VERSION: Final = 2

STEPS: Final[Mapping[int, str]] = {
    1: """
        create table domain_tags (
            domain integer not null,
            key text not null,
            value text,                        -- null if none was given
            primary key (domain, key)
        ) strict, without rowid;
        create table workflow_types_2 (
            domain integer not null,
            name text not null,
            version text not null,
            status text not null default 'REGISTERED',
            detail blob not null,              -- WorkflowTypeDetail as on the wire
            primary key (domain, name, version)
        ) strict, without rowid;
        insert into workflow_types_2 (domain, name, version, detail)
            select domain, name, version, detail from workflow_types;
        drop table workflow_types;
        alter table workflow_types_2 rename to workflow_types;
        create table activity_types_2 (
            domain integer not null,
            name text not null,
            version text not null,
            status text not null default 'REGISTERED',
            detail blob not null,              -- ActivityTypeDetail as on the wire
            primary key (domain, name, version)
        ) strict, without rowid;
        insert into activity_types_2 (domain, name, version, detail)
            select domain, name, version, detail from activity_types;
        drop table activity_types;
        alter table activity_types_2 rename to activity_types;
        create index workflow_types_by_status on workflow_types (domain, status, name, version);
        create index activity_types_by_status on activity_types (domain, status, name, version);
        create table functions (               -- Lambda functions that are being called
            execution integer not null,
            scheduled_event integer not null,
            primary key (execution, scheduled_event)
        ) strict, without rowid;
        create table forgotten (               -- executions that are no more, but whose events are still being deleted
            execution integer primary key
        ) strict;
        update executions set wake_at = round(
            close_at + 86400 * cast((select retention_days from domains d where d.id = domain) as integer), 3
        ) where close_at is not null;
    """,
}
"""Version of a file to what brings it to the next. A type that version 1 knew was registered: none could be deprecated.
Retention "NONE" is cast to 0 days, which is what it means."""


def can_upgrade(version: int) -> bool:
    """Whether a file of this version can be brought to today's."""
    return version in STEPS


def upgrade(connection: apsw.Connection, version: int) -> None:
    """Brings a file of an older version to today's, in one transaction."""
    with connection:
        for step in range(version, SCHEMA_VERSION):
            connection.execute(STEPS[step])
        connection.pragma("user_version", SCHEMA_VERSION)
