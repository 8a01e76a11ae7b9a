"""Signals and cancel requests that one execution sends to another, and runs that follow each other."""

from __future__ import annotations

from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.events import (
    ContinueAsNewWorkflowExecutionFailed,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    ExternalWorkflowExecutionCancelRequested,
    ExternalWorkflowExecutionSignaled,
    RequestCancelExternalWorkflowExecutionFailed,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionInitiated,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
)
from swf.protocol.faults import WorkflowExecutionAlreadyStartedFault
from swf.protocol.limits import Bucket
from swf.protocol.values import ChildPolicy, CloseStatus, TaskList, WorkflowType
from swf.server import Rates
from tests.service.flow import DOMAIN, LIST, ORDER, Flow, start_child

OTHER_LIST = TaskList(name="other")


def with_other(flow: Flow) -> Flow:
    """The execution, and another one, which is returned; neither has a decision task to do."""
    flow.start(workflow_id="other", task_list=OTHER_LIST)
    other = flow.beside("other")
    other.decide()
    other.news()
    flow.start()
    return other


def test_a_signal_is_in_the_target_before_the_sender_hears_of_it(flow: Flow) -> None:
    other = with_other(flow)
    flow.decide(
        d.SignalExternalWorkflowExecution(workflow_id="other", signal_name="go", input="[1]", control="private")
    )

    assert flow.news() == [
        DecisionTaskCompleted,
        SignalExternalWorkflowExecutionInitiated,
        ExternalWorkflowExecutionSignaled,
        DecisionTaskScheduled,
    ]
    (initiated,) = flow.all_of(SignalExternalWorkflowExecutionInitiated)
    assert initiated == SignalExternalWorkflowExecutionInitiated(
        workflow_id="other",
        signal_name="go",
        input="[1]",
        control="private",
        decision_task_completed_event_id=4,
    )
    assert other.news() == [WorkflowExecutionSignaled, DecisionTaskScheduled]
    (signaled,) = other.all_of(WorkflowExecutionSignaled)
    assert signaled == WorkflowExecutionSignaled(
        signal_name="go", input="[1]", external_workflow_execution=flow.name, external_initiated_event_id=5
    )
    (heard,) = flow.all_of(ExternalWorkflowExecutionSignaled)
    assert heard == ExternalWorkflowExecutionSignaled(workflow_execution=other.name, initiated_event_id=5)
    assert flow.at(SignalExternalWorkflowExecutionInitiated) < other.at(WorkflowExecutionSignaled)
    assert other.at(WorkflowExecutionSignaled) < flow.at(ExternalWorkflowExecutionSignaled)


def test_a_cancel_request_is_delivered_like_a_signal(flow: Flow) -> None:
    other = with_other(flow)
    flow.decide(d.RequestCancelExternalWorkflowExecution(workflow_id="other", run_id=other.run_id, control="private"))

    assert flow.news() == [
        DecisionTaskCompleted,
        RequestCancelExternalWorkflowExecutionInitiated,
        ExternalWorkflowExecutionCancelRequested,
        DecisionTaskScheduled,
    ]
    (initiated,) = flow.all_of(RequestCancelExternalWorkflowExecutionInitiated)
    assert (initiated.run_id, initiated.control) == (other.run_id, "private")
    assert other.news() == [WorkflowExecutionCancelRequested, DecisionTaskScheduled]
    assert other.all_of(WorkflowExecutionCancelRequested) == [
        WorkflowExecutionCancelRequested(external_workflow_execution=flow.name, external_initiated_event_id=5)
    ]
    assert other.describe().execution_info.cancel_requested is True
    assert flow.all_of(ExternalWorkflowExecutionCancelRequested) == [
        ExternalWorkflowExecutionCancelRequested(workflow_execution=other.name, initiated_event_id=5)
    ]


@pytest.mark.parametrize("run_id", [None, "nobody", "closed"])
def test_a_signal_that_finds_no_open_execution_fails(flow: Flow, run_id: str | None) -> None:
    """A run that is named must be open itself: another open run of its workflow id does not stand in for it."""
    target = "other" if run_id == "closed" else "nobody"
    if run_id == "closed":
        other = with_other(flow)
        run_id = other.run_id
        other.terminate()
        flow.start(workflow_id="other", task_list=OTHER_LIST)
        flow.run_id = flow.beside("order-1").run_id
    else:
        flow.start()
    flow.decide(d.SignalExternalWorkflowExecution(workflow_id=target, run_id=run_id, signal_name="go", control="c"))

    assert flow.news() == [
        DecisionTaskCompleted,
        SignalExternalWorkflowExecutionInitiated,
        SignalExternalWorkflowExecutionFailed,
        DecisionTaskScheduled,
    ]
    (failed,) = flow.all_of(SignalExternalWorkflowExecutionFailed)
    assert failed == SignalExternalWorkflowExecutionFailed(
        workflow_id=target,
        run_id=run_id,
        cause=Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION,
        initiated_event_id=5,
        decision_task_completed_event_id=4,
        control="c",
    )


