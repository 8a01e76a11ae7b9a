"""Workflow types and activity types: what may be started and scheduled, with its defaults."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Request, Word
from swf.protocol.values import (
    ActivityType,
    Arn,
    ChildPolicy,
    Description,
    DomainName,
    DurationInSecondsOptional,
    ExecutionTimeout,
    Name,
    PageSize,
    PageToken,
    RegistrationStatus,
    TaskList,
    TaskPriority,
    Timestamp,
    Version,
    WorkflowType,
)


class ActivityTypeInfo(Word, frozen=True, kw_only=True):
    """Name, version and status of an activity type."""

    activity_type: ActivityType
    status: RegistrationStatus
    creation_date: Timestamp
    description: Description | None = None
    deprecation_date: Timestamp | None = None


class ActivityTypeConfiguration(Word, frozen=True, kw_only=True):
    """The defaults an activity type was registered with."""

    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_heartbeat_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_task_schedule_to_start_timeout: DurationInSecondsOptional | None = None
    default_task_schedule_to_close_timeout: DurationInSecondsOptional | None = None


class ActivityTypeInfos(Word, frozen=True, kw_only=True):
    """A page of activity types."""

    type_infos: tuple[ActivityTypeInfo, ...]
    next_page_token: PageToken | None = None


class ActivityTypeDetail(Word, frozen=True, kw_only=True):
    """An activity type with its defaults."""

    type_info: ActivityTypeInfo
    configuration: ActivityTypeConfiguration


class WorkflowTypeInfo(Word, frozen=True, kw_only=True):
    """Name, version and status of a workflow type."""

    workflow_type: WorkflowType
    status: RegistrationStatus
    creation_date: Timestamp
    description: Description | None = None
    deprecation_date: Timestamp | None = None


class WorkflowTypeConfiguration(Word, frozen=True, kw_only=True):
    """The defaults a workflow type was registered with."""

    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_child_policy: ChildPolicy | None = None
    default_lambda_role: Arn | None = None


class WorkflowTypeInfos(Word, frozen=True, kw_only=True):
    """A page of workflow types."""

    type_infos: tuple[WorkflowTypeInfo, ...]
    next_page_token: PageToken | None = None


class WorkflowTypeDetail(Word, frozen=True, kw_only=True):
    """A workflow type with its defaults."""

    type_info: WorkflowTypeInfo
    configuration: WorkflowTypeConfiguration


class RegisterActivityType(Request[None], frozen=True, kw_only=True):
    """Registers an activity type with its defaults; an existing one is refused, however equal."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "TypeAlreadyExistsFault",
        "LimitExceededFault",
        "UnknownResourceFault",
    )

    domain: DomainName
    name: Name
    version: Version
    description: Description | None = None
    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_task_heartbeat_timeout: DurationInSecondsOptional | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_task_schedule_to_start_timeout: DurationInSecondsOptional | None = None
    default_task_schedule_to_close_timeout: DurationInSecondsOptional | None = None


class DescribeActivityType(Request[ActivityTypeDetail], frozen=True, kw_only=True):
    """Tells status and defaults of an activity type."""

    RESULT: ClassVar = ActivityTypeDetail
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    activity_type: ActivityType


class ListActivityTypes(Request[ActivityTypeInfos], frozen=True, kw_only=True):
    """Lists activity types by name, then version."""

    RESULT: ClassVar = ActivityTypeInfos
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    registration_status: RegistrationStatus
    name: Name | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateActivityType(Request[None], frozen=True, kw_only=True):
    """Deprecates an activity type; open tasks go on."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeDeprecatedFault",
    )

    domain: DomainName
    activity_type: ActivityType


class UndeprecateActivityType(Request[None], frozen=True, kw_only=True):
    """Makes a deprecated activity type usable again."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeAlreadyExistsFault",
    )

    domain: DomainName
    activity_type: ActivityType


class DeleteActivityType(Request[None], frozen=True, kw_only=True):
    """Deletes a deprecated activity type."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeNotDeprecatedFault",
    )

    domain: DomainName
    activity_type: ActivityType


class RegisterWorkflowType(Request[None], frozen=True, kw_only=True):
    """Registers a workflow type with its defaults; an existing one is refused, however equal."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "TypeAlreadyExistsFault",
        "LimitExceededFault",
        "UnknownResourceFault",
    )

    domain: DomainName
    name: Name
    version: Version
    description: Description | None = None
    default_task_start_to_close_timeout: DurationInSecondsOptional | None = None
    default_execution_start_to_close_timeout: ExecutionTimeout | None = None
    default_task_list: TaskList | None = None
    default_task_priority: TaskPriority | None = None
    default_child_policy: ChildPolicy | None = None
    default_lambda_role: Arn | None = None


class DescribeWorkflowType(Request[WorkflowTypeDetail], frozen=True, kw_only=True):
    """Tells status and defaults of a workflow type."""

    RESULT: ClassVar = WorkflowTypeDetail
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    workflow_type: WorkflowType


class ListWorkflowTypes(Request[WorkflowTypeInfos], frozen=True, kw_only=True):
    """Lists workflow types by name, then version."""

    RESULT: ClassVar = WorkflowTypeInfos
    FAULTS: ClassVar[tuple[str, ...]] = ("UnknownResourceFault",)

    domain: DomainName
    registration_status: RegistrationStatus
    name: Name | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class DeprecateWorkflowType(Request[None], frozen=True, kw_only=True):
    """Deprecates a workflow type; running executions go on."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeDeprecatedFault",
    )

    domain: DomainName
    workflow_type: WorkflowType


class UndeprecateWorkflowType(Request[None], frozen=True, kw_only=True):
    """Makes a deprecated workflow type usable again."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeAlreadyExistsFault",
    )

    domain: DomainName
    workflow_type: WorkflowType


class DeleteWorkflowType(Request[None], frozen=True, kw_only=True):
    """Deletes a deprecated workflow type."""

    RESULT: ClassVar = None
    FAULTS: ClassVar[tuple[str, ...]] = (
        "UnknownResourceFault",
        "TypeNotDeprecatedFault",
    )

    domain: DomainName
    workflow_type: WorkflowType
