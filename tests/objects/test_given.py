"""What users hand in wrongly is refused by the name of its field, before anything is sent or made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swf.core import ConnectedSWFObject
from swf.exceptions import InvalidKeywordArgumentError, InvalidRequestError, SWFError
from swf.models import Domain, WorkflowExecution, WorkflowType
from swf.models.decision import (
    ActivityTaskDecision,
    ChildWorkflowExecutionDecision,
    WorkflowExecutionDecision,
)
from swf.models.history import builder
from swf.protocol import operations as o
from swf.protocol.values import TaskList
from swf.querysets import HistoryQuerySet
from tests.objects.places import Place


class Order:
    name, version, task_list = "order", "1", "orders"


def running(place: Place) -> WorkflowExecution:
    domain = place.domain()
    WorkflowType(domain, "order", "1", task_list="orders").save()
    return WorkflowType(domain, "order", "1").start_execution("order-1")


def order() -> WorkflowType:
    """A type at a service that nobody may call."""
    return WorkflowType(Domain("shop", connection=Silent()), "order", "1")


class Silent:
    """A client that must not be called."""

    def call(self, request: Any, /) -> Any:
        raise AssertionError(f"sent: {request}")


@pytest.mark.parametrize("tags", ["abcd", b"abcd", {"a": 1}, 5, [None], [5]])
@pytest.mark.parametrize(
    "use",
    [
        lambda tags: order().start_execution("order-1", tag_list=tags),
        lambda tags: WorkflowExecutionDecision().continue_as_new(tag_list=tags),
        lambda tags: ChildWorkflowExecutionDecision().start(Order, "child-1", tag_list=tags),
        lambda tags: builder.History(Order, tag_list=tags),
        lambda tags: builder.History(Order).add_child_workflow(Order, tag_list=tags),
        lambda tags: builder.History(Order).add_workflow_continued_as_new(tag_list=tags),
    ],
)
def test_tags_that_are_no_list_of_texts_are_refused(use: Callable[[Any], Any], tags: Any) -> None:
    """One text would become its letters."""
    with pytest.raises(InvalidRequestError, match=r"^tag_list: "):
        use(tags)


@pytest.mark.parametrize("tags", ["abcd", b"abcd", {"a": 1}, 5])
def test_a_model_takes_no_text_as_its_tags_either(tags: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"^tag_list: "):
        WorkflowExecution(order().domain, "order-1", tag_list=tags)


@pytest.mark.parametrize("value", [object(), float("nan"), {"a": {1: object()}}])
@pytest.mark.parametrize(
    "use",
    [
        lambda value: order().start_execution("order-1", input=value),
        lambda value: WorkflowExecution(order().domain, "order-1").signal("paid", value),
        lambda value: ActivityTaskDecision().schedule("a", ("x", "1"), input=value),
        lambda value: builder.History(Order, input=value),
    ],
)
def test_an_input_that_is_no_json_is_refused_by_its_name(use: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"^input: cannot travel as JSON"):
        use(value)


@pytest.mark.parametrize(
    ("use", "field"),
    [
        (lambda: ActivityTaskDecision().schedule("a", ("x",)), "activity_type"),
        (lambda: ActivityTaskDecision().schedule("a", "x"), "activity_type"),
        (lambda: ActivityTaskDecision().schedule("a", ("x", "1"), task_list={}), "task_list"),
        (lambda: builder.History("wf"), "workflow_type"),
        (lambda: builder.History(Order).add_timer_start_failed("t", cause="FOO"), "cause"),
        (lambda: order().set_child_policy("FOO"), "child_policy"),
    ],
)
def test_what_is_no_type_list_or_choice_is_refused_by_its_name(use: Callable[[], Any], field: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{field}: "):
        use()


def test_signals_and_terminations_are_told_by_name(ours: Place) -> None:
    """boto2 has the name of the signal before the workflow id: by position they would be taken for each other."""
    execution = running(ours)
    everything: Any = ConnectedSWFObject(connection=ours.connection)
    for wrong in (
        lambda: everything.signal_workflow_execution("shop", "paid", "order-1"),
        lambda: everything.terminate_workflow_execution("shop", "order-1", "TERMINATE"),
        lambda: everything.respond_activity_task_failed("token", "details", "reason"),
        lambda: everything.register_workflow_type("shop", "order", "2", "orders"),
        lambda: everything.register_activity_type("shop", "charge", "1", "cards"),
    ):
        with pytest.raises(TypeError, match="positional"):
            wrong()

    everything.signal_workflow_execution("shop", signal_name="paid", workflow_id="order-1")
    everything.terminate_workflow_execution("shop", workflow_id="order-1", reason="enough")

    assert [event.name for event in execution.history()][-2:] == [
        "WorkflowExecutionSignaled",
        "WorkflowExecutionTerminated",
    ]


def test_operations_take_the_names_of_task_lists_and_pairs_as_types(ours: Place) -> None:
    execution = running(ours)
    everything = ConnectedSWFObject(connection=ours.connection)

    assert everything.count_pending_decision_tasks("shop", "orders").count == 1
    model = WorkflowType(execution.domain, "order", "1")
    for kind in (("order", "1"), {"name": "order", "version": "1"}, Order, model, model.word):
        detail = everything.describe_workflow_type("shop", kind)
        assert detail.configuration.default_task_list == TaskList(name="orders")
    for there in (execution, execution.word, {"workflowId": "order-1", "runId": execution.run_id}):
        assert everything.describe_workflow_execution("shop", there).execution_info.execution == execution.word
    assert everything.start_workflow_execution("shop", "order-2", ("order", "1"), "others", tag_list=["a"]).run_id
    assert everything.poll_for_decision_task("shop", "others").task_token


def test_a_word_of_a_wrong_type_is_named() -> None:
    everything: Any = ConnectedSWFObject(connection=Silent())
    with pytest.raises(InvalidRequestError, match=r"^workflow_type: a name and a version are wanted"):
        everything.describe_workflow_type("shop", "order")
    with pytest.raises(InvalidRequestError, match=r"^execution: "):
        everything.describe_workflow_execution("shop", ("run", "order-1"))
    wrong: Any = {"name": "order", "version": "1"}
    with pytest.raises(InvalidRequestError, match="wrong Python type as workflowType"):
        everything.call(o.DescribeWorkflowType(domain="shop", workflow_type=wrong))


def test_no_workflow_id_is_no_execution(place: Place) -> None:
    """Without a filter, whichever execution is open would come."""
    executions: Any = running(place).domain.executions
    with pytest.raises(InvalidKeywordArgumentError, match=r"^workflow_id: "):
        executions.get(None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_results", -1), ("max_results", "x"), ("max_results", True), ("page_size", 0), ("page_size", None)],
)
def test_numbers_of_events_are_looked_at(name: str, value: Any) -> None:
    histories: Any = HistoryQuerySet(order().domain)
    with pytest.raises(InvalidKeywordArgumentError, match=f"^{name}: "):
        histories.get("a-run", "order-1", **{name: value})


def test_what_was_given_is_what_was_started(ours: Place) -> None:
    """0 and "" are given: None alone is not."""
    execution_type = running(ours).workflow_type
    assert execution_type is not None
    with pytest.raises(SWFError, match="workflowId"):
        execution_type.start_execution("")
    started = execution_type.start_execution("order-2", execution_timeout=0, decision_tasks_timeout=0)
    assert (started.execution_timeout, started.decision_tasks_timeout) == ("0", "0")
