"""Operations on workflow types and activity types: the same for both, in two tables."""

from __future__ import annotations

from collections.abc import Callable

from swf.protocol import texts
from swf.protocol.operations import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
    ActivityTypeInfos,
    DeleteActivityType,
    DeleteWorkflowType,
    DeprecateActivityType,
    DeprecateWorkflowType,
    DescribeActivityType,
    DescribeWorkflowType,
    ListActivityTypes,
    ListWorkflowTypes,
    RegisterActivityType,
    RegisterWorkflowType,
    UndeprecateActivityType,
    UndeprecateWorkflowType,
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfo,
    WorkflowTypeInfos,
)
from swf.protocol.values import ActivityType, RegistrationStatus, WorkflowType
from swf.server.service.domains import usable_domain
from swf.server.service.pages import list_page, position_of
from swf.server.service.round import Later, Round
from swf.server.store.registry import with_status
from swf.server.store.types import Detail, TypeTable


def register_activity_type(round: Round, request: RegisterActivityType) -> None:
    """Registers an activity type; an existing one is refused, however equal."""
    domain = usable_domain(round, request.domain)
    type = ActivityType(name=request.name, version=request.version)
    table, limit = round.service.registry.activity_types, round.service.quotas.activity_types
    if table.get(domain.id, type.name, type.version) is not None:
        raise texts.type_already_exists(type)
    if table.count(domain.id) >= limit:
        raise texts.too_many_types("activity", limit)
    detail = ActivityTypeDetail(
        type_info=ActivityTypeInfo(
            activity_type=type,
            status=RegistrationStatus.REGISTERED,
            description=request.description,
            creation_date=round.now,
        ),
        configuration=ActivityTypeConfiguration(
            default_task_start_to_close_timeout=request.default_task_start_to_close_timeout,
            default_task_heartbeat_timeout=request.default_task_heartbeat_timeout,
            default_task_list=request.default_task_list,
            default_task_priority=request.default_task_priority,
            default_task_schedule_to_start_timeout=request.default_task_schedule_to_start_timeout,
            default_task_schedule_to_close_timeout=request.default_task_schedule_to_close_timeout,
        ),
    )
    table.put(round.changes, domain.id, detail)


def register_workflow_type(round: Round, request: RegisterWorkflowType) -> None:
    """Registers a workflow type; an existing one is refused, however equal."""
    domain = usable_domain(round, request.domain)
    type = WorkflowType(name=request.name, version=request.version)
    table, limit = round.service.registry.workflow_types, round.service.quotas.workflow_types
    if table.get(domain.id, type.name, type.version) is not None:
        raise texts.type_already_exists(type)
    if table.count(domain.id) >= limit:
        raise texts.too_many_types("workflow", limit)
    detail = WorkflowTypeDetail(
        type_info=WorkflowTypeInfo(
            workflow_type=type,
            status=RegistrationStatus.REGISTERED,
            description=request.description,
            creation_date=round.now,
        ),
        configuration=WorkflowTypeConfiguration(
            default_task_start_to_close_timeout=request.default_task_start_to_close_timeout,
            default_execution_start_to_close_timeout=request.default_execution_start_to_close_timeout,
            default_task_list=request.default_task_list,
            default_task_priority=request.default_task_priority,
            default_child_policy=request.default_child_policy,
            default_lambda_role=request.default_lambda_role,
        ),
    )
    table.put(round.changes, domain.id, detail)


def describe_activity_type(round: Round, request: DescribeActivityType) -> ActivityTypeDetail:
    """The type with the defaults that were set."""
    return _found(round, round.service.registry.activity_types, request.domain, request.activity_type)


def list_activity_types(round: Round, request: ListActivityTypes) -> Later:
    """The types of one status, of all names or one, by name and version."""
    fetch = _page(round, round.service.registry.activity_types, request)

    def compose() -> ActivityTypeInfos:
        details, following = list_page(request, fetch, lambda detail: _place(detail.type_info.activity_type), round.now)
        return ActivityTypeInfos(type_infos=tuple(detail.type_info for detail in details), next_page_token=following)

    return Later(compose)


