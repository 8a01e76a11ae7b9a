"""Starting, finding, ending and listing executions."""

from __future__ import annotations

from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.decision import decision
from swf.protocol.events import (
    DecisionTaskScheduled,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
)
from swf.protocol.faults import (
    DefaultUndefinedFault,
    DomainAlreadyExistsFault,
    TypeAlreadyExistsFault,
    UnknownResourceFault,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from swf.protocol.values import ChildPolicy, CloseStatus, ExecutionStatus, TaskList, WorkflowExecution, WorkflowType
from swf.server import Quotas
from swf.server.service.operations import OPERATIONS
from swf.server.store.visibility import ExecutionQuery
from tests.service.flow import DOMAIN, LIST, ORDER, Flow


def test_a_history_begins_with_the_start_and_a_decision_task_of_the_same_moment(flow: Flow) -> None:
    flow.start(input="[1]", tag_list=("new", None))
    first, second = flow.events()

    assert (type(first.attributes), type(second.attributes)) == (WorkflowExecutionStarted, DecisionTaskScheduled)
    assert first.timestamp == second.timestamp
    assert flow.execution().started == WorkflowExecutionStarted(
        child_policy=ChildPolicy.TERMINATE,
        task_list=LIST,
        workflow_type=ORDER,
        input="[1]",
        execution_start_to_close_timeout="3600",
        task_start_to_close_timeout="60",
        tag_list=("new", None),
        parent_initiated_event_id=0,
    )


def test_a_workflow_id_is_taken_while_it_is_open(flow: Flow) -> None:
    flow.start()
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        flow.start()
    flow.decide(d.CompleteWorkflowExecution())
    first = flow.run_id
    flow.start()
    assert flow.run_id != first


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, "executionStartToCloseTimeout"),
        ({"execution_start_to_close_timeout": "1"}, "taskList"),
        ({"execution_start_to_close_timeout": "1", "task_list": LIST}, "taskStartToCloseTimeout"),
        (
            {"execution_start_to_close_timeout": "1", "task_list": LIST, "task_start_to_close_timeout": "1"},
            "childPolicy",
        ),
    ],
)
def test_a_value_that_neither_call_nor_type_has_is_named(flow: Flow, values: dict[str, Any], missing: str) -> None:
    flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="bare", version="1"))
    with pytest.raises(DefaultUndefinedFault, match=missing):
        flow.start(workflow_type=WorkflowType(name="bare", version="1"), **values)


def test_unknown_things_are_named_as_amazon_names_them(flow: Flow) -> None:
    nobody = WorkflowType(name="nobody", version="2")
    with pytest.raises(UnknownResourceFault, match=r"Unknown type: WorkflowType=\[name=nobody, version=2\]"):
        flow.start(workflow_type=nobody)
    with pytest.raises(UnknownResourceFault, match="Unknown domain: mars"):
        flow.start(domain="mars")
    with pytest.raises(UnknownResourceFault, match="Unknown execution, workflowId = order-1"):
        flow.signal()
    with pytest.raises(
        UnknownResourceFault, match=r"Unknown execution: WorkflowExecution=\[workflowId=order-1, runId=r\]"
    ):
        flow.signal(run_id="r")


def test_registering_twice_is_refused(flow: Flow) -> None:
    with pytest.raises(DomainAlreadyExistsFault, match=r"^shop$"):
        flow.call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="1"))
    with pytest.raises(TypeAlreadyExistsFault, match=r"WorkflowType=\[name=order, version=1\]"):
        flow.call(o.RegisterWorkflowType(domain=DOMAIN, name="order", version="1"))
    with pytest.raises(TypeAlreadyExistsFault, match=r"ActivityType=\[name=charge, version=1\]"):
        flow.call(o.RegisterActivityType(domain=DOMAIN, name="charge", version="1"))


