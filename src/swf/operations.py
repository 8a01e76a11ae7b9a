"""Every operation of the service as a method: written by ``python -m tools.operations``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from swf import given
from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.protocol.decision import Decision
from swf.protocol.values import ChildPolicy, RegistrationStatus

Result = TypeVar("Result")


class Operations:
    """The operations by their names in Python.

    Arguments may be given by position, in the order of the API model, but by name where that order is another than
    boto2's and would be mistaken without an error. A task list may be its name, a type a pair of name and version.
    """

    __slots__ = ()

    def call(self, request: Request[Result], /) -> Result:
        """The answer to *request*."""
        raise NotImplementedError

    def count_closed_workflow_executions(
        self,
        domain: str,
        start_time_filter: o.ExecutionTimeFilter | None = None,
        close_time_filter: o.ExecutionTimeFilter | None = None,
        execution_filter: o.WorkflowExecutionFilter | None = None,
        type_filter: o.WorkflowTypeFilter | None = None,
        tag_filter: o.TagFilter | None = None,
        close_status_filter: o.CloseStatusFilter | None = None,
    ) -> o.WorkflowExecutionCount:
        """Counts closed executions."""
        return self.call(
            o.CountClosedWorkflowExecutions(
                domain=domain,
                start_time_filter=start_time_filter,
                close_time_filter=close_time_filter,
                execution_filter=execution_filter,
                type_filter=type_filter,
                tag_filter=tag_filter,
                close_status_filter=close_status_filter,
            )
        )

    def count_open_workflow_executions(
        self,
        domain: str,
        start_time_filter: o.ExecutionTimeFilter,
        type_filter: o.WorkflowTypeFilter | None = None,
        tag_filter: o.TagFilter | None = None,
        execution_filter: o.WorkflowExecutionFilter | None = None,
    ) -> o.WorkflowExecutionCount:
        """Counts open executions."""
        return self.call(
            o.CountOpenWorkflowExecutions(
                domain=domain,
                start_time_filter=start_time_filter,
                type_filter=type_filter,
                tag_filter=tag_filter,
                execution_filter=execution_filter,
            )
        )

    def count_pending_activity_tasks(self, domain: str, task_list: given.AnyTaskList) -> o.PendingTaskCount:
        """Counts the activity tasks that wait in a list."""
        return self.call(o.CountPendingActivityTasks(domain=domain, task_list=given.task_list(task_list, "task_list")))

    def count_pending_decision_tasks(self, domain: str, task_list: given.AnyTaskList) -> o.PendingTaskCount:
        """Counts the decision tasks that wait in a list."""
        return self.call(o.CountPendingDecisionTasks(domain=domain, task_list=given.task_list(task_list, "task_list")))

    def delete_activity_type(self, domain: str, activity_type: given.AnyType) -> None:
        """Deletes a deprecated activity type."""
        self.call(
            o.DeleteActivityType(domain=domain, activity_type=given.activity_type(activity_type, "activity_type"))
        )

    def delete_workflow_type(self, domain: str, workflow_type: given.AnyType) -> None:
        """Deletes a deprecated workflow type."""
        self.call(
            o.DeleteWorkflowType(domain=domain, workflow_type=given.workflow_type(workflow_type, "workflow_type"))
        )

    def deprecate_activity_type(self, domain: str, activity_type: given.AnyType) -> None:
        """Deprecates an activity type; open tasks go on."""
        self.call(
            o.DeprecateActivityType(domain=domain, activity_type=given.activity_type(activity_type, "activity_type"))
        )

    def deprecate_domain(self, name: str) -> None:
        """Deprecates a domain and every type in it; running executions go on."""
        self.call(o.DeprecateDomain(name=name))

    def deprecate_workflow_type(self, domain: str, workflow_type: given.AnyType) -> None:
        """Deprecates a workflow type; running executions go on."""
        self.call(
            o.DeprecateWorkflowType(domain=domain, workflow_type=given.workflow_type(workflow_type, "workflow_type"))
        )

    def describe_activity_type(self, domain: str, activity_type: given.AnyType) -> o.ActivityTypeDetail:
        """Tells status and defaults of an activity type."""
        return self.call(
            o.DescribeActivityType(domain=domain, activity_type=given.activity_type(activity_type, "activity_type"))
        )

    def describe_domain(self, name: str) -> o.DomainDetail:
        """Tells status and configuration of a domain, a deprecated one too."""
        return self.call(o.DescribeDomain(name=name))

    def describe_workflow_execution(self, domain: str, execution: given.AnyExecution) -> o.WorkflowExecutionDetail:
        """Tells state, configuration and open counts of one run."""
        return self.call(o.DescribeWorkflowExecution(domain=domain, execution=given.execution(execution, "execution")))

    def describe_workflow_type(self, domain: str, workflow_type: given.AnyType) -> o.WorkflowTypeDetail:
        """Tells status and defaults of a workflow type."""
        return self.call(
            o.DescribeWorkflowType(domain=domain, workflow_type=given.workflow_type(workflow_type, "workflow_type"))
        )

    def get_workflow_execution_history(
        self,
        domain: str,
        execution: given.AnyExecution,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
    ) -> o.History:
        """Reads the events of one run, open or closed."""
        return self.call(
            o.GetWorkflowExecutionHistory(
                domain=domain,
                execution=given.execution(execution, "execution"),
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
            )
        )

    def list_activity_types(
        self,
        domain: str,
        registration_status: RegistrationStatus,
        name: str | None = None,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
    ) -> o.ActivityTypeInfos:
        """Lists activity types by name, then version."""
        return self.call(
            o.ListActivityTypes(
                domain=domain,
                registration_status=registration_status,
                name=name,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
            )
        )

    def list_closed_workflow_executions(
        self,
        domain: str,
        start_time_filter: o.ExecutionTimeFilter | None = None,
        close_time_filter: o.ExecutionTimeFilter | None = None,
        execution_filter: o.WorkflowExecutionFilter | None = None,
        close_status_filter: o.CloseStatusFilter | None = None,
        type_filter: o.WorkflowTypeFilter | None = None,
        tag_filter: o.TagFilter | None = None,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
    ) -> o.WorkflowExecutionInfos:
        """Lists closed executions by start or close time, newest first; at most one filter beside the time."""
        return self.call(
            o.ListClosedWorkflowExecutions(
                domain=domain,
                start_time_filter=start_time_filter,
                close_time_filter=close_time_filter,
                execution_filter=execution_filter,
                close_status_filter=close_status_filter,
                type_filter=type_filter,
                tag_filter=tag_filter,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
            )
        )

    def list_domains(
        self,
        registration_status: RegistrationStatus,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
    ) -> o.DomainInfos:
        """Lists domains by name."""
        return self.call(
            o.ListDomains(
                registration_status=registration_status,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
            )
        )

    def list_open_workflow_executions(
        self,
        domain: str,
        start_time_filter: o.ExecutionTimeFilter,
        type_filter: o.WorkflowTypeFilter | None = None,
        tag_filter: o.TagFilter | None = None,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
        execution_filter: o.WorkflowExecutionFilter | None = None,
    ) -> o.WorkflowExecutionInfos:
        """Lists open executions, newest start first; at most one filter beside the time."""
        return self.call(
            o.ListOpenWorkflowExecutions(
                domain=domain,
                start_time_filter=start_time_filter,
                type_filter=type_filter,
                tag_filter=tag_filter,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
                execution_filter=execution_filter,
            )
        )

    def list_tags_for_resource(self, resource_arn: str) -> o.ListTagsForResourceOutput:
        """Lists the tags of a domain."""
        return self.call(o.ListTagsForResource(resource_arn=resource_arn))

    def list_workflow_types(
        self,
        domain: str,
        registration_status: RegistrationStatus,
        name: str | None = None,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
    ) -> o.WorkflowTypeInfos:
        """Lists workflow types by name, then version."""
        return self.call(
            o.ListWorkflowTypes(
                domain=domain,
                registration_status=registration_status,
                name=name,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
            )
        )

    def poll_for_activity_task(
        self, domain: str, task_list: given.AnyTaskList, identity: str | None = None
    ) -> o.ActivityTask:
        """Waits for an activity task of a list."""
        return self.call(
            o.PollForActivityTask(domain=domain, task_list=given.task_list(task_list, "task_list"), identity=identity)
        )

    def poll_for_decision_task(
        self,
        domain: str,
        task_list: given.AnyTaskList,
        identity: str | None = None,
        next_page_token: str | None = None,
        maximum_page_size: int | None = None,
        reverse_order: bool | None = None,
        start_at_previous_started_event: bool | None = None,
    ) -> o.DecisionTask:
        """Waits for a decision task of a list, with the history to decide on."""
        return self.call(
            o.PollForDecisionTask(
                domain=domain,
                task_list=given.task_list(task_list, "task_list"),
                identity=identity,
                next_page_token=next_page_token,
                maximum_page_size=maximum_page_size,
                reverse_order=reverse_order,
                start_at_previous_started_event=start_at_previous_started_event,
            )
        )

    def record_activity_task_heartbeat(self, task_token: str, details: str | None = None) -> o.ActivityTaskStatus:
        """Tells that an activity is alive, and asks whether it should cancel."""
        return self.call(o.RecordActivityTaskHeartbeat(task_token=task_token, details=details))

    def register_activity_type(
        self,
        domain: str,
        name: str,
        version: str,
        *,
        description: str | None = None,
        default_task_start_to_close_timeout: str | None = None,
        default_task_heartbeat_timeout: str | None = None,
        default_task_list: given.AnyTaskList | None = None,
        default_task_priority: str | None = None,
        default_task_schedule_to_start_timeout: str | None = None,
        default_task_schedule_to_close_timeout: str | None = None,
    ) -> None:
        """Registers an activity type with its defaults; an existing one is refused, however equal."""
        self.call(
            o.RegisterActivityType(
                domain=domain,
                name=name,
                version=version,
                description=description,
                default_task_start_to_close_timeout=default_task_start_to_close_timeout,
                default_task_heartbeat_timeout=default_task_heartbeat_timeout,
                default_task_list=given.task_list(default_task_list, "default_task_list"),
                default_task_priority=default_task_priority,
                default_task_schedule_to_start_timeout=default_task_schedule_to_start_timeout,
                default_task_schedule_to_close_timeout=default_task_schedule_to_close_timeout,
            )
        )

    def register_domain(
        self,
        name: str,
        workflow_execution_retention_period_in_days: str,
        description: str | None = None,
        tags: tuple[o.ResourceTag, ...] | None = None,
    ) -> None:
        """Registers a domain; retention is in days, "0" to "90" or "NONE"."""
        self.call(
            o.RegisterDomain(
                name=name,
                workflow_execution_retention_period_in_days=workflow_execution_retention_period_in_days,
                description=description,
                tags=tags,
            )
        )

    def register_workflow_type(
        self,
        domain: str,
        name: str,
        version: str,
        *,
        description: str | None = None,
        default_task_start_to_close_timeout: str | None = None,
        default_execution_start_to_close_timeout: str | None = None,
        default_task_list: given.AnyTaskList | None = None,
        default_task_priority: str | None = None,
        default_child_policy: ChildPolicy | None = None,
        default_lambda_role: str | None = None,
    ) -> None:
        """Registers a workflow type with its defaults; an existing one is refused, however equal."""
        self.call(
            o.RegisterWorkflowType(
                domain=domain,
                name=name,
                version=version,
                description=description,
                default_task_start_to_close_timeout=default_task_start_to_close_timeout,
                default_execution_start_to_close_timeout=default_execution_start_to_close_timeout,
                default_task_list=given.task_list(default_task_list, "default_task_list"),
                default_task_priority=default_task_priority,
                default_child_policy=default_child_policy,
                default_lambda_role=default_lambda_role,
            )
        )

    def request_cancel_workflow_execution(self, domain: str, workflow_id: str, run_id: str | None = None) -> None:
        """Asks an open execution to cancel; its decider decides."""
        self.call(o.RequestCancelWorkflowExecution(domain=domain, workflow_id=workflow_id, run_id=run_id))

    def respond_activity_task_canceled(self, task_token: str, details: str | None = None) -> None:
        """Answers an activity task: it has canceled."""
        self.call(o.RespondActivityTaskCanceled(task_token=task_token, details=details))

    def respond_activity_task_completed(self, task_token: str, result: str | None = None) -> None:
        """Answers an activity task with a result."""
        self.call(o.RespondActivityTaskCompleted(task_token=task_token, result=result))

    def respond_activity_task_failed(
        self, task_token: str, *, reason: str | None = None, details: str | None = None
    ) -> None:
        """Answers an activity task with a failure."""
        self.call(o.RespondActivityTaskFailed(task_token=task_token, reason=reason, details=details))

    def respond_decision_task_completed(
        self,
        task_token: str,
        decisions: tuple[Decision, ...] | None = None,
        execution_context: str | None = None,
        task_list: given.AnyTaskList | None = None,
        task_list_schedule_to_start_timeout: str | None = None,
    ) -> None:
        """Answers a decision task; the whole call is refused or the whole call is applied."""
        self.call(
            o.RespondDecisionTaskCompleted(
                task_token=task_token,
                decisions=decisions,
                execution_context=execution_context,
                task_list=given.task_list(task_list, "task_list"),
                task_list_schedule_to_start_timeout=task_list_schedule_to_start_timeout,
            )
        )

    def signal_workflow_execution(
        self, domain: str, *, workflow_id: str, signal_name: str, run_id: str | None = None, input: str | None = None
    ) -> None:
        """Sends a signal to an open execution."""
        self.call(
            o.SignalWorkflowExecution(
                domain=domain, workflow_id=workflow_id, signal_name=signal_name, run_id=run_id, input=input
            )
        )

    def start_workflow_execution(
        self,
        domain: str,
        workflow_id: str,
        workflow_type: given.AnyType,
        task_list: given.AnyTaskList | None = None,
        task_priority: str | None = None,
        input: str | None = None,
        execution_start_to_close_timeout: str | None = None,
        tag_list: Iterable[str] | None = None,
        task_start_to_close_timeout: str | None = None,
        child_policy: ChildPolicy | None = None,
        lambda_role: str | None = None,
    ) -> o.Run:
        """Starts an execution; what is left out comes from the defaults of its type."""
        return self.call(
            o.StartWorkflowExecution(
                domain=domain,
                workflow_id=workflow_id,
                workflow_type=given.workflow_type(workflow_type, "workflow_type"),
                task_list=given.task_list(task_list, "task_list"),
                task_priority=task_priority,
                input=input,
                execution_start_to_close_timeout=execution_start_to_close_timeout,
                tag_list=given.tags(tag_list),
                task_start_to_close_timeout=task_start_to_close_timeout,
                child_policy=child_policy,
                lambda_role=lambda_role,
            )
        )

    def tag_resource(self, resource_arn: str, tags: tuple[o.ResourceTag, ...]) -> None:
        """Sets tags of a domain, named by its ARN."""
        self.call(o.TagResource(resource_arn=resource_arn, tags=tags))

    def terminate_workflow_execution(
        self,
        domain: str,
        *,
        workflow_id: str,
        run_id: str | None = None,
        reason: str | None = None,
        details: str | None = None,
        child_policy: ChildPolicy | None = None,
    ) -> None:
        """Closes an open execution at once."""
        self.call(
            o.TerminateWorkflowExecution(
                domain=domain,
                workflow_id=workflow_id,
                run_id=run_id,
                reason=reason,
                details=details,
                child_policy=child_policy,
            )
        )

    def undeprecate_activity_type(self, domain: str, activity_type: given.AnyType) -> None:
        """Makes a deprecated activity type usable again."""
        self.call(
            o.UndeprecateActivityType(domain=domain, activity_type=given.activity_type(activity_type, "activity_type"))
        )

    def undeprecate_domain(self, name: str) -> None:
        """Makes a deprecated domain usable again; its types stay as they are."""
        self.call(o.UndeprecateDomain(name=name))

    def undeprecate_workflow_type(self, domain: str, workflow_type: given.AnyType) -> None:
        """Makes a deprecated workflow type usable again."""
        self.call(
            o.UndeprecateWorkflowType(domain=domain, workflow_type=given.workflow_type(workflow_type, "workflow_type"))
        )

    def untag_resource(self, resource_arn: str, tag_keys: tuple[str, ...]) -> None:
        """Removes tags of a domain; unknown keys are ignored."""
        self.call(o.UntagResource(resource_arn=resource_arn, tag_keys=tag_keys))
