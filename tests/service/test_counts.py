"""Counts, the ends of time filters, and the life of page tokens."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import msgspec
import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.faults import UnknownResourceFault, ValidationException
from swf.protocol.values import CloseStatus, TaskList
from swf.server import ManualClock
from tests.service.flow import DOMAIN, LIST, Flow, schedule, start_child

EVER = o.ExecutionTimeFilter(oldest_date=0)


def count(flow: Flow, **values: Any) -> int:
    """How many open ones; with a filter on the close time, how many closed ones."""
    operation: Any = o.CountOpenWorkflowExecutions
    if values.pop("closed", False):
        operation = o.CountClosedWorkflowExecutions
    if "close_time_filter" not in values:
        values.setdefault("start_time_filter", EVER)
    answer = flow.call(operation(domain=DOMAIN, **values))
    assert answer.truncated is False
    return int(answer.count)


def test_executions_are_counted_as_they_are_listed(flow: Flow) -> None:
    for number in range(5):
        flow.start(workflow_id=f"w{number}", tag_list=("all", f"t{number % 2}"), task_list=TaskList(name=f"w{number}"))
    flow.beside("w0").decide(d.CompleteWorkflowExecution())
    flow.beside("w1").terminate()

    assert (count(flow), count(flow, closed=True)) == (3, 2)
    assert count(flow, tag_filter=o.TagFilter(tag="t0")) == 2
    assert count(flow, execution_filter=o.WorkflowExecutionFilter(workflow_id="w3")) == 1
    assert count(flow, type_filter=o.WorkflowTypeFilter(name="order")) == 3
    assert count(flow, type_filter=o.WorkflowTypeFilter(name="order", version="2")) == 0
    assert count(flow, closed=True, close_time_filter=EVER, tag_filter=o.TagFilter(tag="all")) == 2
    failed = o.CloseStatusFilter(status=CloseStatus.TERMINATED)
    assert count(flow, closed=True, close_status_filter=failed) == 1


def test_questions_that_counts_do_not_answer(flow: Flow) -> None:
    with pytest.raises(ValidationException, match=r"^Cannot specify both a startTimeFilter and a closeTimeFilter$"):
        count(flow, closed=True, start_time_filter=EVER, close_time_filter=EVER)
    with pytest.raises(ValidationException, match=r"^Must specify time filter$"):
        flow.call(o.CountClosedWorkflowExecutions(domain=DOMAIN))
    with pytest.raises(ValidationException, match=r"^Cannot specify more than one exclusive filters in the same query"):
        count(flow, tag_filter=o.TagFilter(tag="x"), execution_filter=o.WorkflowExecutionFilter(workflow_id="w"))
    with pytest.raises(UnknownResourceFault, match=r"^Unknown domain: mars$"):
        flow.call(o.CountOpenWorkflowExecutions(domain="mars", start_time_filter=EVER))


def test_both_ends_of_a_time_filter_are_included(flow: Flow) -> None:
    at = flow.clock.now()
    flow.start()
    for oldest, latest, expected in ((at, at, 1), (at + 0.001, at + 1, 0), (at - 1, at - 0.001, 0), (at, None, 1)):
        window = o.ExecutionTimeFilter(oldest_date=oldest, latest_date=latest)
        assert count(flow, start_time_filter=window) == expected


def test_a_child_is_counted_at_once(flow: Flow) -> None:
    """It begins some milliseconds after the answer that wanted it, and the clock of the asker may stand before that."""
    flow.start()
    flow.decide(start_child("child"))
    assert count(flow) == 2


def pending(flow: Flow, name: str) -> tuple[int, int]:
    """Decision tasks and activity tasks that wait in the list."""
    task_list = TaskList(name=name)
    answers = (
        flow.call(o.CountPendingDecisionTasks(domain=DOMAIN, task_list=task_list)),
        flow.call(o.CountPendingActivityTasks(domain=DOMAIN, task_list=task_list)),
    )
    assert [answer.truncated for answer in answers] == [False, False]
    return answers[0].count, answers[1].count


def test_tasks_that_wait_are_counted_by_list_and_kind(flow: Flow) -> None:
    assert pending(flow, "never used") == (0, 0)
    flow.start()
    assert pending(flow, "orders") == (1, 0)
    flow.decide(schedule("a"), schedule("b"), schedule("c", task_list=TaskList(name="elsewhere")))
    assert pending(flow, "orders") == (0, 2)
    assert pending(flow, "elsewhere") == (0, 1)
    flow.take()
    assert pending(flow, "orders") == (0, 1), "a started task does not wait"
    flow.terminate()
    assert pending(flow, "orders") == (0, 0), "tasks of a closed execution vanish"
    with pytest.raises(UnknownResourceFault, match=r"^Unknown domain: mars$"):
        flow.call(o.CountPendingActivityTasks(domain="mars", task_list=LIST))


def test_a_decision_task_behind_a_running_one_cannot_be_handed_out_yet(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    flow.signal()
    assert pending(flow, "orders") == (0, 0)
    flow.answer()
    assert pending(flow, "orders") == (1, 0)


@pytest.mark.parametrize("size", [0, None])
def test_no_page_size_means_a_thousand(flow: Flow, size: int | None) -> None:
    flow.start()
    flow.poll_decision()
    flow.answer(*[d.RecordMarker(marker_name="m")] * 1200)
    page = flow.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=size))
    assert bytes(page.events).count(b'"eventId"') == 1000
    assert page.next_page_token is not None


def test_a_page_token_lives_for_a_day(flow: Flow) -> None:
    flow.start()
    first = flow.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1))

    def second() -> Any:
        return flow.call(
            o.GetWorkflowExecutionHistory(
                domain=DOMAIN, execution=flow.name, maximum_page_size=1, next_page_token=first.next_page_token
            )
        )

    flow.clock.advance(24 * 3600)
    assert second().next_page_token is None
    flow.clock.advance(1)
    with pytest.raises(ValidationException, match=r"^Specified token has exceeded its maximum lifetime$"):
        second()


def test_a_history_that_grows_between_pages_shows_its_new_events(flow: Flow) -> None:
    flow.start()
    first = flow.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1))
    flow.signal()
    second = flow.call(
        o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, next_page_token=first.next_page_token)
    )
    assert bytes(second.events).count(b'"eventId"') == 2


def sealed(body: bytes) -> str:
    """A token that is well formed."""
    return base64.b64encode(struct.pack(">I", zlib.crc32(body)) + body).decode()


def bent(token: str, *, position: bytes, later_s: int = 0) -> str:
    """The page token with another position, dated later."""
    question, at = struct.unpack_from(">IQ", base64.b64decode(token), 4)
    return sealed(struct.pack(">IQ", question, at + later_s) + position)


@pytest.mark.parametrize(
    "position",
    [b"\xff", b"[1.5,9223372036854775808]", b"[1.5,-9223372036854775809]", b"[1.5,1e400]", b"[1]", b"", b'["x",1]'],
)
def test_a_position_in_a_list_that_cannot_be_is_an_invalid_token(flow: Flow, position: bytes) -> None:
    flow.start(workflow_id="a")
    flow.start(workflow_id="b")
    request = o.ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER, maximum_page_size=1)
    token = flow.call(request).next_page_token
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(msgspec.structs.replace(request, next_page_token=bent(token, position=position)))


@pytest.mark.parametrize("position", ["\u00b2".encode(), b"\xff", b"9" * 30, b"-1", b""])
def test_a_position_in_a_history_that_cannot_be_is_an_invalid_token(flow: Flow, position: bytes) -> None:
    flow.start()
    request = o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1)
    token = flow.call(request).next_page_token
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(msgspec.structs.replace(request, next_page_token=bent(token, position=position)))


def test_a_page_token_of_the_future_is_invalid(flow: Flow) -> None:
    """It would live longer than a day."""
    flow.start()
    request = o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1)
    token = flow.call(request).next_page_token
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(msgspec.structs.replace(request, next_page_token=bent(token, position=b"2", later_s=3600)))


def test_a_task_token_of_a_row_that_cannot_be_is_invalid(flow: Flow) -> None:
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(
            o.RespondActivityTaskCompleted(task_token=sealed(struct.pack(">cQQQQ", b"a", 2**63, 1, 2, 3)), result=None)
        )


def test_an_order_that_is_false_is_the_one_that_is_not_given(flow: Flow) -> None:
    flow.start(workflow_id="a")
    flow.start(workflow_id="b")
    request = o.ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER, maximum_page_size=1)
    token = flow.call(request).next_page_token
    page = flow.call(msgspec.structs.replace(request, next_page_token=token, reverse_order=False))
    assert len(page.execution_infos) == 1
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(msgspec.structs.replace(request, next_page_token=token, reverse_order=True))


def test_a_manual_clock_shows_whole_milliseconds_from_its_start() -> None:
    """Tokens hold no more of a time."""
    flow = Flow(clock=ManualClock(1_700_000_000.12345))
    flow.start()
    flow.decide(schedule("a"))
    flow.take()
    flow.complete("a")
    flow.service.close()


def test_task_lists_that_nobody_uses_are_forgotten(flow: Flow) -> None:
    """Deciders that keep executions to themselves make up a name for each."""
    for number in range(10):
        flow.start(workflow_id=f"w{number}", task_list=TaskList(name=f"own-{number}"))
    flow.start(workflow_id="waits", task_list=TaskList(name="waits"))
    for number in range(10):
        flow.poll_decision(task_list=TaskList(name=f"own-{number}"))
        flow.answer()
    for _ in range(2):
        flow.pass_time(60)
    assert flow.service.task_lists.all() == []
    assert flow.service.database.connection.execute("select count(*) from task_lists").get == 1
    assert flow.poll_decision(task_list=TaskList(name="waits")).task_token is not None
    flow.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="w0", signal_name="s"))
    assert flow.poll_decision(task_list=TaskList(name="own-0")).task_token is not None