def test_describing_a_type_shows_the_defaults_that_were_set(flow: Flow) -> None:
    detail = flow.call(o.DescribeWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    assert detail.configuration == o.WorkflowTypeConfiguration(
        default_task_list=LIST,
        default_child_policy=ChildPolicy.TERMINATE,
        default_task_start_to_close_timeout="60",
        default_execution_start_to_close_timeout="3600",
    )


def test_all_39_operations_are_there() -> None:
    assert set(o.OPERATIONS.values()) <= set(OPERATIONS)
    assert len(o.OPERATIONS) == 39


def test_signals_and_cancel_requests_are_all_recorded_and_wake_the_decider_once(flow: Flow) -> None:
    flow.start()
    flow.decide()
    flow.news()
    flow.signal("a", input="x")
    flow.signal("a")
    flow.call(o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="order-1"))
    flow.call(o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id="order-1", run_id=flow.run_id))

    assert flow.news() == [
        WorkflowExecutionSignaled,
        DecisionTaskScheduled,
        WorkflowExecutionSignaled,
        WorkflowExecutionCancelRequested,
        WorkflowExecutionCancelRequested,
    ]
    assert flow.describe().execution_info.cancel_requested is True


def test_a_terminated_execution_is_closed_at_once(flow: Flow) -> None:
    flow.start()
    flow.call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id="order-1", reason="wrong"))

    assert flow.last == WorkflowExecutionTerminated(
        reason="wrong", child_policy=ChildPolicy.TERMINATE, cause=Cause.OPERATOR_INITIATED
    )
    assert flow.poll_decision().task_token is None
    with pytest.raises(UnknownResourceFault):
        flow.signal()


def test_a_history_beyond_the_limit_ends_the_execution_after_the_batch_that_did_it() -> None:
    flow = Flow(quotas=Quotas(events_per_execution=10))
    flow.start()
    flow.decide(*[d.RecordMarker(marker_name="m")] * 6)
    assert flow.execution().last_event_id == 10, "as many as may be"
    flow.signal()
    assert flow.execution().last_event_id == 13
    assert flow.last == WorkflowExecutionTerminated(
        child_policy=ChildPolicy.TERMINATE, cause=Cause.EVENT_LIMIT_EXCEEDED
    )
    assert flow.status is CloseStatus.TERMINATED
    flow.service.close()


