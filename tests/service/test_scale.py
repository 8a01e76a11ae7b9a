"""What a call costs does not grow with what lies in the file: counted, not timed (for times: ``make scale``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from swf.protocol import operations as o
from swf.protocol.operations.visibility import (
    CloseStatusFilter,
    ExecutionTimeFilter,
    TagFilter,
    WorkflowExecutionFilter,
    WorkflowTypeFilter,
)
from swf.protocol.values import CloseStatus, TaskList, WorkflowExecution
from swf.server.check import problems
from swf.server.pending import Pending
from swf.server.service import Service
from swf.server.service.operations import OPERATIONS
from swf.server.store.histories import Histories
from tests.service.flow import DOMAIN, LIST, ORDER, Flow, schedule, start_timer

EVER = ExecutionTimeFilter(oldest_date=0.0)

HARMLESS = ("SCAN CONSTANT ROW", "SCAN forgotten")
"""A row that is no table's; and a table of which no more than its first row is asked for."""


def fill(flow: Flow, count: int) -> None:
    """So many open executions beside the one of the flow."""
    flow.service.submit(
        [
            Pending(
                o.StartWorkflowExecution(
                    domain=DOMAIN,
                    workflow_id=f"w{number}",
                    workflow_type=ORDER,
                    tag_list=("x",),
                    task_list=TaskList(name="others"),
                )
            )
            for number in range(count)
        ]
    )


@contextmanager
def statements(service: Service) -> Iterator[list[tuple[str, Any]]]:
    """The statements that run in the block."""
    seen: list[tuple[str, Any]] = []

    def note(cursor: Any, statement: str, bindings: Any) -> bool:
        seen.append((statement, bindings))
        return True

    service.database.connection.exec_trace = note
    try:
        yield seen
    finally:
        service.database.connection.exec_trace = None


def questions() -> list[o.Request[Any]]:
    """Lists and counts of executions, with every filter, in both orders."""
    filters: list[dict[str, Any]] = [
        {},
        {"execution_filter": WorkflowExecutionFilter(workflow_id="w1")},
        {"type_filter": WorkflowTypeFilter(name="order")},
        {"type_filter": WorkflowTypeFilter(name="order", version="1")},
        {"tag_filter": TagFilter(tag="x")},
    ]
    status = {"close_status_filter": CloseStatusFilter(status=CloseStatus.COMPLETED)}
    asked: list[o.Request[Any]] = []
    for name, times, more in (
        ("OpenWorkflowExecutions", ["start_time_filter"], []),
        ("ClosedWorkflowExecutions", ["start_time_filter", "close_time_filter"], [status]),
    ):
        for time in times:
            for filter in [*filters, *more]:
                asked += [
                    getattr(o, f"List{name}")(domain=DOMAIN, reverse_order=order, **{time: EVER}, **filter)
                    for order in (False, True)
                ]
                count = getattr(o, f"Count{name}")
                if count in OPERATIONS:
                    asked.append(count(domain=DOMAIN, **{time: EVER}, **filter))
    return asked


def test_no_statement_of_any_call_reads_a_whole_table(durable_flow: Flow) -> None:
    """Every statement that a life with all kinds of calls runs is asked for its plan."""
    flow = durable_flow
    with statements(flow.service) as seen:
        flow.client.call(
            o.StartWorkflowExecution(domain=DOMAIN, workflow_id="order-1", workflow_type=ORDER, tag_list=("x",))
        )
        for number in range(3):
            task = flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
            flow.decision_token = task.task_token
            assert task.task_token is not None
            flow.client.call(_answer(task.task_token, number))
            activity = flow.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
            assert activity.task_token is not None
            flow.client.call(o.RecordActivityTaskHeartbeat(task_token=activity.task_token, details="half"))
            flow.client.call(o.RespondActivityTaskCompleted(task_token=activity.task_token))
        flow.client.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s"))
        flow.clock.advance(100)
        flow.service.tick()
        for question in questions():
            flow.client.call(question)
        flow.client.call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id="order-1"))
        for question in questions():
            flow.client.call(question)
    execute = flow.service.database.connection.execute
    asked = 0
    for statement, bindings in dict(seen).items():
        if statement.partition(" ")[0] not in ("select", "update", "delete"):
            continue
        plan = [row[3] for row in execute(f"explain query plan {statement}", bindings)]
        plan = [step for step in plan if step not in HARMLESS]
        assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step], (statement, plan)
        asked += 1
    assert asked > 30


