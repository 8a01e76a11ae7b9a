"""How much of everything there may be: Amazon's numbers, or smaller ones for tests."""

from __future__ import annotations

from dataclasses import dataclass

from swf.protocol import limits


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas that a service keeps. What is at its limit is refused, with a fault or by an event."""

    events_per_execution: int = limits.EVENTS_PER_EXECUTION
    open_activities: int = limits.OPEN_ACTIVITIES_PER_EXECUTION
    open_timers: int = limits.OPEN_TIMERS_PER_EXECUTION
    open_children: int = limits.OPEN_CHILDREN_PER_EXECUTION
    open_functions: int = limits.OPEN_FUNCTIONS_PER_EXECUTION
    open_executions: int = limits.OPEN_EXECUTIONS_PER_DOMAIN
    """Of a domain, child executions included."""
    domains: int = limits.DOMAINS
    workflow_types: int = limits.WORKFLOW_TYPES_PER_DOMAIN
    activity_types: int = limits.ACTIVITY_TYPES_PER_DOMAIN
    pollers: int = limits.POLLERS_PER_TASK_LIST
    tags: int = limits.TAGS_PER_DOMAIN