def test_a_history_has_room_for_25_000_events(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.client.call(
        o.RespondDecisionTaskCompleted(
            task_token=flow.decision_token, decisions=(decision(d.RecordMarker(marker_name="m")),) * 24_996
        )
    )
    assert flow.status is None
    flow.signal()
    assert flow.status is CloseStatus.TERMINATED


def _fill(flow: Flow) -> list[str]:
    """Six executions, a second apart; even ones closed, each in another way."""
    closings = [
        d.CompleteWorkflowExecution(),
        d.FailWorkflowExecution(),
        d.CancelWorkflowExecution(),
    ]
    for number in range(6):
        flow.clock.advance(1)
        tags = ("all", f"tag-{number}")
        flow.start(workflow_id=f"w{number}", tag_list=tags, task_list=TaskList(name=f"l{number}"))
        if number % 2 == 0:
            flow.poll_decision(task_list=TaskList(name=f"l{number}"))
            flow.answer(closings[number // 2])
    return [f"w{number}" for number in range(6)]


def _open(flow: Flow, **values: Any) -> o.WorkflowExecutionInfos:
    request = {"domain": DOMAIN, "start_time_filter": o.ExecutionTimeFilter(oldest_date=0), **values}
    infos = flow.call(o.ListOpenWorkflowExecutions(**request))
    assert isinstance(infos, o.WorkflowExecutionInfos)
    return infos


def _closed(flow: Flow, **values: Any) -> o.WorkflowExecutionInfos:
    request = {"domain": DOMAIN, **values}
    if "close_time_filter" not in values:
        request.setdefault("start_time_filter", o.ExecutionTimeFilter(oldest_date=0))
    infos = flow.call(o.ListClosedWorkflowExecutions(**request))
    assert isinstance(infos, o.WorkflowExecutionInfos)
    return infos


def _ids(infos: o.WorkflowExecutionInfos) -> list[str]:
    return [info.execution.workflow_id for info in infos.execution_infos]


def test_lists_show_the_newest_first_and_open_and_closed_apart(flow: Flow) -> None:
    _fill(flow)
    assert _ids(_open(flow)) == ["w5", "w3", "w1"]
    assert _ids(_open(flow, reverse_order=True)) == ["w1", "w3", "w5"]
    assert _ids(_closed(flow)) == ["w4", "w2", "w0"]
    first = _closed(flow).execution_infos[0]
    assert (first.execution_status, first.close_status) == (ExecutionStatus.CLOSED, CloseStatus.CANCELED)
    assert first.tag_list == ("all", "tag-4")


def test_lists_can_be_filtered(flow: Flow) -> None:
    _fill(flow)
    assert _ids(_open(flow, execution_filter=o.WorkflowExecutionFilter(workflow_id="w3"))) == ["w3"]
    assert _ids(_open(flow, tag_filter=o.TagFilter(tag="tag-1"))) == ["w1"]
    assert _ids(_open(flow, tag_filter=o.TagFilter(tag="all"))) == ["w5", "w3", "w1"]
    assert _ids(_open(flow, type_filter=o.WorkflowTypeFilter(name="order", version="1"))) == ["w5", "w3", "w1"]
    assert _ids(_open(flow, type_filter=o.WorkflowTypeFilter(name="order", version="2"))) == []
    assert _ids(_closed(flow, close_status_filter=o.CloseStatusFilter(status=CloseStatus.FAILED))) == ["w2"]
    assert _ids(_closed(flow, tag_filter=o.TagFilter(tag="all"))) == ["w4", "w2", "w0"]
    start = flow.clock.now()
    assert _ids(_closed(flow, close_time_filter=o.ExecutionTimeFilter(oldest_date=start - 3, latest_date=start))) == [
        "w4",
        "w2",
    ]


def test_lists_come_in_pages(flow: Flow) -> None:
    ids = _fill(flow)
    page, seen = _open(flow, maximum_page_size=2), []
    seen += _ids(page)
    page = _open(flow, maximum_page_size=2, next_page_token=page.next_page_token)
    seen += _ids(page)
    assert seen == [ids[5], ids[3], ids[1]]
    assert page.next_page_token is None
    with pytest.raises(ValidationException, match="Invalid token"):
        _closed(flow, next_page_token=_open(flow, maximum_page_size=2).next_page_token)


def test_questions_that_lists_do_not_answer(flow: Flow) -> None:
    window = o.ExecutionTimeFilter(oldest_date=0)
    with pytest.raises(ValidationException, match="both a startTimeFilter and a closeTimeFilter"):
        _closed(flow, start_time_filter=window, close_time_filter=window)
    with pytest.raises(ValidationException, match="Must specify time filter"):
        flow.call(o.ListClosedWorkflowExecutions(domain=DOMAIN))
    with pytest.raises(ValidationException, match="more than one exclusive filters"):
        _open(flow, tag_filter=o.TagFilter(tag="x"), execution_filter=o.WorkflowExecutionFilter(workflow_id="w"))


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("by_close", [True, False])
@pytest.mark.parametrize(
    "filter", [{}, {"workflow_id": "w"}, {"type_name": "t"}, {"tag": "t"}, {"close_status": "FAILED"}]
)
@pytest.mark.parametrize("after", [None, (1.0, 1)])
def test_every_list_is_answered_from_an_index(
    flow: Flow, is_open: bool, by_close: bool, filter: dict[str, Any], after: tuple[float, int] | None
) -> None:
    if is_open and (by_close or "close_status" in filter):
        return
    query = ExecutionQuery(1, is_open=is_open, by_close=by_close, oldest=0, latest=1, **filter)
    for statement, bindings in (query.statement(after=after, limit=10), query.count_statement()):
        plan = [row[3] for row in flow.service.database.connection.execute(f"explain query plan {statement}", bindings)]
        assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step], plan


def test_a_run_is_found_by_both_its_ids(flow: Flow) -> None:
    flow.start()
    other = WorkflowExecution(workflow_id="someone-else", run_id=flow.run_id)
    with pytest.raises(UnknownResourceFault, match="workflowId=someone-else"):
        flow.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=other))
