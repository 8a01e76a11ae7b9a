"""Decisions: dictionaries that a service takes, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swf.exceptions import InvalidRequestError
from swf.models import ActivityType, Domain, WorkflowType
from swf.models.decision import (
    ActivityTaskDecision,
    ChildWorkflowExecutionDecision,
    Decision,
    ExternalWorkflowExecutionDecision,
    LambdaFunctionDecision,
    MarkerDecision,
    TimerDecision,
    WorkflowExecutionDecision,
)
from swf.protocol import decisions as d
from swf.protocol.decisions import DECISIONS

SHOP = Domain("shop")
CHARGE = ActivityType(SHOP, "charge", "1")
ORDER = WorkflowType(SHOP, "order", "1")

ALL: list[Callable[[], Decision]] = [
    lambda: ActivityTaskDecision().schedule("charge-1", CHARGE),
    lambda: ActivityTaskDecision().request_cancel("charge-1"),
    lambda: WorkflowExecutionDecision().complete("done"),
    lambda: WorkflowExecutionDecision().fail("details", "reason"),
    lambda: WorkflowExecutionDecision().cancel(),
    lambda: WorkflowExecutionDecision().continue_as_new(input={"args": [1]}),
    lambda: ChildWorkflowExecutionDecision().start(ORDER, "child-1"),
    lambda: ExternalWorkflowExecutionDecision().signal("paid", "order-2"),
    lambda: ExternalWorkflowExecutionDecision().request_cancel("order-2"),
    lambda: TimerDecision().start("t", 5),
    lambda: TimerDecision().cancel("t"),
    lambda: MarkerDecision().record("m"),
    lambda: LambdaFunctionDecision().schedule("f-1", "resize"),
]


def test_there_is_a_builder_for_each_of_the_13_decisions() -> None:
    assert {make().type for make in ALL} == {kind.__name__ for kind in DECISIONS}


def test_every_action_makes_a_decision() -> None:
    made = {(type(make()).__name__, make().type) for make in ALL}
    kinds = {kind for kind in Decision.__subclasses__() if kind.__module__.startswith("swf.")}
    assert sum(len(kind.ACTIONS) for kind in kinds) == len(made) + 1, "terminate makes none"


def test_a_decision_is_a_dictionary_of_what_was_given() -> None:
    decision = ActivityTaskDecision(
        "schedule",
        activity_id="charge-1",
        activity_type=CHARGE,
        control={"after": []},
        heartbeat_timeout=10,
        input={"args": [1]},
        duration_timeout=100,
        schedule_timeout=50,
        task_timeout="NONE",
        task_list="cards",
        task_priority=-3,
    )

    assert isinstance(decision, dict)
    assert decision == {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {
            "activityType": {"name": "charge", "version": "1"},
            "activityId": "charge-1",
            "control": '{"after":[]}',
            "input": '{"args":[1]}',
            "scheduleToCloseTimeout": "100",
            "taskList": {"name": "cards"},
            "taskPriority": "-3",
            "scheduleToStartTimeout": "50",
            "startToCloseTimeout": "NONE",
            "heartbeatTimeout": "10",
        },
    }
    assert isinstance(decision.word.attributes, d.ScheduleActivityTask)


def test_what_is_none_is_left_out_and_what_is_falsy_is_kept() -> None:
    attributes = "scheduleActivityTaskDecisionAttributes"
    assert set(ActivityTaskDecision().schedule("c", CHARGE)[attributes]) == {"activityType", "activityId"}
    for value, text in ((0, "0"), ({}, "{}"), (False, "false"), ("", '""')):
        assert ActivityTaskDecision().schedule("c", CHARGE, input=value)[attributes]["input"] == text
    assert ActivityTaskDecision().schedule("c", CHARGE, task_timeout=0)[attributes]["startToCloseTimeout"] == "0"
    assert TimerDecision().start("t", 0)["startTimerDecisionAttributes"]["startToFireTimeout"] == "0"


def test_a_child_has_the_defaults_of_the_builder() -> None:
    decision = ChildWorkflowExecutionDecision().start(ORDER, "child-1", tag_list=["a"])
    assert decision["startChildWorkflowExecutionDecisionAttributes"] == {
        "workflowType": {"name": "order", "version": "1"},
        "workflowId": "child-1",
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "300",
        "taskStartToCloseTimeout": "300",
        "tagList": ["a"],
    }


def test_texts_travel_as_they_are_where_texts_are_expected() -> None:
    assert WorkflowExecutionDecision().complete('{"a":1}').word.attributes == d.CompleteWorkflowExecution(
        result='{"a":1}'
    )
    assert WorkflowExecutionDecision().complete({"a": 1}).word.attributes == d.CompleteWorkflowExecution(
        result='{"a":1}'
    )
    assert MarkerDecision().record("m", [1]).word.attributes == d.RecordMarker(marker_name="m", details="[1]")


@pytest.mark.parametrize("type", [CHARGE, CHARGE.word, {"name": "charge", "version": "1"}, ("charge", "1")])
def test_a_type_is_given_as_is_convenient(type: Any) -> None:
    assert ActivityTaskDecision().schedule("c", type) == ActivityTaskDecision().schedule("c", CHARGE)


def test_a_decision_made_again_is_the_later_one() -> None:
    decision = TimerDecision("start", id="t", start_to_fire_timeout=5)
    assert decision.cancel("t") == {"decisionType": "CancelTimer", "cancelTimerDecisionAttributes": {"timerId": "t"}}
    assert decision.type == "CancelTimer"


def test_a_decision_that_is_not_made_yet_says_so() -> None:
    decision = TimerDecision()
    assert decision.type is None
    assert decision == {}
    with pytest.raises(ValueError, match="call one of start, cancel"):
        _ = decision.word


@pytest.mark.parametrize(
    ("make", "field", "rule"),
    [
        (lambda: ActivityTaskDecision().schedule("a:b", CHARGE), "'activityId'", "must not contain ':'"),
        (lambda: ActivityTaskDecision().schedule("", CHARGE), "'activityId'", "greater than or equal to 1"),
        (lambda: ActivityTaskDecision().schedule("c", {"name": "x"}), "activity_type", "a name and a version"),
        (lambda: ActivityTaskDecision().schedule("c", CHARGE, task_timeout="soon"), "'startToClose", "seconds"),
        (lambda: ActivityTaskDecision().schedule("c", CHARGE, input="x" * 40_000), "'input'", "equal to 32768"),
        (lambda: ActivityTaskDecision().schedule("c", CHARGE, task_list="a/b"), "'taskList.name'", "must not"),
        (lambda: ActivityTaskDecision().schedule("c", CHARGE, task_priority="high"), "'taskPriority'", "integer"),
        (lambda: TimerDecision().start("t", "NONE"), "'startToFireTimeout'", "seconds"),
        (lambda: TimerDecision().start("t", 10**9), "'startToFireTimeout'", "equal to 8"),
        (lambda: MarkerDecision().record("m" * 257), "'markerName'", "equal to 256"),
        (lambda: WorkflowExecutionDecision().fail(reason="r" * 257), "'reason'", "equal to 256"),
        (lambda: WorkflowExecutionDecision().continue_as_new(child_policy="KILL"), "'childPolicy'", "enum value set"),
        (lambda: WorkflowExecutionDecision().continue_as_new(tag_list=[*"abcdef"]), "'tagList'", "equal to 5"),
        (lambda: ChildWorkflowExecutionDecision().start(ORDER, "a|b"), "'workflowId'", "must not contain"),
        (lambda: ExternalWorkflowExecutionDecision().signal("", "w"), "'signalName'", "equal to 1"),
        (lambda: LambdaFunctionDecision().schedule("f", "n" * 65), "'name'", "equal to 64"),
        (lambda: WorkflowExecutionDecision().terminate("reason"), "decisionType", "no decision to terminate"),
    ],
)
def test_what_swf_would_refuse_is_refused_as_it_is_made(make: Any, field: str, rule: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        make()
    assert field in str(caught.value)
    assert rule in str(caught.value)


def test_an_action_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="action: 'stop' is none of start, cancel"):
        TimerDecision("stop", id="t")
    with pytest.raises(TypeError, match="arguments without an action"):
        TimerDecision(id="t")
    with pytest.raises(TypeError):
        TimerDecision("start", id="t")
