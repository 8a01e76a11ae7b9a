"""Child executions: how they begin, what their parent hears of them, what becomes of them when it ends."""

from __future__ import annotations

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.events import (
    ChildWorkflowExecutionCanceled,
    ChildWorkflowExecutionCompleted,
    ChildWorkflowExecutionFailed,
    ChildWorkflowExecutionStarted,
    ChildWorkflowExecutionTerminated,
    ChildWorkflowExecutionTimedOut,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionCompleted,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from swf.protocol.faults import LimitExceededFault
from swf.protocol.limits import Bucket
from swf.protocol.values import ChildPolicy, CloseStatus, TaskList, TimeoutType, WorkflowType
from swf.server import Quotas, Rates
from tests.service.flow import DOMAIN, ORDER, Flow, start_child


def with_child(flow: Flow, **values: object) -> Flow:
    """Starts the execution and a child of it, which is returned."""
    flow.start()
    flow.decide(start_child("child", **values))
    return flow.beside("child")


def test_a_child_begins_after_its_parent_has_wanted_it_and_the_parent_hears_of_it(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("child", input="[1]", control="c", tag_list=("t",)))

    assert flow.news() == [
        DecisionTaskCompleted,
        StartChildWorkflowExecutionInitiated,
        ChildWorkflowExecutionStarted,
        DecisionTaskScheduled,
    ]
    child = flow.beside("child")
    assert flow.at(StartChildWorkflowExecutionInitiated) < child.at(WorkflowExecutionStarted)
    assert child.at(WorkflowExecutionStarted) < flow.at(ChildWorkflowExecutionStarted)
    (initiated,) = flow.all_of(StartChildWorkflowExecutionInitiated)
    assert initiated == StartChildWorkflowExecutionInitiated(
        workflow_id="child",
        workflow_type=ORDER,
        task_list=TaskList(name="child"),
        child_policy=ChildPolicy.TERMINATE,
        execution_start_to_close_timeout="3600",
        task_start_to_close_timeout="60",
        input="[1]",
        control="c",
        tag_list=("t",),
        decision_task_completed_event_id=4,
    ), "all values are resolved"
    (started,) = flow.all_of(ChildWorkflowExecutionStarted)
    assert (started.initiated_event_id, started.workflow_execution) == (5, child.name)


def test_a_child_knows_its_parent(flow: Flow) -> None:
    child = with_child(flow, input="[1]")
    started = child.execution().started
    assert (started.parent_workflow_execution, started.parent_initiated_event_id) == (flow.name, 5)
    assert started.input == "[1]"
    assert child.describe().execution_info.parent == flow.name
    (info,) = flow.call(
        o.ListOpenWorkflowExecutions(
            domain=DOMAIN,
            start_time_filter=o.ExecutionTimeFilter(oldest_date=0),
            execution_filter=o.WorkflowExecutionFilter(workflow_id="child"),
        )
    ).execution_infos
    assert info.parent == flow.name
    assert flow.describe().open_counts.open_child_workflow_executions == 1


def test_a_parent_that_closes_in_the_same_answer_has_started_its_child_and_hears_nothing(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("child"), d.CompleteWorkflowExecution())

    assert flow.news() == [DecisionTaskCompleted, StartChildWorkflowExecutionInitiated, WorkflowExecutionCompleted]
    child = flow.beside("child")
    assert child.status is None
    child.decide(d.CompleteWorkflowExecution())
    assert flow.news() == []


def test_a_workflow_id_that_is_open_refuses_the_child_after_it_was_initiated(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("order-1", control="c"))

    assert flow.news() == [
        DecisionTaskCompleted,
        StartChildWorkflowExecutionInitiated,
        StartChildWorkflowExecutionFailed,
        DecisionTaskScheduled,
    ]
    (failed,) = flow.all_of(StartChildWorkflowExecutionFailed)
    assert failed == StartChildWorkflowExecutionFailed(
        workflow_type=ORDER,
        workflow_id="order-1",
        cause=Cause.WORKFLOW_ALREADY_RUNNING,
        initiated_event_id=5,
        decision_task_completed_event_id=4,
        control="c",
    )
    assert flow.describe().open_counts.open_child_workflow_executions == 0


def test_two_children_of_one_id_in_one_answer_are_one_child_and_a_refusal(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("child"), start_child("child"))
    assert flow.news() == [
        DecisionTaskCompleted,
        StartChildWorkflowExecutionInitiated,
        StartChildWorkflowExecutionInitiated,
        ChildWorkflowExecutionStarted,
        DecisionTaskScheduled,
        StartChildWorkflowExecutionFailed,
    ]
    assert (flow.last.cause, flow.last.initiated_event_id) == (Cause.WORKFLOW_ALREADY_RUNNING, 6)


BARE = WorkflowType(name="bare", version="1")
LACKING = {
    Cause.DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED: "execution_start_to_close_timeout",
    Cause.DEFAULT_TASK_LIST_UNDEFINED: "task_list",
    Cause.DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED: "task_start_to_close_timeout",
    Cause.DEFAULT_CHILD_POLICY_UNDEFINED: "child_policy",
}
COMPLETE = {
    "execution_start_to_close_timeout": "10",
    "task_list": TaskList(name="l"),
    "task_start_to_close_timeout": "10",
    "child_policy": ChildPolicy.ABANDON,
}


def assert_refused(flow: Flow, decision: d.StartChildWorkflowExecution, cause: Cause) -> None:
    flow.decide(decision)
    assert flow.news() == [DecisionTaskCompleted, StartChildWorkflowExecutionFailed, DecisionTaskScheduled]
    failed = flow.all_of(StartChildWorkflowExecutionFailed)[-1]
    assert (failed.cause, failed.initiated_event_id) == (cause, 0), "nothing was initiated"
    assert failed.decision_task_completed_event_id == flow.events()[-3].id


@pytest.mark.parametrize("cause", LACKING)
def test_a_value_that_neither_decision_nor_type_has_refuses_the_child(flow: Flow, cause: Cause) -> None:
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="bare", version="1"))
    flow.start()
    values = {name: value for name, value in COMPLETE.items() if name != LACKING[cause]}
    decision = d.StartChildWorkflowExecution(workflow_type=BARE, workflow_id="child", **values)  # type: ignore[arg-type]
    assert_refused(flow, decision, cause)