def deprecate_activity_type(round: Round, request: DeprecateActivityType) -> None:
    """Refuses new uses of the type; what runs goes on."""
    _deprecate(round, round.service.registry.activity_types, request.domain, request.activity_type)


def undeprecate_activity_type(round: Round, request: UndeprecateActivityType) -> None:
    """Makes the type usable again."""
    _undeprecate(round, round.service.registry.activity_types, request.domain, request.activity_type)


def delete_activity_type(round: Round, request: DeleteActivityType) -> None:
    """Forgets a deprecated type; its name and version are free again."""
    _delete(round, round.service.registry.activity_types, request.domain, request.activity_type)


def describe_workflow_type(round: Round, request: DescribeWorkflowType) -> WorkflowTypeDetail:
    """The type with the defaults that were set."""
    return _found(round, round.service.registry.workflow_types, request.domain, request.workflow_type)


def list_workflow_types(round: Round, request: ListWorkflowTypes) -> Later:
    """The types of one status, of all names or one, by name and version."""
    fetch = _page(round, round.service.registry.workflow_types, request)

    def compose() -> WorkflowTypeInfos:
        details, following = list_page(request, fetch, lambda detail: _place(detail.type_info.workflow_type), round.now)
        return WorkflowTypeInfos(type_infos=tuple(detail.type_info for detail in details), next_page_token=following)

    return Later(compose)


def deprecate_workflow_type(round: Round, request: DeprecateWorkflowType) -> None:
    """Refuses new uses of the type; what runs goes on."""
    _deprecate(round, round.service.registry.workflow_types, request.domain, request.workflow_type)


def undeprecate_workflow_type(round: Round, request: UndeprecateWorkflowType) -> None:
    """Makes the type usable again."""
    _undeprecate(round, round.service.registry.workflow_types, request.domain, request.workflow_type)


def delete_workflow_type(round: Round, request: DeleteWorkflowType) -> None:
    """Forgets a deprecated type; its name and version are free again."""
    _delete(round, round.service.registry.workflow_types, request.domain, request.workflow_type)


AnyType = ActivityType | WorkflowType


def _found(round: Round, table: TypeTable[Detail], domain: str, type: AnyType) -> Detail:
    found = table.get(round.domain(domain).id, type.name, type.version)
    if found is None:
        raise texts.unknown_type(type)
    return found


def _deprecate(round: Round, table: TypeTable[Detail], domain: str, type: AnyType) -> None:
    detail = _found(round, table, domain, type)
    if detail.type_info.status is RegistrationStatus.DEPRECATED:
        raise texts.type_deprecated(type)
    table.put(round.changes, round.domain(domain).id, with_status(detail, RegistrationStatus.DEPRECATED, round.now))


def _undeprecate(round: Round, table: TypeTable[Detail], domain: str, type: AnyType) -> None:
    """In a deprecated domain nothing can be used anew, types neither."""
    row = usable_domain(round, domain)
    detail = _found(round, table, domain, type)
    if detail.type_info.status is RegistrationStatus.REGISTERED:
        raise texts.type_already_exists(type)
    table.put(round.changes, row.id, with_status(detail, RegistrationStatus.REGISTERED, round.now))


def _delete(round: Round, table: TypeTable[Detail], domain: str, type: AnyType) -> None:
    detail = _found(round, table, domain, type)
    if detail.type_info.status is RegistrationStatus.REGISTERED:
        raise texts.type_not_deprecated()
    table.delete(round.changes, round.domain(domain).id, type.name, type.version)


def _page(
    round: Round, table: TypeTable[Detail], request: ListActivityTypes | ListWorkflowTypes
) -> Callable[[int], list[Detail]]:
    """What reads so many types of the page."""
    domain = round.domain(request.domain)
    after = position_of(request, tuple[str, str], round.now)

    def fetch(limit: int) -> list[Detail]:
        return table.page(
            domain.id,
            request.registration_status,
            name=request.name,
            after=after,
            limit=limit,
            is_reversed=bool(request.reverse_order),
        )

    return fetch


def _place(type: AnyType) -> tuple[str, str]:
    return type.name, type.version
