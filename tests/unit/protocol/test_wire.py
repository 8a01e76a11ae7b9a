"""Words to JSON and back: nothing is lost, also of what is not known."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.base import Attributes, DecisionAttributes, Request
from swf.protocol.causes import Cause
from swf.protocol.decision import Decision, decision
from swf.protocol.decisions import DECISIONS, CompleteWorkflowExecution
from swf.protocol.event import HistoryEvent, UnknownAttributes, UnknownEvent, history_event
from swf.protocol.events import (
    EVENTS,
    ActivityTaskTimedOut,
    ScheduleActivityTaskFailed,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
)
from swf.protocol.refusal import check, convert_request, decode_request
from swf.protocol.values import TimeoutType
from tests.unit.protocol.strategies import words

FEW = settings(max_examples=12, deadline=None)


@FEW
@given(data=st.data())
@pytest.mark.parametrize("attributes", EVENTS, ids=lambda word: word.__name__)
def test_every_event_comes_back_from_the_wire(attributes: type[Attributes], data: st.DataObject) -> None:
    event = history_event(data.draw(st.integers(1, 25_000)), 1472817469.465, data.draw(words(attributes)))
    body = wire.encode(event)

    (back,) = wire.decode_events(b"[%b]" % body)

    assert back == event
    assert back.type == attributes.__name__
    assert None not in nested_values(msgspec.json.decode(body))


@FEW
@given(data=st.data())
@pytest.mark.parametrize("attributes", DECISIONS, ids=lambda word: word.__name__)
def test_every_decision_comes_back_from_the_wire(attributes: type[DecisionAttributes], data: st.DataObject) -> None:
    wrapped = decision(data.draw(words(attributes)))
    request = o.RespondDecisionTaskCompleted(task_token="t", decisions=(wrapped,))

    check(request)
    assert decode_request(o.RespondDecisionTaskCompleted, wire.encode(request)) == request


@FEW
@given(data=st.data())
@pytest.mark.parametrize("operation", o.OPERATIONS.values(), ids=lambda word: word.__name__)
def test_every_request_comes_back_from_the_wire(operation: type[Request[Any]], data: st.DataObject) -> None:
    request = data.draw(words(operation).filter(closes_last))
    body = wire.encode(request)

    check(request)
    assert decode_request(operation, body) == request
    assert convert_request(operation, msgspec.json.decode(body)) == request


def closes_last(request: Request[Any]) -> bool:
    decisions: tuple[Decision, ...] = getattr(request, "decisions", None) or ()
    return sum("WorkflowExecution" in type(decision.attributes).__name__ for decision in decisions) == 0


@FEW
@given(data=st.data())
@pytest.mark.parametrize(
    "result",
    [operation.RESULT for operation in o.OPERATIONS.values() if operation.RESULT],
    ids=lambda word: word.__name__,
)
def test_every_result_comes_back_from_the_wire(result: type[msgspec.Struct], data: st.DataObject) -> None:
    answer = data.draw(words(result))
    assert msgspec.json.decode(wire.encode(answer), type=result) == answer


def nested_values(value: Any) -> list[Any]:
    """Members of objects, all levels, lists left out: they may hold nulls."""
    if not isinstance(value, dict):
        return []
    return [*value.values(), *(nested for member in value.values() for nested in nested_values(member))]


# What is kept


def test_an_empty_text_that_was_given_is_kept_and_none_left_out() -> None:
    event = history_event(7, 1.5, WorkflowExecutionSignaled(signal_name="s", input="", external_initiated_event_id=0))

    assert msgspec.json.decode(wire.encode(event)) == {
        "eventType": "WorkflowExecutionSignaled",
        "eventId": 7,
        "eventTimestamp": 1.5,
        "workflowExecutionSignaledEventAttributes": {"signalName": "s", "input": "", "externalInitiatedEventId": 0},
    }


def test_a_decision_names_its_type() -> None:
    assert msgspec.json.decode(wire.encode(decision(CompleteWorkflowExecution(result="1")))) == {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": "1"},
    }


def test_null_tags_are_kept() -> None:
    (event,) = wire.decode_events(
        b'[{"eventId":1,"eventTimestamp":1,"eventType":"WorkflowExecutionStarted",'
        b'"workflowExecutionStartedEventAttributes":{"childPolicy":"TERMINATE","taskList":{"name":"l"},'
        b'"workflowType":{"name":"n","version":"1"},"tagList":[null]}}]'
    )
    assert isinstance(event.attributes, WorkflowExecutionStarted)
    assert event.attributes.tag_list == (None,)


def test_unknown_members_of_an_event_are_ignored() -> None:
    (event,) = wire.decode_events(
        b'[{"eventId":6,"eventTimestamp":1.47e9,"eventType":"DecisionTaskStarted","new":1,'
        b'"decisionTaskStartedEventAttributes":{"scheduledEventId":5,"startedOnPreviousTaskCompletion":false}}]'
    )
    assert (event.id, event.timestamp, event.type) == (6, 1_470_000_000, "DecisionTaskStarted")


NEWER = (
    b'[{"eventId":1,"eventTimestamp":1.5,"eventType":"TimerPaused","timerPausedEventAttributes":{"timerId":"t"}},'
    b'{"eventId":2,"eventTimestamp":2.5,"eventType":"TimerFired",'
    b'"timerFiredEventAttributes":{"timerId":"t","startedEventId":1}}]'
)


def test_an_unknown_event_is_kept_whole() -> None:
    unknown, fired = wire.decode_events(NEWER)

    assert isinstance(unknown, UnknownEvent)
    assert isinstance(unknown.attributes, UnknownAttributes)
    assert (unknown.id, unknown.timestamp, unknown.type) == (1, 1.5, "TimerPaused")
    assert unknown.attributes.members["timerPausedEventAttributes"] == {"timerId": "t"}
    assert fired.type == "TimerFired"


def test_unknown_events_survive_encoding() -> None:
    events = wire.decode_events(NEWER)
    bodies = wire.join_events([wire.encode(event) for event in events])

    assert wire.decode_events(bodies) == events
    assert msgspec.json.decode(bodies)[0] == msgspec.json.decode(NEWER)[0]


def test_an_event_of_a_known_type_that_breaks_the_model_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="startedEventId"):
        wire.decode_events(
            b'[{"eventId":2,"eventTimestamp":2.5,"eventType":"TimerFired","timerFiredEventAttributes":{"timerId":"t"}}]'
        )


def test_an_unknown_cause_is_kept() -> None:
    body = (
        b'{"eventId":2,"eventTimestamp":2.5,"eventType":"ScheduleActivityTaskFailed",'
        b'"scheduleActivityTaskFailedEventAttributes":{"activityType":{"name":"n","version":"1"},"activityId":"a",'
        b'"cause":"BAD_WEATHER","decisionTaskCompletedEventId":1}}'
    )
    (event,) = wire.decode_events(b"[%b]" % body)

    assert isinstance(event.attributes, ScheduleActivityTaskFailed)
    assert isinstance(event.attributes.cause, Cause)
    assert event.attributes.cause == "BAD_WEATHER"
    assert event.attributes.cause not in Cause.__members__.values()
    assert msgspec.json.decode(wire.encode(event)) == msgspec.json.decode(body)


def test_events_compare_by_value() -> None:
    attributes = ActivityTaskTimedOut(timeout_type=TimeoutType.HEARTBEAT, scheduled_event_id=5, started_event_id=6)
    event: HistoryEvent = history_event(9, 3.0, attributes)

    assert event == history_event(9, 3.0, attributes)
    assert event != history_event(10, 3.0, attributes)


def test_the_empty_answer_of_a_poll_holds_event_ids_only() -> None:
    empty = o.DecisionTask(started_event_id=0, previous_started_event_id=0)

    assert msgspec.json.decode(wire.encode(empty)) == {"startedEventId": 0, "previousStartedEventId": 0}
    assert msgspec.json.decode(wire.encode(o.ActivityTask(started_event_id=0))) == {"startedEventId": 0}
    assert msgspec.json.decode(b'{"startedEventId":0,"previousStartedEventId":0}', type=o.DecisionTask) == empty
    assert wire.decode_events(empty.events) == []
