"""What Amazon SWF says when it refuses: every fault with its text, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from swf.protocol.faults import (
    DefaultUndefinedFault,
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    LimitExceededFault,
    ThrottlingException,
    TooManyTagsFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    UnrecognizedClientException,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from swf.protocol.values import ActivityType, WorkflowExecution, WorkflowType

AnyType = ActivityType | WorkflowType


def named_type(type: AnyType) -> str:
    """How messages name a type."""
    return f"{_class_name(type)}=[name={type.name}, version={type.version}]"


def _class_name(type: AnyType) -> str:
    return "ActivityType" if isinstance(type, ActivityType) else "WorkflowType"


def unknown_domain(name: str) -> UnknownResourceFault:
    """There is no such domain, or it is deprecated and the call needs one that is not."""
    return UnknownResourceFault(f"Unknown domain: {name}")


def unknown_resource(arn: str) -> UnknownResourceFault:
    """The ARN names nothing that can have tags. (Amazon's text is unknown.)"""
    return UnknownResourceFault(f"Unknown resource: {arn}")


def unknown_type(type: AnyType) -> UnknownResourceFault:
    """The type is not registered, or deleted."""
    return UnknownResourceFault(f"Unknown type: {named_type(type)}")


def unknown_execution(execution: WorkflowExecution) -> UnknownResourceFault:
    """The run is not there, or closed and the call needs an open one."""
    return UnknownResourceFault(
        f"Unknown execution: WorkflowExecution=[workflowId={execution.workflow_id}, runId={execution.run_id}]"
    )


def no_open_execution(workflow_id: str) -> UnknownResourceFault:
    """No run was named and none is open."""
    return UnknownResourceFault(f"Unknown execution, workflowId = {workflow_id}")


def unknown_activity(scheduled_event_id: int) -> UnknownResourceFault:
    """The activity task is closed."""
    return UnknownResourceFault(f"Unknown activity, scheduledEventId = {scheduled_event_id}")


def unknown_decision_task(scheduled_event_id: int) -> UnknownResourceFault:
    """The decision task is closed."""
    return UnknownResourceFault(f"Unknown decision task, scheduledEventId = {scheduled_event_id}")


def domain_already_exists(name: str) -> DomainAlreadyExistsFault:
    """The name is taken; or the domain to undeprecate is not deprecated."""
    return DomainAlreadyExistsFault(name)


def domain_deprecated(name: str) -> DomainDeprecatedFault:
    """The domain to deprecate is deprecated already."""
    return DomainDeprecatedFault(name)


def type_already_exists(type: AnyType) -> TypeAlreadyExistsFault:
    """Name and version are taken; or the type to undeprecate is not deprecated."""
    return TypeAlreadyExistsFault(named_type(type))


def type_deprecated(type: AnyType) -> TypeDeprecatedFault:
    """The type is deprecated."""
    return TypeDeprecatedFault(named_type(type))


def type_not_deprecated() -> TypeNotDeprecatedFault:
    """The type to delete is still registered."""
    return TypeNotDeprecatedFault("The type is currently registered and cannot be deleted in its current state")


def already_started() -> WorkflowExecutionAlreadyStartedFault:
    """The workflow id is open in the domain. (Amazon's text was seen to be empty as well.)"""
    return WorkflowExecutionAlreadyStartedFault("Already Started")


def default_undefined(parameter: str) -> DefaultUndefinedFault:
    """*parameter*, by its name on the wire, is neither given nor a default of the type."""
    return DefaultUndefinedFault(parameter)


def too_many_pollers() -> LimitExceededFault:
    """As many polls wait at the task list as may."""
    return LimitExceededFault("Limit on maximum concurrent poll requests per task list reached")


def too_many_domains(limit: int) -> LimitExceededFault:
    """As many domains are there as may, deprecated ones included. (Amazon's text is unknown.)"""
    return LimitExceededFault(f"Limit on the number of domains reached: {limit}")


def too_many_types(kind: str, limit: int) -> LimitExceededFault:
    """As many types of this kind are in the domain as may. (Amazon's text is unknown.)"""
    return LimitExceededFault(f"Limit on the number of {kind} types in a domain reached: {limit}")


def too_many_open_executions(limit: int) -> LimitExceededFault:
    """As many executions of the domain are open as may. (Amazon's text is unknown.)"""
    return LimitExceededFault(f"Limit on the number of open workflow executions in a domain reached: {limit}")


def too_many_tags(limit: int) -> TooManyTagsFault:
    """The domain would have more tags than it may. (Amazon's text is unknown.)"""
    return TooManyTagsFault(f"A domain can have at most {limit} tags")


def rate_exceeded() -> ThrottlingException:
    """The token bucket of the call is empty."""
    return ThrottlingException("Rate exceeded")


def invalid_security_token() -> UnrecognizedClientException:
    """The access key is unknown."""
    return UnrecognizedClientException("The security token included in the request is invalid.")


def invalid_token() -> ValidationException:
    """The task or page token is none of ours, or belongs to another question."""
    return ValidationException("Invalid token")


def token_expired() -> ValidationException:
    """The page token is too old."""
    return ValidationException("Specified token has exceeded its maximum lifetime")


def close_must_be_last() -> ValidationException:
    """A decision follows a closing one."""
    return ValidationException("Close must be last decision in list")


def both_time_filters() -> ValidationException:
    """Start and close time are both filtered."""
    return ValidationException("Cannot specify both a startTimeFilter and a closeTimeFilter")


def no_time_filter() -> ValidationException:
    """Neither start nor close time is filtered."""
    return ValidationException("Must specify time filter")


def several_exclusive_filters(names: Iterable[str]) -> ValidationException:
    """More than one filter beside the time; *names* as on the wire."""
    return ValidationException(f"Cannot specify more than one exclusive filters in the same query: {', '.join(names)}")


def violations(found: Sequence[str]) -> ValidationException:
    """All constraints that a request breaks, each as :func:`violation` words it."""
    errors = "error" if len(found) == 1 else "errors"
    return ValidationException(f"{len(found)} validation {errors} detected: {'; '.join(found)}")


def violation(value: Any, path: str, constraint: str) -> str:
    """One broken constraint; *value* None is a missing one."""
    return f"Value {_shown(value)} at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"'[{', '.join('null' if item is None else str(item) for item in value)}]'"
    return f"'{value}'"
