"""Domains, types and task lists."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from simpleflow.web.listed import Counted, DomainLine, Line, TaskListLine, TypeLine
from simpleflow.web.queries.faults import Refused, asked
from swf.client import Client
from swf.protocol.operations import (
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    DescribeActivityType,
    DescribeDomain,
    DescribeWorkflowExecution,
    DescribeWorkflowType,
    ExecutionTimeFilter,
    ListActivityTypes,
    ListDomains,
    ListWorkflowTypes,
)
from swf.protocol.values import RegistrationStatus, TaskList, WorkflowExecution

MOST_DOMAINS: Final = 50
"""Domains that are described and counted for one page."""
MOST_TYPES: Final = 100
TIRED: Final = ("silent", "throttled")
"""Who answers so is not asked for many more things that a page can do without."""
MOST_EXECUTIONS: Final = 200
"""Open executions that are asked for their task lists."""


def domain_names(client: Client) -> tuple[list[str], str | None]:
    """The domains that can be used, and the ARN of one of them; None if the service has none. Raises Refused."""
    infos = list(_all(client, ListDomains, "domain_infos", registration_status=RegistrationStatus.REGISTERED))
    return sorted(info.name for info in infos), next((info.arn for info in infos if info.arn), None)


def domains(client: Client) -> list[DomainLine]:
    """All domains, with their open executions, as long as the service tells them readily. Raises Refused."""
    lines: list[DomainLine] = []
    most = MOST_DOMAINS
    for status in (RegistrationStatus.REGISTERED, RegistrationStatus.DEPRECATED):
        for info in _all(client, ListDomains, "domain_infos", registration_status=status):
            retention: str | None = None
            number: Counted | None = None
            if len(lines) < most:
                try:
                    described = asked(client, DescribeDomain(name=info.name))
                    retention = described.configuration.workflow_execution_retention_period_in_days
                    answer = asked(
                        client,
                        CountOpenWorkflowExecutions(
                            domain=info.name, start_time_filter=ExecutionTimeFilter(oldest_date=0.0)
                        ),
                    )
                    number = Counted(answer.count, bool(answer.truncated))
                except Refused as refused:  # the row says that it is not known
                    most = 0 if refused.trouble.kind in TIRED else most
            is_deprecated = status is RegistrationStatus.DEPRECATED
            lines.append(DomainLine(info.name, is_deprecated, info.description, retention, number))
    return lines


def workflow_types(client: Client, domain: str) -> list[tuple[str, str]]:
    """Name and version of the workflow types that can be started, by name, the newest version first. Raises Refused."""
    infos = _all(
        client, ListWorkflowTypes, "type_infos", domain=domain, registration_status=RegistrationStatus.REGISTERED
    )
    newest_first = sorted(infos, key=lambda info: -info.creation_date)
    types = [(info.workflow_type.name, info.workflow_type.version) for info in newest_first]
    return sorted(types, key=operator.itemgetter(0))


def retention_of(client: Client, domain: str) -> str | None:
    """For how many days a domain keeps closed executions; None if that is not known."""
    try:
        return asked(client, DescribeDomain(name=domain)).configuration.workflow_execution_retention_period_in_days
    except Refused:
        return None


def types(client: Client, domain: str, recent: Sequence[Line]) -> tuple[list[TypeLine], int]:
    """The types of a domain, and how many of them are not described; *recent* executions tell when they were used.

    Raises Refused.
    """
    used: dict[tuple[str, str], float] = {}
    for line in recent:
        key = (line.type, line.version)
        used[key] = max(used.get(key, 0.0), line.start)
    lines: list[TypeLine] = []
    left = 0
    most = MOST_TYPES
    for is_activity in (False, True):
        for status in (RegistrationStatus.REGISTERED, RegistrationStatus.DEPRECATED):
            operation: Any = ListActivityTypes if is_activity else ListWorkflowTypes
            for info in _all(client, operation, "type_infos", domain=domain, registration_status=status):
                name = info.activity_type if is_activity else info.workflow_type
                defaults: dict[str, str] | None = None
                if len(lines) < most:
                    try:
                        defaults = _defaults(client, domain, name, is_activity=is_activity)
                    except Refused as refused:
                        most = 0 if refused.trouble.kind in TIRED else most
                left += defaults is None
                lines.append(
                    TypeLine(
                        name=name.name,
                        version=name.version,
                        is_activity=is_activity,
                        is_deprecated=status is RegistrationStatus.DEPRECATED,
                        created=info.creation_date,
                        description=info.description,
                        defaults=defaults or {},
                        used=None if is_activity else used.get((name.name, name.version)),
                    )
                )
    return lines, left


def _defaults(client: Client, domain: str, name: Any, *, is_activity: bool) -> dict[str, str]:
    """What a type was registered with. Raises Refused."""
    request: Any = (
        DescribeActivityType(domain=domain, activity_type=name)
        if is_activity
        else DescribeWorkflowType(domain=domain, workflow_type=name)
    )
    configuration = asked(client, request).configuration
    found = {}
    for field in configuration.__struct_fields__:
        value = getattr(configuration, field)
        if value is not None:
            found[field.removeprefix("default_")] = value.name if isinstance(value, TaskList) else str(value)
    return found


def task_lists(client: Client, domain: str, still_open: Sequence[Line]) -> tuple[list[TaskListLine], int]:
    """The task lists that open executions name, and how many of these were not asked. Raises Refused.

    Amazon refills descriptions slowly: when it says that there were too many, the others are not asked.
    """
    names: Counter[str] = Counter()
    is_asked = 0
    for line in still_open[:MOST_EXECUTIONS]:
        try:
            detail = asked(
                client,
                DescribeWorkflowExecution(
                    domain=domain, execution=WorkflowExecution(workflow_id=line.workflow_id, run_id=line.run_id)
                ),
            )
        except Refused as refused:
            if refused.trouble.kind == "throttled" and names:
                break
            if refused.trouble.kind != "gone":
                raise
            is_asked += 1  # closed and forgotten since it was listed
            continue
        is_asked += 1
        names[detail.execution_configuration.task_list.name] += 1
    lines = []
    for name, number in sorted(names.items()):
        chosen = TaskList(name=name)
        lines.append(
            TaskListLine(
                name,
                _pending(client, CountPendingDecisionTasks(domain=domain, task_list=chosen)),
                _pending(client, CountPendingActivityTasks(domain=domain, task_list=chosen)),
                number,
            )
        )
    return lines, len(still_open) - is_asked


def _pending(client: Client, request: Any) -> Counted | None:
    try:
        answer = asked(client, request)
    except Refused:
        return None
    return Counted(answer.count, bool(answer.truncated))


def _all(client: Client, operation: Any, member: str, **conditions: Any) -> Iterator[Any]:
    token: str | None = None
    while True:
        page = asked(client, operation(next_page_token=token, **conditions))
        yield from getattr(page, member)
        token = page.next_page_token
        if token is None:
            return
