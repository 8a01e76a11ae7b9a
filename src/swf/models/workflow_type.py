"""Workflow types: what can be started, with its defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self

from swf import given
from swf.constants import REGISTERED
from swf.core import linked
from swf.exceptions import DoesNotExistError, WorkflowTypeDoesNotExist
from swf.models.base import BaseModel, check_registered, duration
from swf.models.domain import Domain
from swf.protocol import operations as o
from swf.protocol import values as v
from swf.utils import now

if TYPE_CHECKING:
    from swf.models.execution import WorkflowExecution


class ChildPolicies(NamedTuple):
    """What may become of open children when their parent is terminated or times out."""

    TERMINATE: str = v.ChildPolicy.TERMINATE
    REQUEST_CANCEL: str = v.ChildPolicy.REQUEST_CANCEL
    ABANDON: str = v.ChildPolicy.ABANDON


CHILD_POLICIES: Final = ChildPolicies()


def child_policy_of(policy: str | None) -> v.ChildPolicy | None:
    """The child policy of that name; raises ValueError if there is none."""
    return given.one_of(v.ChildPolicy, policy, "child_policy")


@dataclass(frozen=True, slots=True, repr=False)
class WorkflowType(BaseModel):
    """A workflow type with its defaults. Timeouts are seconds or ``"NONE"``; None: no default.

    What a list shows has no defaults; :meth:`upstream` has them. Dates are seconds since 1970, 0 where the service has
    not told them. Raises ValueError for a child policy that is none.
    """

    MISSING: ClassVar[type[DoesNotExistError]] = WorkflowTypeDoesNotExist
    COMPARED: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "status",
        "description",
        "task_list",
        "child_policy",
        "execution_timeout",
        "decision_tasks_timeout",
        "task_priority",
        "lambda_role",
    )

    domain: Domain
    name: str
    version: str
    status: str = REGISTERED
    creation_date: float = field(default=0.0, compare=False)
    deprecation_date: float = field(default=0.0, compare=False)
    task_list: str | None = None
    child_policy: str | None = CHILD_POLICIES.TERMINATE
    execution_timeout: int | str | None = "300"
    decision_tasks_timeout: int | str | None = "300"
    description: str | None = None
    task_priority: int | str | None = field(default=None, kw_only=True)
    lambda_role: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        Domain.check(self.domain)
        self._link(self.domain)
        given.one_of(v.RegistrationStatus, self.status, "status")
        child_policy_of(self.child_policy)
        for name in ("execution_timeout", "decision_tasks_timeout", "task_priority"):
            object.__setattr__(self, name, duration(getattr(self, name)))

    @classmethod
    def from_info(
        cls, domain: Domain, info: o.WorkflowTypeInfo, defaults: o.WorkflowTypeConfiguration | None = None
    ) -> Self:
        """The type that a list or description shows; a list tells no *defaults*."""
        defaults = defaults or o.WorkflowTypeConfiguration()
        return cls(
            domain,
            info.workflow_type.name,
            info.workflow_type.version,
            info.status,
            info.creation_date,
            info.deprecation_date or 0.0,
            defaults.default_task_list.name if defaults.default_task_list else None,
            defaults.default_child_policy,
            defaults.default_execution_start_to_close_timeout,
            defaults.default_task_start_to_close_timeout,
            info.description,
            task_priority=defaults.default_task_priority,
            lambda_role=defaults.default_lambda_role,
            **linked(domain),
        )

    @classmethod
    def named(cls, domain: Domain, word: v.WorkflowType) -> WorkflowType:
        """The type of which nothing but name and version was told."""
        nothing: dict[str, Any] = {"child_policy": None, "execution_timeout": None, "decision_tasks_timeout": None}
        return cls(domain, word.name, word.version, **nothing, **linked(domain))

    @property
    def word(self) -> v.WorkflowType:
        """Name and version, as calls and decisions carry them."""
        return v.WorkflowType(name=self.name, version=self.version)

    def set_child_policy(self, policy: str) -> WorkflowType:
        """The same type with that child policy; this one stays as it is."""
        return dataclasses.replace(self, child_policy=policy)

    def upstream(self) -> Self:
        detail = self.call(o.DescribeWorkflowType(domain=self.domain.name, workflow_type=self.word))
        return self.from_info(self.domain, detail.type_info, detail.configuration)

    def save(self) -> None:
        check_registered(self.status)
        self.call(
            o.RegisterWorkflowType(
                domain=self.domain.name,
                name=self.name,
                version=self.version,
                description=self.description,
                default_task_list=given.task_list(self.task_list),
                default_child_policy=child_policy_of(self.child_policy),
                default_execution_start_to_close_timeout=duration(self.execution_timeout),
                default_task_start_to_close_timeout=duration(self.decision_tasks_timeout),
                default_task_priority=duration(self.task_priority),
                default_lambda_role=self.lambda_role,
            )
        )

    def delete(self) -> None:
        """Deprecates it: it cannot be started any more, running executions go on."""
        self.call(o.DeprecateWorkflowType(domain=self.domain.name, workflow_type=self.word))

    def undeprecate(self) -> None:
        """Makes it usable again."""
        self.call(o.UndeprecateWorkflowType(domain=self.domain.name, workflow_type=self.word))

    def purge(self) -> None:
        """Deletes it for good; raises DeprecatedError if it is not deprecated."""
        self.call(o.DeleteWorkflowType(domain=self.domain.name, workflow_type=self.word))

    def start_execution(
        self,
        workflow_id: str | None = None,
        task_list: str | None = None,
        child_policy: str | None = None,
        execution_timeout: int | str | None = None,
        input: Any = None,
        tag_list: Iterable[str] | None = None,
        decision_tasks_timeout: int | str | None = None,
        *,
        task_priority: int | str | None = None,
        lambda_role: str | None = None,
    ) -> WorkflowExecution:
        """Starts an execution. What is None comes from the defaults of the registered type.

        *input* travels as JSON. *workflow_id* None: name, version and time. Raises
        WorkflowExecutionAlreadyStartedError if the id is open, ValueError for more than 5 tags.
        """
        from swf.models.execution import WorkflowExecution

        if workflow_id is None:
            workflow_id = f"{self.name}-{self.version}-{now().timestamp():.6f}"
        tags = given.tags(tag_list)
        run = self.call(
            o.StartWorkflowExecution(
                domain=self.domain.name,
                workflow_id=workflow_id,
                workflow_type=self.word,
                task_list=given.task_list(task_list),
                child_policy=child_policy_of(child_policy),
                execution_start_to_close_timeout=duration(execution_timeout),
                input=given.json(input, "input"),
                tag_list=tags,
                task_start_to_close_timeout=duration(decision_tasks_timeout),
                task_priority=duration(task_priority),
                lambda_role=lambda_role,
            )
        )
        return WorkflowExecution(
            self.domain,
            workflow_id,
            run.run_id,
            workflow_type=self,
            task_list=self.task_list if task_list is None else task_list,
            child_policy=self.child_policy if child_policy is None else child_policy,
            execution_timeout=self.execution_timeout if execution_timeout is None else execution_timeout,
            input=input,
            tag_list=tags,
            decision_tasks_timeout=(
                self.decision_tasks_timeout if decision_tasks_timeout is None else decision_tasks_timeout
            ),
            **linked(self),
        )

    def __repr__(self) -> str:
        return f"<WorkflowType domain={self.domain.name} name={self.name} version={self.version} status={self.status}>"