def test_a_cancel_request_that_finds_no_open_execution_fails(flow: Flow) -> None:
    flow.start()
    flow.decide(d.RequestCancelExternalWorkflowExecution(workflow_id="nobody", control="c"))
    assert flow.news() == [
        DecisionTaskCompleted,
        RequestCancelExternalWorkflowExecutionInitiated,
        RequestCancelExternalWorkflowExecutionFailed,
        DecisionTaskScheduled,
    ]
    (failed,) = flow.all_of(RequestCancelExternalWorkflowExecutionFailed)
    assert (failed.cause, failed.initiated_event_id) == (Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION, 5)


def test_a_sender_that_closes_in_the_same_answer_has_sent_and_hears_nothing(flow: Flow) -> None:
    other = with_other(flow)
    flow.decide(
        d.SignalExternalWorkflowExecution(workflow_id="other", signal_name="bye"),
        d.CompleteWorkflowExecution(),
    )
    assert flow.news() == [
        DecisionTaskCompleted,
        SignalExternalWorkflowExecutionInitiated,
        WorkflowExecutionCompleted,
    ]
    assert other.news() == [WorkflowExecutionSignaled, DecisionTaskScheduled]


def test_an_execution_can_signal_itself(flow: Flow) -> None:
    flow.start()
    flow.decide(d.SignalExternalWorkflowExecution(workflow_id="order-1", signal_name="again"))
    assert flow.news() == [
        DecisionTaskCompleted,
        SignalExternalWorkflowExecutionInitiated,
        WorkflowExecutionSignaled,
        DecisionTaskScheduled,
        ExternalWorkflowExecutionSignaled,
    ]


def test_executions_of_another_domain_are_out_of_reach(flow: Flow) -> None:
    flow.call(o.RegisterDomain(name="elsewhere", workflow_execution_retention_period_in_days="1"))
    flow.call(o.RegisterWorkflowType(domain="elsewhere", name="order", version="1"))
    flow.call(
        o.StartWorkflowExecution(
            domain="elsewhere",
            workflow_id="other",
            workflow_type=ORDER,
            task_list=LIST,
            execution_start_to_close_timeout="9",
            task_start_to_close_timeout="9",
            child_policy=ChildPolicy.ABANDON,
        )
    )
    flow.start()
    flow.decide(d.SignalExternalWorkflowExecution(workflow_id="other", signal_name="go"))
    assert len(flow.all_of(SignalExternalWorkflowExecutionFailed)) == 1


@pytest.mark.parametrize(
    ("decision", "failed", "cause"),
    [
        (
            d.SignalExternalWorkflowExecution(workflow_id="other", signal_name="go"),
            SignalExternalWorkflowExecutionFailed,
            Cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
        ),
        (
            d.RequestCancelExternalWorkflowExecution(workflow_id="other"),
            RequestCancelExternalWorkflowExecutionFailed,
            Cause.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED,
        ),
    ],
)
def test_others_can_be_spoken_to_only_so_fast(decision: d.DecisionAttributes, failed: Any, cause: Cause) -> None:
    flow = Flow(rates=Rates(requests={}, decisions={type(decision).__name__: Bucket(1, 1)}))
    with_other(flow)
    flow.decide(decision, decision)
    (refused,) = flow.all_of(failed)
    assert (refused.cause, refused.initiated_event_id, refused.decision_task_completed_event_id) == (cause, 0, 4)
    flow.service.close()


# Continuing as new


def test_a_run_that_continues_closes_and_the_next_begins_in_the_same_moment(flow: Flow) -> None:
    flow.start(input="[1]", tag_list=("old",))
    flow.decide(d.ContinueAsNewWorkflowExecution(input="[2]", tag_list=("new",), task_priority="3"))
    following = flow.beside("order-1")

    assert flow.news() == [DecisionTaskCompleted, WorkflowExecutionContinuedAsNew]
    assert flow.status is CloseStatus.CONTINUED_AS_NEW
    assert flow.last == WorkflowExecutionContinuedAsNew(
        new_execution_run_id=following.run_id,
        workflow_type=ORDER,
        input="[2]",
        tag_list=("new",),
        task_priority="3",
        task_list=LIST,
        child_policy=ChildPolicy.TERMINATE,
        execution_start_to_close_timeout="3600",
        task_start_to_close_timeout="60",
        decision_task_completed_event_id=4,
    )
    assert following.news() == [WorkflowExecutionStarted, DecisionTaskScheduled]
    assert following.execution().started == WorkflowExecutionStarted(
        workflow_type=ORDER,
        input="[2]",
        tag_list=("new",),
        task_priority="3",
        task_list=LIST,
        child_policy=ChildPolicy.TERMINATE,
        execution_start_to_close_timeout="3600",
        task_start_to_close_timeout="60",
        continued_execution_run_id=flow.run_id,
        parent_initiated_event_id=0,
    )
    assert following.at(WorkflowExecutionStarted) == flow.at(WorkflowExecutionContinuedAsNew)


