"""Closed executions are known for the retention of their domain and not a moment longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.events import WorkflowExecutionCompleted
from swf.protocol.faults import UnknownResourceFault, ValidationException
from swf.protocol.values import ChildPolicy, TaskList
from swf.server import NotADatabase, open_reader
from swf.server.check import problems
from swf.server.store.migrations import SCHEMA_VERSION
from tests.service.flow import DOMAIN, LIST, ORDER, Flow, start_child

DAY = 24 * 3600


def closed(flow: Flow) -> list[str]:
    """The workflow ids of closed executions, as their list shows them."""
    request = o.ListClosedWorkflowExecutions(domain=DOMAIN, start_time_filter=o.ExecutionTimeFilter(oldest_date=0))
    return [info.execution.workflow_id for info in flow.call(request).execution_infos]


def rows(flow: Flow, table: str = "events") -> int:
    count: int = flow.service.database.connection.execute(f"select count(*) from {table}").get
    return count


def assert_unknown(flow: Flow) -> None:
    unknown = f"workflowId={flow.workflow_id}, runId="
    with pytest.raises(UnknownResourceFault, match=unknown):
        flow.describe()
    with pytest.raises(UnknownResourceFault, match=unknown):
        flow.events()
    assert flow.workflow_id not in closed(flow)
    count = o.CountClosedWorkflowExecutions(
        domain=DOMAIN,
        close_time_filter=o.ExecutionTimeFilter(oldest_date=0),
        execution_filter=o.WorkflowExecutionFilter(workflow_id=flow.workflow_id),
    )
    assert flow.call(count).count == 0


def test_a_closed_execution_is_forgotten_when_its_time_is_over(durable_flow: Flow) -> None:
    flow = durable_flow
    flow.start(tag_list=("t",))
    flow.decide(d.CompleteWorkflowExecution())
    flow.start(workflow_id="later")
    flow.clock.advance(30 * DAY - 0.001)
    flow.service.tick()
    flow.run_id = flow.beside("order-1", is_open=False).run_id
    assert flow.last == WorkflowExecutionCompleted(decision_task_completed_event_id=4)
    flow.clock.advance(0.001)
    assert_unknown(flow)
    assert rows(flow) > 0, "nobody has ticked: nothing is deleted, and nothing shown"
    flow.service.tick()
    assert_unknown(flow)
    assert rows(flow, "execution_tags") == 0
    assert [row for (row,) in flow.service.database.connection.execute("select distinct execution from events")] == [2]
    assert list(problems(flow.service)) == []


@pytest.mark.parametrize("days", ["0", "NONE"])
def test_without_retention_an_execution_is_forgotten_as_soon_as_it_closes(flow: Flow, days: str) -> None:
    flow.call(o.RegisterDomain(name="brief", workflow_execution_retention_period_in_days=days))
    flow.call(o.RegisterWorkflowType(domain="brief", name="order", version="1"))
    run = flow.call(
        o.StartWorkflowExecution(
            domain="brief",
            workflow_id="w",
            workflow_type=ORDER,
            task_list=LIST,
            execution_start_to_close_timeout="60",
            task_start_to_close_timeout="60",
            child_policy=ChildPolicy.TERMINATE,
        )
    )
    name = flow.name.__class__(workflow_id="w", run_id=run.run_id)
    assert flow.call(o.DescribeWorkflowExecution(domain="brief", execution=name))
    flow.call(o.TerminateWorkflowExecution(domain="brief", workflow_id="w"))
    with pytest.raises(UnknownResourceFault, match="Unknown execution"):
        flow.call(o.DescribeWorkflowExecution(domain="brief", execution=name))
    flow.pass_time(0)
    assert rows(flow) == 0
    assert rows(flow, "executions") == 0


def test_a_long_history_is_deleted_in_slices_and_a_restart_goes_on(
    durable_flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = durable_flow
    monkeypatch.setattr("swf.server.service.retention.SLICE", 10)
    flow.start()
    flow.decide(*[d.RecordMarker(marker_name="m")] * 30, d.CompleteWorkflowExecution())
    total = rows(flow)
    flow.clock.advance(30 * DAY)
    left = []
    while flow.service._strike():
        left.append(rows(flow))
        assert_unknown(flow)
        if len(left) == 2:
            flow.reopen()
            assert flow.service.next_wake() == 0
    assert left == [total, total - 10, total - 20, total - 30]
    assert rows(flow) == 0
    assert rows(flow, "forgotten") == 0


def test_nothing_of_a_forgotten_execution_fits_a_later_one(durable_flow: Flow) -> None:
    """Its row is never given again, not even after a restart: tokens name it."""
    flow = durable_flow
    flow.start()
    flow.poll_decision()
    old_token = flow.decision_token
    page = flow.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1))
    flow.terminate()
    flow.pass_time(30 * DAY)
    flow.reopen()
    flow.start()
    flow.poll_decision()
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(o.RespondDecisionTaskCompleted(task_token=old_token))
    with pytest.raises(ValidationException):
        flow.call(
            o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, next_page_token=page.next_page_token)
        )


def test_a_parent_may_be_forgotten_before_its_child_closes(flow: Flow) -> None:
    flow.start()
    flow.decide(start_child("child", execution_start_to_close_timeout="31536000"), d.CompleteWorkflowExecution())
    child = flow.beside("child")
    flow.pass_time(31 * DAY)
    assert_unknown(flow)
    child.decide(d.ContinueAsNewWorkflowExecution(task_list=TaskList(name="child")))
    following = flow.beside("child")
    following.decide(d.CompleteWorkflowExecution())
    assert following.describe().execution_info.parent == flow.name


def test_a_child_that_times_out_does_not_bring_its_forgotten_parent_back(flow: Flow) -> None:
    """Both are due at once after a long pause: the child tells its parent, which is looked up once more."""
    flow.start()
    flow.decide(start_child("child"), d.CompleteWorkflowExecution())
    token = flow.decision_token
    flow.clock.advance(31 * DAY)
    flow.service.tick()
    with pytest.raises(ValidationException):
        flow.call(o.RespondDecisionTaskCompleted(task_token=token))


def test_many_executions_are_forgotten_in_rounds(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.service.deadlines.EXPIRE_AT_ONCE", 3)
    for number in range(10):
        flow.start(workflow_id=f"w{number}", execution_start_to_close_timeout="5")
    flow.pass_time(5)
    assert len(closed(flow)) == 10
    commits = flow.service.database.commits
    flow.pass_time(30 * DAY)
    assert rows(flow) == 0
    assert flow.service.database.commits - commits >= 10 / 3


def test_a_write_that_fails_forgets_nothing(durable_flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = durable_flow
    flow.start()
    flow.terminate()
    flow.clock.advance(30 * DAY)

    def refuse(*arguments: Any) -> None:
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", refuse)
        flow.service.tick()
    assert rows(flow, "executions") == 1
    flow.clock.advance(1)
    flow.service.tick()
    assert rows(flow, "executions") == 0
    assert list(problems(flow.service)) == []


def test_a_file_of_the_first_schema_is_upgraded_when_it_is_opened(tmp_path: Path) -> None:
    """Written by that schema, with an execution that has closed and one that is open."""
    path = tmp_path / "old.db"
    flow = Flow(str(path))
    flow.start(tag_list=("t",))
    flow.decide(d.CompleteWorkflowExecution())
    flow.start(workflow_id="open")
    flow.service.close()

    old = tmp_path / "first.db"
    connection = apsw.Connection(str(old))
    connection.execute((Path(__file__).parent / "schema-1.sql").read_text())
    connection.execute("attach ? as new", (str(path),))
    shared = {
        "meta": "key, value",
        "domains": "id, name, status, description, retention_days",
        "workflow_types": "domain, name, version, detail",
        "activity_types": "domain, name, version, detail",
        "events": "execution, id, body",
        "task_lists": "id, domain, kind, name",
        "tasks": "list, priority, at, execution, event",
        "execution_tags": "execution, domain, tag, start_at, close_at",
        "executions": "id, domain, workflow_id, run_id, type_name, type_version, parent_workflow_id, parent_run_id,"
        " tags, start_at, close_at, close_status, cancel_requested, wake_at",
    }
    for table, columns in shared.items():
        connection.execute(f"insert into main.{table} ({columns}) select {columns} from new.{table}")
    connection.execute("update executions set wake_at = null where close_at is not null")
    connection.pragma("user_version", 1)
    connection.close()

    with pytest.raises(NotADatabase, match=r"schema version 1.*open it once for writing"):
        open_reader(old)
    flow.path = str(old)
    flow.open()
    assert flow.service.database.connection.pragma("user_version") == SCHEMA_VERSION
    assert list(problems(flow.service)) == []
    assert flow.beside("order-1", is_open=False).last == WorkflowExecutionCompleted(decision_task_completed_event_id=4)
    flow.beside("open").decide(d.CompleteWorkflowExecution())
    flow.call(o.DeprecateWorkflowType(domain=DOMAIN, workflow_type=ORDER))
    flow.pass_time(30 * DAY)
    assert rows(flow) == 0
    flow.service.close()
    schemas = []
    for file in (old, path):
        connection = apsw.Connection(str(file))
        schemas.append(
            connection.execute(
                "select s.name, c.name, c.type, c.pk, c.[notnull]"
                " from sqlite_schema s, pragma_table_xinfo(s.name) c where s.sql is not null order by 1, 2"
            ).fetchall()
        )
        connection.close()
    assert schemas[0] == schemas[1], "an upgraded file is like a new one"