def test_a_child_of_an_unknown_or_deprecated_type_is_refused(flow: Flow) -> None:
    flow.start()
    assert_refused(flow, start_child("child", workflow_type=BARE), Cause.WORKFLOW_TYPE_DOES_NOT_EXIST)
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    assert_refused(flow, start_child("child"), Cause.WORKFLOW_TYPE_DEPRECATED)
    flow.call(o.DeleteWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    assert_refused(flow, start_child("child"), Cause.WORKFLOW_TYPE_DOES_NOT_EXIST)


def test_no_child_begins_in_a_deprecated_domain(flow: Flow) -> None:
    """Its types are deprecated with it."""
    flow.start()
    flow.call(o.DeprecateDomain(name=DOMAIN))
    assert_refused(flow, start_child("child"), Cause.WORKFLOW_TYPE_DEPRECATED)


def test_an_execution_can_have_so_many_children() -> None:
    flow = Flow(quotas=Quotas(open_children=2))
    flow.start()
    flow.decide(start_child("one"), start_child("two"))
    assert_refused(flow, start_child("three"), Cause.OPEN_CHILDREN_LIMIT_EXCEEDED)
    flow.beside("one").terminate()
    flow.decide(start_child("three"))
    assert flow.beside("three").status is None
    flow.service.close()


def test_a_domain_can_have_so_many_open_executions() -> None:
    """Children that the same answer has initiated count."""
    flow = Flow(quotas=Quotas(open_executions=3))
    flow.start()
    flow.decide(start_child("one"), start_child("two"), start_child("three"))
    (failed,) = flow.all_of(StartChildWorkflowExecutionFailed)
    assert (failed.workflow_id, failed.cause) == ("three", Cause.OPEN_WORKFLOWS_LIMIT_EXCEEDED)
    with pytest.raises(LimitExceededFault):
        flow.start(workflow_id="four")
    flow.beside("one").terminate()
    flow.start(workflow_id="four")
    flow.service.close()


def test_children_can_be_started_only_so_fast() -> None:
    flow = Flow(rates=Rates(requests={}, decisions={"StartChildWorkflowExecution": Bucket(1, 1)}))
    flow.start()
    flow.decide(start_child("one"))
    assert_refused(flow, start_child("two"), Cause.CHILD_CREATION_RATE_EXCEEDED)
    flow.pass_time(1)
    flow.decide(start_child("two"))
    assert flow.beside("two").status is None
    flow.service.close()


def test_a_completed_child_tells_its_result(flow: Flow) -> None:
    child = with_child(flow)
    flow.news()
    child.decide(d.CompleteWorkflowExecution(result="1"))

    assert flow.news() == [ChildWorkflowExecutionCompleted], "a decision task waits already"
    assert flow.last == ChildWorkflowExecutionCompleted(
        workflow_execution=child.name, workflow_type=ORDER, initiated_event_id=5, started_event_id=6, result="1"
    )
    assert child.at(WorkflowExecutionCompleted) < flow.at(ChildWorkflowExecutionCompleted)
    assert flow.describe().open_counts.open_child_workflow_executions == 0


def test_a_failed_child_tells_why(flow: Flow) -> None:
    child = with_child(flow)
    flow.decide()
    child.decide(d.FailWorkflowExecution(reason="no", details="because"))

    assert flow.news() == [DecisionTaskCompleted, ChildWorkflowExecutionFailed, DecisionTaskScheduled]
    (failed,) = flow.all_of(ChildWorkflowExecutionFailed)
    assert (failed.reason, failed.details, failed.started_event_id) == ("no", "because", 6)


def test_a_canceled_child_tells_its_details(flow: Flow) -> None:
    child = with_child(flow)
    child.decide(d.CancelWorkflowExecution(details="tidied"))
    (canceled,) = flow.all_of(ChildWorkflowExecutionCanceled)
    assert (canceled.details, canceled.initiated_event_id, canceled.started_event_id) == ("tidied", 5, 6)


def test_a_terminated_child_is_told(flow: Flow) -> None:
    child = with_child(flow)
    child.terminate(reason="wrong")
    (terminated,) = flow.all_of(ChildWorkflowExecutionTerminated)
    assert (terminated.workflow_execution, terminated.initiated_event_id) == (child.name, 5)


def test_a_child_that_times_out_is_told(flow: Flow) -> None:
    with_child(flow, execution_start_to_close_timeout="5")
    flow.pass_time(6)
    (timed_out,) = flow.all_of(ChildWorkflowExecutionTimedOut)
    assert (timed_out.timeout_type, timed_out.started_event_id) == (TimeoutType.START_TO_CLOSE, 6)


def test_a_child_that_continues_tells_nothing_until_its_last_run_closes(flow: Flow) -> None:
    child = with_child(flow)
    flow.decide()
    flow.news()
    child.decide(d.ContinueAsNewWorkflowExecution(task_list=TaskList(name="child")))
    following = flow.beside("child")

    assert flow.news() == []
    assert flow.describe().open_counts.open_child_workflow_executions == 1
    assert following.run_id != child.run_id
    started = following.execution().started
    assert (started.parent_workflow_execution, started.parent_initiated_event_id) == (flow.name, 5)
    assert following.describe().execution_info.parent == flow.name

    following.decide(d.CompleteWorkflowExecution(result="2"))
    assert flow.news() == [ChildWorkflowExecutionCompleted, DecisionTaskScheduled]
    (completed,) = flow.all_of(ChildWorkflowExecutionCompleted)
    assert (completed.workflow_execution, completed.started_event_id) == (following.name, 6)


def test_terminating_a_parent_terminates_its_children_down_to_the_last(flow: Flow) -> None:
    child = with_child(flow, child_policy=ChildPolicy.TERMINATE)
    child.decide(start_child("grandchild", child_policy=ChildPolicy.ABANDON))
    grandchild = flow.beside("grandchild")
    grandchild.decide(start_child("grand-grandchild"))
    flow.terminate()

    assert child.last == WorkflowExecutionTerminated(
        child_policy=ChildPolicy.TERMINATE, cause=Cause.CHILD_POLICY_APPLIED
    )
    assert grandchild.last == WorkflowExecutionTerminated(
        child_policy=ChildPolicy.ABANDON, cause=Cause.CHILD_POLICY_APPLIED
    )
    assert flow.beside("grand-grandchild").status is None, "each generation has a policy of its own"
    assert flow.last == WorkflowExecutionTerminated(
        child_policy=ChildPolicy.TERMINATE, cause=Cause.OPERATOR_INITIATED
    ), "nothing follows the close"


def test_the_call_that_terminates_may_say_another_policy(flow: Flow) -> None:
    child = with_child(flow)
    child.decide()
    child.news()
    flow.terminate(child_policy=ChildPolicy.REQUEST_CANCEL)

    assert flow.last.child_policy is ChildPolicy.REQUEST_CANCEL
    assert child.news() == [WorkflowExecutionCancelRequested, DecisionTaskScheduled]
    (requested,) = child.all_of(WorkflowExecutionCancelRequested)
    assert requested == WorkflowExecutionCancelRequested(
        external_initiated_event_id=0, cause=Cause.CHILD_POLICY_APPLIED
    )
    assert child.describe().execution_info.cancel_requested is True


def test_children_that_are_abandoned_run_on(flow: Flow) -> None:
    child = with_child(flow)
    flow.terminate(child_policy=ChildPolicy.ABANDON)
    assert child.status is None
    child.decide(d.CompleteWorkflowExecution())
    assert child.status is CloseStatus.COMPLETED


def test_a_parent_that_times_out_applies_its_policy(flow: Flow) -> None:
    flow.start(execution_start_to_close_timeout="5")
    flow.decide(start_child("child"))
    child = flow.beside("child")
    flow.pass_time(5)

    assert flow.last == WorkflowExecutionTimedOut(
        timeout_type=TimeoutType.START_TO_CLOSE, child_policy=ChildPolicy.TERMINATE
    )
    assert child.status is CloseStatus.TERMINATED
    assert flow.at(WorkflowExecutionTimedOut) < child.at(WorkflowExecutionTerminated)


def test_a_parent_whose_history_is_too_long_applies_its_policy() -> None:
    flow = Flow(quotas=Quotas(events_per_execution=12))
    child = with_child(flow)
    flow.decide(*[d.RecordMarker(marker_name="m")] * 10)
    assert flow.last.cause is Cause.EVENT_LIMIT_EXCEEDED
    assert child.status is CloseStatus.TERMINATED
    flow.service.close()


@pytest.mark.parametrize(
    "closing",
    [
        d.CompleteWorkflowExecution(),
        d.FailWorkflowExecution(),
        d.CancelWorkflowExecution(),
        d.ContinueAsNewWorkflowExecution(),
    ],
)
def test_children_of_a_parent_that_ends_by_a_decision_run_on(flow: Flow, closing: d.DecisionAttributes) -> None:
    child = with_child(flow)
    flow.decide(closing)
    assert flow.status is not None
    assert child.status is None
    child.terminate()
    assert flow.events()[-1].type != "ChildWorkflowExecutionTerminated"


def test_a_policy_reaches_the_run_by_which_a_child_has_continued(flow: Flow) -> None:
    child = with_child(flow)
    child.decide(d.ContinueAsNewWorkflowExecution(task_list=TaskList(name="child")))
    following = flow.beside("child")
    flow.terminate()
    assert following.status is CloseStatus.TERMINATED


def test_a_child_that_was_wanted_twice_is_asked_to_cancel_once() -> None:
    """The second was refused, but its parent had closed before it could hear that."""
    flow = Flow(quotas=Quotas(events_per_execution=10))
    flow.start(child_policy=ChildPolicy.REQUEST_CANCEL)
    flow.decide(start_child("child"), start_child("child"), *[d.RecordMarker(marker_name="m")] * 10)
    assert flow.status is CloseStatus.TERMINATED
    assert len(flow.beside("child").all_of(WorkflowExecutionCancelRequested)) == 1
    flow.service.close()


def test_a_policy_leaves_another_execution_of_the_same_workflow_id_alone(flow: Flow) -> None:
    """The child has closed; somebody has started its workflow id again."""
    child = with_child(flow)
    child.decide(d.CompleteWorkflowExecution())
    flow.start(workflow_id="child")
    stranger = flow.beside("child")
    flow.run_id = flow.beside("order-1").run_id
    flow.terminate()
    assert stranger.status is None


def test_families_survive_a_restart(durable_flow: Flow) -> None:
    flow = durable_flow
    with_child(flow)
    flow.reopen()
    child = flow.beside("child")
    child.decide(d.CompleteWorkflowExecution(result="1"))
    flow.reopen()
    assert flow.last.result == "1"


def test_a_child_that_will_be_refused_does_not_count_as_open() -> None:
    """Of two with one workflow id the second is refused because of the first, not because there is no room."""
    flow = Flow(quotas=Quotas(open_executions=2))
    flow.start()
    flow.decide(start_child("child"), start_child("child"))
    (failed,) = flow.all_of(StartChildWorkflowExecutionFailed)
    assert failed.cause is Cause.WORKFLOW_ALREADY_RUNNING
    flow.service.close()
