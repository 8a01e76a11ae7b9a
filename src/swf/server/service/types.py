"""Operations on workflow types and activity types."""

from __future__ import annotations

from swf.protocol import texts
from swf.protocol.operations import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
    DescribeActivityType,
    DescribeWorkflowType,
    RegisterActivityType,
    RegisterWorkflowType,
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfo,
)
from swf.protocol.values import ActivityType, RegistrationStatus, WorkflowType
from swf.server.service.round import Round
from swf.server.store.registry import DomainRow


def register_activity_type(round: Round, request: RegisterActivityType) -> None:
    """Registers an activity type; an existing one is refused, however equal."""
    domain = usable_domain(round, request.domain)
    type = ActivityType(name=request.name, version=request.version)
    registry = round.service.registry
    if registry.activity_type(domain.id, type.name, type.version) is not None:
        raise texts.type_already_exists(type)
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
    registry.add_activity_type(round.changes, domain.id, detail)


def register_workflow_type(round: Round, request: RegisterWorkflowType) -> None:
    """Registers a workflow type; an existing one is refused, however equal."""
    domain = usable_domain(round, request.domain)
    type = WorkflowType(name=request.name, version=request.version)
    registry = round.service.registry
    if registry.workflow_type(domain.id, type.name, type.version) is not None:
        raise texts.type_already_exists(type)
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
    registry.add_workflow_type(round.changes, domain.id, detail)


def describe_activity_type(round: Round, request: DescribeActivityType) -> ActivityTypeDetail:
    """The type with the defaults that were set."""
    domain = round.domain(request.domain)
    type = request.activity_type
    found = round.service.registry.activity_type(domain.id, type.name, type.version)
    if found is None:
        raise texts.unknown_type(type)
    return found


def describe_workflow_type(round: Round, request: DescribeWorkflowType) -> WorkflowTypeDetail:
    """The type with the defaults that were set."""
    domain = round.domain(request.domain)
    type = request.workflow_type
    found = round.service.registry.workflow_type(domain.id, type.name, type.version)
    if found is None:
        raise texts.unknown_type(type)
    return found


def usable_domain(round: Round, name: str) -> DomainRow:
    """The domain; a deprecated one is as good as unknown to whoever wants something new in it."""
    domain = round.domain(name)
    if domain.status is RegistrationStatus.DEPRECATED:
        raise texts.unknown_domain(name)
    return domain