def _answer(token: str, number: int) -> o.RespondDecisionTaskCompleted:
    from swf.protocol.decision import decision

    return o.RespondDecisionTaskCompleted(
        task_token=token, decisions=(decision(schedule(f"a{number}")), decision(start_timer(f"t{number}")))
    )


@pytest.mark.parametrize("count", [3, 300])
def test_opening_a_file_folds_nothing_and_a_poll_what_it_hands_out(durable_flow: Flow, count: int) -> None:
    flow = durable_flow
    fill(flow, count)
    flow.reopen()
    service = flow.service
    assert len(service.histories) == 0
    with statements(service) as seen:
        service.tick()
        assert (len(service.histories), len(seen)) == (0, 0)
        flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name="others")))
    assert len(service.histories) == 1
    assert len(seen) < 20


def test_executions_that_were_only_read_are_let_go_as_well(durable_flow: Flow) -> None:
    """Memory is bounded, whatever is looked at."""
    flow = durable_flow
    fill(flow, 300)
    flow.reopen()
    limit = 100_000
    flow.service.histories = Histories(flow.service.database.connection, limit=limit)
    page = flow.client.call(o.ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER))
    for info in page.execution_infos:
        flow.client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=info.execution))
        assert flow.service.histories.size <= limit
    assert 5 < len(flow.service.histories) < 40
    assert list(problems(flow.service)) == []


def test_lists_that_nobody_polls_any_more_are_forgotten(durable_flow: Flow) -> None:
    """Every start of a decider has a list of its own."""
    flow = durable_flow
    flow.start()
    for number in range(50):
        flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name=f"decider-{number}")))
        flow.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=TaskList(name=f"worker-{number}")))
    assert len(flow.service.task_lists.all()) <= 1
    flow.decide(schedule("a"))
    assert flow.take().activity_id == "a"


def test_a_call_on_a_long_history_runs_as_many_statements_as_on_a_short_one(durable_flow: Flow) -> None:
    flow = durable_flow
    flow.start()
    signal = o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s")
    counts = []
    for length in (2, 5_000):
        flow.service.submit([Pending(signal) for _ in range(length)])
        with statements(flow.service) as seen:
            flow.client.call(signal)
            task = flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, maximum_page_size=10))
            flow.client.call(o.RespondDecisionTaskCompleted(task_token=task.task_token))
            flow.client.call(signal)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    name = WorkflowExecution(workflow_id="order-1", run_id=flow.run_id)
    page = flow.client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=name, reverse_order=True))
    assert page.next_page_token is not None


def test_much_that_comes_together_is_written_in_rounds_of_a_few_megabytes(durable_flow: Flow) -> None:
    """Others wait for one round, not for all."""
    flow = durable_flow
    flow.start()
    before = flow.service.database.commits
    pendings = [
        Pending(
            o.SignalWorkflowExecution(
                domain=DOMAIN, workflow_id="order-1", signal_name=f"s{number}", input="x" * 32_000
            )
        )
        for number in range(300)
    ]
    flow.service.submit(pendings)
    assert [pending.answer for pending in pendings] == [None] * 300
    assert flow.service.database.commits - before == 3
    names = [
        event.attributes.signal_name  # type: ignore[attr-defined]
        for event in flow.events()
        if event.type == "WorkflowExecutionSignaled"
    ]
    assert names == [f"s{number}" for number in range(300)]
