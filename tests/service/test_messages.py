"""What the service says when it refuses: every row of Amazon's catalogue, to the letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.faults import (
    DefaultUndefinedFault,
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    Fault,
    LimitExceededFault,
    ThrottlingException,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from swf.protocol.limits import Bucket
from swf.protocol.refusal import decode_request
from swf.protocol.values import RegistrationStatus, WorkflowExecution, WorkflowType
from swf.server import Quotas, Rates
from swf.server.pending import Pending
from tests.service.flow import CHARGE, DOMAIN, LIST, ORDER, Flow, schedule

NOBODY = WorkflowType(name="N", version="V")
EVER = o.ExecutionTimeFilter(oldest_date=0)


def refusal(flow: Flow, request: o.Request[Any]) -> Fault:
    with pytest.raises(Fault) as refused:
        flow.call(request)
    return refused.value


CASES: dict[str, tuple[type[Fault], str, Callable[[Flow], o.Request[Any]]]] = {
    "a domain that nobody has registered": (
        UnknownResourceFault,
        "Unknown domain: mars",
        lambda flow: o.CountPendingDecisionTasks(domain="mars", task_list=LIST),
    ),
    "a workflow type that nobody has registered": (
        UnknownResourceFault,
        "Unknown type: WorkflowType=[name=N, version=V]",
        lambda flow: o.DescribeWorkflowType(domain=DOMAIN, workflow_type=NOBODY),
    ),
    "an activity type that nobody has registered": (
        UnknownResourceFault,
        "Unknown type: ActivityType=[name=N, version=V]",
        lambda flow: o.DescribeActivityType(domain=DOMAIN, activity_type=CHARGE.__class__(name="N", version="V")),
    ),
    "a run that is not there": (
        UnknownResourceFault,
        "Unknown execution: WorkflowExecution=[workflowId=W, runId=R]",
        lambda flow: o.DescribeWorkflowExecution(
            domain=DOMAIN, execution=WorkflowExecution(workflow_id="W", run_id="R")
        ),
    ),
    "a history that is not there": (
        UnknownResourceFault,
        "Unknown execution: WorkflowExecution=[workflowId=W, runId=R]",
        lambda flow: o.GetWorkflowExecutionHistory(
            domain=DOMAIN, execution=WorkflowExecution(workflow_id="W", run_id="R")
        ),
    ),
    "nothing open under the workflow id": (
        UnknownResourceFault,
        "Unknown execution, workflowId = W",
        lambda flow: o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="W"),
    ),
    "an existing domain": (
        DomainAlreadyExistsFault,
        "shop",
        lambda flow: o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"),
    ),
    "an existing type": (
        TypeAlreadyExistsFault,
        "WorkflowType=[name=order, version=1]",
        lambda flow: o.RegisterWorkflowType(domain=DOMAIN, name="order", version="1"),
    ),
    "a type that is in use": (
        TypeNotDeprecatedFault,
        "The type is currently registered and cannot be deleted in its current state",
        lambda flow: o.DeleteActivityType(domain=DOMAIN, activity_type=CHARGE),
    ),
    "a task token nobody has made": (
        ValidationException,
        "Invalid token",
        lambda flow: o.RespondActivityTaskCompleted(task_token="x"),
    ),
    "a page token nobody has made": (
        ValidationException,
        "Invalid token",
        lambda flow: o.ListDomains(registration_status=RegistrationStatus.REGISTERED, next_page_token="AAAA"),
    ),
    "a page that is too large": (
        ValidationException,
        "1 validation error detected: Value '1001' at 'maximumPageSize' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000",
        lambda flow: o.ListDomains(registration_status=RegistrationStatus.REGISTERED, maximum_page_size=1001),
    ),
    "a page of less than nothing": (
        ValidationException,
        "1 validation error detected: Value '-1' at 'maximumPageSize' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0",
        lambda flow: o.ListDomains(registration_status=RegistrationStatus.REGISTERED, maximum_page_size=-1),
    ),
    "both time filters": (
        ValidationException,
        "Cannot specify both a startTimeFilter and a closeTimeFilter",
        lambda flow: o.ListClosedWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER, close_time_filter=EVER),
    ),
    "no time filter": (
        ValidationException,
        "Must specify time filter",
        lambda flow: o.ListClosedWorkflowExecutions(domain=DOMAIN),
    ),
    "several exclusive filters": (
        ValidationException,
        "Cannot specify more than one exclusive filters in the same query: executionFilter, tagFilter",
        lambda flow: o.ListOpenWorkflowExecutions(
            domain=DOMAIN,
            start_time_filter=EVER,
            tag_filter=o.TagFilter(tag="t"),
            execution_filter=o.WorkflowExecutionFilter(workflow_id="w"),
        ),
    ),
}


@pytest.mark.parametrize("situation", CASES)
def test_a_refusal_is_worded_as_amazon_words_it(flow: Flow, situation: str) -> None:
    fault, message, request = CASES[situation]
    refused = refusal(flow, request(flow))
    assert (type(refused), str(refused)) == (fault, message)


@pytest.mark.parametrize(
    "operation", [o.SignalWorkflowExecution, o.RequestCancelWorkflowExecution, o.TerminateWorkflowExecution]
)
def test_a_run_that_has_closed_is_as_unknown_as_none(flow: Flow, operation: Any) -> None:
    flow.start()
    flow.terminate()
    more = {"signal_name": "s"} if operation is o.SignalWorkflowExecution else {}
    named = refusal(flow, operation(domain=DOMAIN, workflow_id="order-1", run_id=flow.run_id, **more))
    assert str(named) == f"Unknown execution: WorkflowExecution=[workflowId=order-1, runId={flow.run_id}]"
    unnamed = refusal(flow, operation(domain=DOMAIN, workflow_id="order-1", **more))
    assert str(unnamed) == "Unknown execution, workflowId = order-1"
    assert type(named) is type(unnamed) is UnknownResourceFault


def test_tokens_of_closed_tasks_and_executions_are_told_apart(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.take()
    flow.take()
    flow.complete("a")
    used = o.RespondActivityTaskCompleted(task_token=flow.activity_tokens["a"])
    for request in (
        used,
        o.RespondActivityTaskFailed(task_token=used.task_token),
        o.RespondActivityTaskCanceled(task_token=used.task_token),
        o.RecordActivityTaskHeartbeat(task_token=used.task_token),
    ):
        assert str(refusal(flow, request)) == "Unknown activity, scheduledEventId = 5"
    answered = o.RespondDecisionTaskCompleted(task_token=flow.decision_token)
    assert str(refusal(flow, answered)) == "Unknown decision task, scheduledEventId = 2"
    flow.terminate()
    gone = f"Unknown execution: WorkflowExecution=[workflowId=order-1, runId={flow.run_id}]"
    assert str(refusal(flow, answered)) == gone
    assert str(refusal(flow, o.RespondActivityTaskCompleted(task_token=flow.activity_tokens["b"]))) == gone


def test_a_page_of_a_decision_task_that_has_been_answered_is_gone(flow: Flow) -> None:
    flow.start()
    task = flow.poll_decision(maximum_page_size=1)
    flow.answer()
    poll = o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, next_page_token=task.next_page_token)
    assert str(refusal(flow, poll)) == "Unknown decision task, scheduledEventId = 2"


def test_deprecated_things_are_named(flow: Flow) -> None:
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    for request in (
        o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER),
        o.StartWorkflowExecution(domain=DOMAIN, workflow_id="w", workflow_type=ORDER),
    ):
        refused = refusal(flow, request)
        assert (type(refused), str(refused)) == (TypeDeprecatedFault, "WorkflowType=[name=order, version=1]")
    flow.call(o.DeprecateDomain(name=DOMAIN))
    refused = refusal(flow, o.DeprecateDomain(name=DOMAIN))
    assert (type(refused), str(refused)) == (DomainDeprecatedFault, "shop")


def test_starting_is_looked_at_in_amazons_order(flow: Flow) -> None:
    """Domain, type, its status, defaults, workflow id: each fault hides those after it."""
    flow.start(workflow_id="taken")
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="bare", version="1"))
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="old", version="1"))
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=WorkflowType(name="old", version="1")))

    def start(type: str, domain: str = DOMAIN) -> type[Fault]:
        return refusal(
            flow,
            o.StartWorkflowExecution(
                domain=domain, workflow_id="taken", workflow_type=WorkflowType(name=type, version="1")
            ),
        ).__class__

    assert start("nobody", "mars") is UnknownResourceFault
    assert start("nobody") is UnknownResourceFault
    assert start("old") is TypeDeprecatedFault
    assert start("bare") is DefaultUndefinedFault
    assert start("order") is WorkflowExecutionAlreadyStartedFault


def test_a_closing_decision_that_is_not_last_hides_all_other_violations(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    before = flow.events()
    with pytest.raises(ValidationException, match=r"^Close must be last decision in list$"):
        flow.answer(d.ContinueAsNewWorkflowExecution(), schedule("a:b"))
    assert flow.events() == before
    flow.answer(d.CompleteWorkflowExecution())


def test_paths_name_the_place_in_a_list_from_one(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    with pytest.raises(
        ValidationException,
        match=r"^1 validation error detected: Value '' at "
        r"'decisions\.2\.member\.startTimerDecisionAttributes\.timerId' failed to satisfy constraint: "
        r"Member must have length greater than or equal to 1$",
    ):
        flow.answer(schedule("a"), d.StartTimer(timer_id="", start_to_fire_timeout="1"))


def test_a_missing_member_is_null() -> None:
    with pytest.raises(
        ValidationException,
        match=r"^1 validation error detected: Value null at 'domain' failed to satisfy constraint: "
        r"Member must not be null$",
    ):
        decode_request(o.CountOpenWorkflowExecutions, b'{"startTimeFilter": {"oldestDate": 0}}')


def test_a_list_has_room_for_so_many_pollers() -> None:
    flow = Flow(quotas=Quotas(pollers=2))
    poll = o.PollForActivityTask(domain=DOMAIN, task_list=LIST)
    pendings = [Pending(poll, may_wait=True) for _ in range(3)]
    flow.service.submit(pendings)
    assert [pending.is_done for pending in pendings] == [False, False, True]
    assert isinstance(pendings[2].answer, LimitExceededFault)
    assert str(pendings[2].answer) == "Limit on maximum concurrent poll requests per task list reached"
    flow.service.give_up(pendings)
    flow.service.close()


def test_calls_can_be_made_only_so_fast_if_that_is_wanted() -> None:
    flow = Flow(rates=Rates(requests={"SignalWorkflowExecution": Bucket(2, 1)}, decisions={}))
    flow.start()
    flow.signal()
    flow.signal()
    refused = refusal(flow, o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s"))
    assert (type(refused), str(refused)) == (ThrottlingException, "Rate exceeded")
    flow.clock.advance(1)
    flow.signal()
    flow.service.close()
    assert Rates().admits_request("ListDomains", 0.0), "by itself it knows Amazon's rates"
