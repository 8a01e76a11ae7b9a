-- The history is the truth. Views, which can be rebuilt from it: executions, execution_tags, tasks,
-- and functions. Primary data beside it: domains, domain_tags, workflow_types, activity_types, heartbeats, and the names
-- of task lists. A change here needs a step in migrations.py that brings older files to the same schema.
-- Times are seconds since 1970 UTC with milliseconds.

create table meta (
    key text primary key,
    value any
) strict, without rowid;

create table domains (
    id integer primary key,
    name text not null unique,
    status text not null,
    description text,
    retention_days text not null
) strict;

create table domain_tags (
    domain integer not null,
    key text not null,
    value text,                        -- null if none was given
    primary key (domain, key)
) strict, without rowid;

create table workflow_types (
    domain integer not null,
    name text not null,
    version text not null,
    status text not null default 'REGISTERED',
    detail blob not null,              -- WorkflowTypeDetail as on the wire
    primary key (domain, name, version)
) strict, without rowid;

create table activity_types (
    domain integer not null,
    name text not null,
    version text not null,
    status text not null default 'REGISTERED',
    detail blob not null,              -- ActivityTypeDetail as on the wire
    primary key (domain, name, version)
) strict, without rowid;

create index workflow_types_by_status on workflow_types (domain, status, name, version);
create index activity_types_by_status on activity_types (domain, status, name, version);

create table executions (
    id integer primary key,
    domain integer not null,
    workflow_id text not null,
    run_id text not null unique,
    type_name text not null,
    type_version text not null,
    parent_workflow_id text,
    parent_run_id text,
    tags text,                         -- JSON list, null without tags
    start_at real not null,
    close_at real,                     -- null while open
    close_status text,
    cancel_requested integer not null default 0,
    wake_at real                       -- never later than the next deadline; once closed, when it may be forgotten
) strict;

create unique index open_workflow_ids on executions (domain, workflow_id) where close_at is null;
create index open_by_start on executions (domain, start_at, id) where close_at is null;
create index open_ids_by_start on executions (domain, workflow_id, start_at, id) where close_at is null;
create index open_types_by_start on executions (domain, type_name, start_at, id) where close_at is null;
create index closed_by_start on executions (domain, start_at, id) where close_at is not null;
create index closed_by_close on executions (domain, close_at, id) where close_at is not null;
create index closed_ids_by_start on executions (domain, workflow_id, start_at, id) where close_at is not null;
create index closed_ids_by_close on executions (domain, workflow_id, close_at, id) where close_at is not null;
create index closed_types_by_start on executions (domain, type_name, start_at, id) where close_at is not null;
create index closed_types_by_close on executions (domain, type_name, close_at, id) where close_at is not null;
create index closed_status_by_start on executions (domain, close_status, start_at, id) where close_at is not null;
create index closed_status_by_close on executions (domain, close_status, close_at, id) where close_at is not null;
create index wake_ups on executions (wake_at) where wake_at is not null;

create table execution_tags (
    execution integer not null,
    domain integer not null,
    tag text not null,
    start_at real not null,
    close_at real,
    primary key (execution, tag)
) strict, without rowid;

create index open_tags_by_start on execution_tags (domain, tag, start_at, execution) where close_at is null;
create index closed_tags_by_start on execution_tags (domain, tag, start_at, execution) where close_at is not null;
create index closed_tags_by_close on execution_tags (domain, tag, close_at, execution) where close_at is not null;

create table events (
    execution integer not null,
    id integer not null,
    body blob not null,                -- the event exactly as it goes on the wire
    primary key (execution, id)
) strict, without rowid;

create table task_lists (
    id integer primary key,
    domain integer not null,
    kind text not null,                -- 'activity' or 'decision'
    name text not null,
    unique (domain, kind, name)
) strict;

create table tasks (
    list integer not null,
    priority integer not null,         -- higher is handed out first
    at real not null,
    execution integer not null,
    event integer not null,            -- the Scheduled event
    primary key (list, priority desc, at, execution, event)
) strict, without rowid;

create table heartbeats (
    execution integer not null,
    scheduled_event integer not null,
    at real not null,
    details text,
    primary key (execution, scheduled_event)
) strict, without rowid;

create table functions (               -- Lambda functions that are being called
    execution integer not null,
    scheduled_event integer not null,
    primary key (execution, scheduled_event)
) strict, without rowid;

create table forgotten (               -- executions that are no more, but whose events are still being deleted
    execution integer primary key
) strict;