def test_what_the_decision_leaves_out_comes_from_the_type_and_not_from_the_run(flow: Flow) -> None:
    flow.start(
        input="[1]",
        tag_list=("old",),
        execution_start_to_close_timeout="11",
        task_start_to_close_timeout="12",
        child_policy=ChildPolicy.ABANDON,
        task_priority="5",
    )
    flow.decide(d.ContinueAsNewWorkflowExecution())
    started = flow.beside("order-1").execution().started
    assert (started.execution_start_to_close_timeout, started.task_start_to_close_timeout) == ("3600", "60")
    assert (started.child_policy, started.task_priority) == (ChildPolicy.TERMINATE, None)
    assert (started.input, started.tag_list) == (None, None)


def test_a_run_may_continue_in_another_version(flow: Flow) -> None:
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="order", version="2"))
    flow.start()
    flow.decide(
        d.ContinueAsNewWorkflowExecution(
            workflow_type_version="2",
            task_list=LIST,
            execution_start_to_close_timeout="7",
            task_start_to_close_timeout="8",
            child_policy=ChildPolicy.REQUEST_CANCEL,
            lambda_role="arn:role",
        )
    )
    started = flow.beside("order-1").execution().started
    assert started.workflow_type == WorkflowType(name="order", version="2")
    assert (started.execution_start_to_close_timeout, started.lambda_role) == ("7", "arn:role")


def test_the_clock_of_the_execution_starts_again(flow: Flow) -> None:
    flow.start()
    flow.pass_time(3000)
    flow.decide(d.ContinueAsNewWorkflowExecution())
    following = flow.beside("order-1")
    flow.pass_time(3000)
    assert following.status is None
    flow.pass_time(600)
    assert following.status is CloseStatus.TIMED_OUT


def test_the_workflow_id_is_never_free_between_two_runs(flow: Flow) -> None:
    """Not even for a child of that id which the same answer has initiated."""
    flow.start()
    flow.decide(start_child("order-1"), d.ContinueAsNewWorkflowExecution())
    following = flow.beside("order-1")
    assert following.execution().started.continued_execution_run_id == flow.run_id
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        flow.start()


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("execution_start_to_close_timeout", Cause.DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED),
        ("task_list", Cause.DEFAULT_TASK_LIST_UNDEFINED),
        ("task_start_to_close_timeout", Cause.DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED),
        ("child_policy", Cause.DEFAULT_CHILD_POLICY_UNDEFINED),
    ],
)
def test_a_value_that_neither_decision_nor_type_has_refuses_to_continue(flow: Flow, missing: str, cause: Cause) -> None:
    values: dict[str, Any] = {
        "execution_start_to_close_timeout": "10",
        "task_list": LIST,
        "task_start_to_close_timeout": "10",
        "child_policy": ChildPolicy.ABANDON,
    }
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="bare", version="1"))
    flow.start(workflow_type=WorkflowType(name="bare", version="1"), **values)
    del values[missing]
    assert_not_continued(flow, cause, **values)
    assert flow.status is None


def assert_not_continued(flow: Flow, cause: Cause, **values: Any) -> None:
    flow.decide(d.ContinueAsNewWorkflowExecution(**values))
    assert flow.news() == [DecisionTaskCompleted, ContinueAsNewWorkflowExecutionFailed, DecisionTaskScheduled]
    assert flow.all_of(ContinueAsNewWorkflowExecutionFailed)[-1] == ContinueAsNewWorkflowExecutionFailed(
        cause=cause, decision_task_completed_event_id=flow.events()[-3].id
    )


def test_a_run_cannot_continue_in_an_unknown_or_deprecated_type(flow: Flow) -> None:
    flow.start()
    assert_not_continued(flow, Cause.WORKFLOW_TYPE_DOES_NOT_EXIST, workflow_type_version="9")
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    assert_not_continued(flow, Cause.WORKFLOW_TYPE_DEPRECATED)


def test_runs_can_follow_each_other_only_so_fast() -> None:
    flow = Flow(rates=Rates(requests={}, decisions={"ContinueAsNewWorkflowExecution": Bucket(1, 1)}))
    flow.start()
    flow.decide(d.ContinueAsNewWorkflowExecution())
    following = flow.beside("order-1")
    assert_not_continued(following, Cause.CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED)
    flow.service.close()


def test_a_run_does_not_continue_over_news_its_decider_has_not_seen(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.signal()
    flow.seen = len(flow.events())
    flow.answer(d.ContinueAsNewWorkflowExecution())
    assert flow.news() == [DecisionTaskCompleted, ContinueAsNewWorkflowExecutionFailed]
    assert flow.last.cause is Cause.UNHANDLED_DECISION
    assert flow.status is None
