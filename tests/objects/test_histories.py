"""Events and histories: recorded ones, made-up ones, and ones that no service has written."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from typing import Any

import msgspec
import pytest

from swf.exceptions import InconsistentStateError, InvalidRequestError, ResponseError, SWFError, TransitionError
from swf.lifecycle.transitions import AGAIN, NOTES, REFUSED, TRANSITIONS, follows
from swf.models import CompiledEvent, Event, EventFactory, History
from swf.models.event import ActivityTaskEvent, LambdaFunctionEvent, MarkerEvent, TimerEvent, UnknownEvent
from swf.models.history import builder
from swf.protocol import events as e
from swf.protocol.base import wire_name
from swf.protocol.causes import Cause
from swf.protocol.events import EVENTS
from swf.protocol.values import ActivityType, TaskList
from tests.service.recording import FOLDER, Recording

RECORDINGS = sorted(path.stem for path in FOLDER.glob("*.json"))
HISTORIES = [name for name in RECORDINGS if Recording.read(name).all("GetWorkflowExecutionHistory")]


class Order:
    """A workflow, as workflow types and classes look."""

    name, version, task_list = "order", "1", "orders"


class Charge:
    """An activity."""

    name, version, task_list = "charge", "1", "cards"


def made(**values: Any) -> builder.History:
    return builder.History(Order, **values)


def every_event() -> builder.History:
    """One history with events of all 54 types but those that end it otherwise; see :data:`ENDS`."""
    history = made(input={"args": [1]}, tag_list=["urgent"])
    for state in ("schedule_failed", "scheduled", "started", "completed", "failed", "timed_out", "canceled"):
        history.add_activity_task(Charge, last_state=state, activity_id=f"charge-{state}")
    history.add_activity_task_cancel_requested("charge-started")
    history.add_activity_task_request_cancel_failed("nobody")
    history.add_decision_task().add_decision_task_scheduled().add_decision_task_started().add_decision_task_timed_out()
    for state in (
        "start_initiated",
        "start_failed",
        "started",
        "completed",
        "failed",
        "timed_out",
        "canceled",
        "terminated",
    ):
        history.add_child_workflow(Order, last_state=state, workflow_id=f"child-{state}")
    history.add_child_workflow_refused(Order, "child-refused")
    for state in ("signal_execution_initiated", "execution_signaled", "signal_execution_failed"):
        history.add_external_signal("other", "hello", state)
    for state in (
        "request_cancel_execution_initiated",
        "execution_cancel_requested",
        "request_cancel_execution_failed",
    ):
        history.add_external_request_cancel("other", state)
    history.add_timer_started("t", 5).add_timer_start_failed("t").add_timer_fired("t")
    history.add_timer_started("u", 5).add_timer_canceled("u").add_timer_cancel_failed("u")
    history.add_marker("m", "note").add_marker_record_failed("n")
    for state in ("schedule_failed", "scheduled", "start_failed", "started", "completed", "failed", "timed_out"):
        history.add_lambda_function(f"f-{state}", "resize", state)
    history.add_signal("paid", 12).add_request_cancel()
    for decision in ("complete", "fail", "cancel", "continue_as_new"):
        history.add_close_refused(decision)
    return history


ENDS: dict[str, Any] = {
    "completed": lambda history: history.add_workflow_completed("done"),
    "failed": lambda history: history.add_workflow_failed("broken", "details"),
    "canceled": lambda history: history.add_workflow_canceled(),
    "continued_as_new": lambda history: history.add_workflow_continued_as_new({"args": [2]}),
    "timed_out": lambda history: history.add_workflow_timed_out(),
    "terminated": lambda history: history.add_workflow_terminated("wrong order"),
}


def raw_event(history: History, id: int) -> dict[str, Any]:
    return history[id - 1].raw


@pytest.mark.parametrize("name", HISTORIES)
def test_a_recorded_history_is_read_whole(name: str) -> None:
    """What Amazon has sent comes out again, member for member."""
    response = Recording.read(name).only("GetWorkflowExecutionHistory").response
    assert response is not None
    raws = response["events"]

    history = History.from_event_list(raws)

    assert len(history) == len(raws)
    for event, raw in zip(history, raws, strict=True):
        assert event.name == raw["eventType"]
        assert event.id == raw["eventId"]
        assert event.timestamp.timestamp() == pytest.approx(raw["eventTimestamp"], abs=1e-6)
        attributes = raw[f"{event.name[0].lower()}{event.name[1:]}EventAttributes"]
        for attribute in event.attributes.__struct_fields__:
            sent = attributes.get(wire_name(attribute))
            assert json.loads(msgspec.json.encode(getattr(event.attributes, attribute))) == sent
        assert EventFactory(raw) == event
    assert History.from_json(msgspec.json.encode(raws)) == history


@pytest.mark.parametrize("name", HISTORIES)
def test_a_recorded_history_is_compiled_to_its_end(name: str) -> None:
    recording = Recording.read(name)
    history = History(recording.history)

    compiled = history.compile()

    assert sum(map(len, compiled)) == len(history), "every event belongs to one thing"
    assert compiled[0].type == "WorkflowExecution"
    assert compiled[0].is_open is not history.finished
    for thing in compiled.of_type("ActivityTask"):
        assert thing.id == thing.activity_id
        assert thing.activity_type.name
        assert thing.first.state == "scheduled"
    if history.finished:
        assert compiled[0].state == history.last.state
        assert history.execution.close_status == compiled[0].state.upper()


def test_recordings_are_there() -> None:
    assert len(HISTORIES) == 7
    assert "simpleflow_workflow_start" in RECORDINGS


def test_the_builder_makes_every_event_there_is() -> None:
    seen: set[type] = set()
    for state, end in ENDS.items():
        history = end(every_event())
        seen |= {type(event.attributes) for event in history}
        assert history.last.state == state
        assert history.finished
    assert seen == set(EVENTS)


@pytest.mark.parametrize("state", ENDS)
def test_what_the_builder_makes_is_valid_in_every_respect(state: str) -> None:
    """It compiles, it folds, and the wire takes it."""
    history = ENDS[state](every_event())

    assert history.compile()[0].state == state
    assert not history.execution.is_open
    assert History.from_json(history.to_json()) == history
    assert History.from_event_list(event.raw for event in history) == history


def test_a_made_up_history_begins_with_a_decision_that_is_being_taken() -> None:
    history = made(input={"args": [1]}, tag_list=["urgent"])

    assert [event.name for event in history] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert (history.last_id, history.next_id) == (3, 4)
    assert history.first.input == {"args": [1]}
    assert history.first.tag_list == ("urgent",)
    assert history.first.raw["workflowExecutionStartedEventAttributes"]["tagList"] == ["urgent"]
    assert history.first.task_list == TaskList(name="orders")
    assert len(builder.History(Order, begun=False)) == 1


def test_what_a_running_decision_causes_answers_it_first() -> None:
    history = made()
    decision_id = history.last_id

    history.add_activity_task(Charge, decision_id, input={"args": [1]}, result=7, activity_id="charge-1")

    assert [event.state for event in history[3:]] == ["completed", "scheduled", "started", "completed"]
    assert history[4].decision_task_completed_event_id == 4
    assert history[4].task_list == TaskList(name="cards")
    assert history.compiled.find("ActivityTask", "charge-1") is not None
    history.add_decision_task_scheduled().add_decision_task_started()
    assert history.last_id == 9
    assert history.execution.running_decision is not None


def test_events_know_their_noun_state_and_what_can_come_next() -> None:
    history = made().add_activity_task_scheduled(Charge, activity_id="charge-1", input={"args": [1]}, control=[2])

    event = history.last

    assert isinstance(event, ActivityTaskEvent)
    assert (event.type, event.state, event.name) == ("ActivityTask", "scheduled", "ActivityTaskScheduled")
    assert event.input == {"args": [1]}
    assert event.control == [2]
    assert event.activity_id == "charge-1"
    assert event.activity_type == ActivityType(name="charge", version="1")
    assert event.heartbeat_timeout is None
    assert event.next_states == {"started", "canceled", "timed_out"}
    assert event.timestamp == datetime.datetime(2020, 1, 1, 0, 0, 4, tzinfo=datetime.UTC)
    assert event.raw["activityTaskScheduledEventAttributes"]["activityId"] == "charge-1"
    assert repr(event) == "<Event 5 ActivityTask : scheduled>"
    with pytest.raises(AttributeError, match="ActivityTaskScheduled has no 'result', but activity_type"):
        _ = event.result
    with pytest.raises(AttributeError):
        event.state = "started"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(event)) == event
    assert copy.copy(event) == event
    assert pickle.loads(pickle.dumps(history)) == history


STATES = {
    "WorkflowExecution": (
        "started signaled completed failed timed_out canceled terminated continued_as_new cancel_requested "
        "complete_failed fail_failed cancel_failed continue_as_new_failed"
    ),
    "DecisionTask": "scheduled started completed timed_out",
    "ActivityTask": (
        "scheduled schedule_failed started completed failed timed_out canceled cancel_requested request_cancel_failed"
    ),
    "ChildWorkflowExecution": ("start_initiated start_failed started completed failed timed_out canceled terminated"),
    "ExternalWorkflowExecution": (
        "signal_execution_initiated signal_execution_failed execution_signaled request_cancel_execution_initiated "
        "request_cancel_execution_failed execution_cancel_requested"
    ),
    "Marker": "recorded record_failed",
    "Timer": "started start_failed fired canceled cancel_failed",
    "LambdaFunction": "scheduled schedule_failed started start_failed completed failed timed_out",
}


@pytest.mark.parametrize("noun", STATES)
def test_the_states_of_a_noun_are_spelt_as_users_know_them(noun: str) -> None:
    seen = {event.state for end in ENDS.values() for event in end(every_event()) if event.type == noun}
    assert seen == set(STATES[noun].split())
    assert type(next(event for event in every_event() if event.type == noun)).__name__ == f"{noun}Event"


@pytest.mark.parametrize("noun", STATES)
def test_every_state_is_a_transition_a_refusal_or_a_note(noun: str) -> None:
    """So that no event can be forgotten by :meth:`History.compile`."""
    entered = {state for states in TRANSITIONS[noun].values() for state in states}
    assert entered | REFUSED.get(noun, frozenset()) | set(NOTES.get(noun, {})) == set(STATES[noun].split())
    unknown = {state for state, states in NOTES.get(noun, {}).items() if None in states}
    assert AGAIN.get(noun, frozenset()) <= entered | REFUSED.get(noun, frozenset()) | unknown


def test_an_event_of_a_newer_service_is_kept() -> None:
    raw = {
        "eventId": 4,
        "eventTimestamp": 1.6e9,
        "eventType": "RobotArmMoved",
        "robotArmMovedEventAttributes": {"input": '{"x":1}', "armName": "left"},
    }
    history = made()

    event = EventFactory(raw)
    history.facts.append(event.fact)

    assert isinstance(event, UnknownEvent)
    assert (event.type, event.state, event.name) == ("RobotArmMoved", "unknown", "RobotArmMoved")
    assert event.input == {"x": 1}
    assert event.arm_name == "left"
    assert event.raw == raw
    with pytest.raises(AttributeError):
        _ = event.leg_name
    assert history.last == event
    assert len(history.compile()) == 2
    with pytest.raises(InconsistentStateError, match="not known"):
        CompiledEvent(event)
    with pytest.raises(TransitionError, match="none of"):
        CompiledEvent(history.first).transit(event)


def test_what_boto3_has_parsed_is_read_too() -> None:
    """boto3 makes moments of times."""
    raw = made().last.raw
    parsed = {**raw, "eventTimestamp": datetime.datetime.fromtimestamp(raw["eventTimestamp"], datetime.UTC)}
    assert EventFactory(parsed) == EventFactory(raw)


@pytest.mark.parametrize("raw", [{}, {"eventType": "TimerFired"}, {"eventId": "x", "eventType": "TimerFired"}])
def test_what_is_no_event_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match="no events"):
        EventFactory(raw)


def test_a_history_behaves_as_a_list() -> None:
    history = every_event()
    events = history.events

    assert list(history) == events
    assert len(history) == len(events) == history.last.id
    assert history[0] == history.first == events[0]
    assert history[-1] == history.last
    assert isinstance(history[2:5], History)
    assert [event.id for event in history[2:5]] == [3, 4, 5]
    assert [event.id for event in history.latest(2)] == [history.last.id - 1, history.last.id]
    assert [event.id for event in history.reversed] == list(range(len(history), 0, -1))
    assert history[:3] + history[3:] == history
    assert history.first in history
    assert history.index(events[4]) == 4
    with pytest.raises(TypeError, match="not by 'a'"):
        history["a"]  # type: ignore[call-overload]
    with pytest.raises(IndexError):
        history[len(history)]


def test_two_passes_over_a_history_do_not_share_a_cursor() -> None:
    history = made()
    assert [(a.id, b.id) for a in history for b in history] == [(a, b) for a in (1, 2, 3) for b in (1, 2, 3)]
    first, second = iter(history), iter(history)
    next(first)
    assert next(second).id == 1


def test_a_history_is_searched_by_attributes() -> None:
    history = every_event()
    assert [event.name for event in history.filter(type="Timer", state="fired")] == ["TimerFired"]
    assert {type(event) for event in history.filter(type="Timer")} == {TimerEvent}
    assert [event.state for event in history.filter(timer_id="u")] == ["started", "canceled", "cancel_failed"]
    assert history.filter(colour="red") == []


def test_runs_of_the_same_noun_are_told_apart() -> None:
    history = made().add_marker("a").add_marker("b").add_timer_started("t")
    assert [(run.first.type, len(run)) for run in history.distinct] == [
        ("WorkflowExecution", 1),
        ("DecisionTask", 3),
        ("Marker", 2),
        ("Timer", 1),
    ]


def test_a_retried_activity_is_one_thing_through_all_attempts() -> None:
    history = made()
    history.add_activity_task(Charge, last_state="failed", activity_id="charge-1", reason="no money")
    history.add_decision_task()
    history.add_activity_task(Charge, last_state="completed", activity_id="charge-1", result=7)

    (charge,) = history.compile().of_type("ActivityTask")

    assert [event.state for event in charge] == ["scheduled", "started", "failed", "scheduled", "started", "completed"]
    assert (charge.state, charge.attempts, charge.is_open) == ("completed", 2, False)
    assert charge.result == "7"
    assert charge.next_states == frozenset()
    assert charge.first.id == 5
    assert charge.latest == history.last
    with pytest.raises(AttributeError, match="has 'reason'"):
        _ = charge.reason  # of the attempt before


def test_an_id_that_has_done_its_work_names_a_new_thing() -> None:
    history = made().add_timer_started("t").add_timer_fired("t").add_decision_task().add_timer_started("t")
    first, second = history.compile().of_type("Timer")
    assert (first.state, second.state) == ("fired", "started")
    assert history.compile().find("Timer", "t") == second


def test_what_changes_no_state_is_kept_with_its_thing() -> None:
    history = made().add_activity_task(Charge, last_state="started", activity_id="c")
    history.add_activity_task_cancel_requested("c").add_activity_task_schedule_failed(
        Charge, activity_id="c", cause="ACTIVITY_ID_ALREADY_IN_USE"
    )
    history.add_signal("paid")

    compiled = history.compile()

    charge = compiled.find("ActivityTask", "c")
    assert charge is not None
    assert charge.state == "started"
    assert [event.state for event in charge] == ["scheduled", "started", "cancel_requested", "schedule_failed"]
    assert charge.attempts == 1
    assert compiled[0].state == "started"
    assert compiled[0].latest.state == "signaled"


def test_things_interleave_and_are_told_apart_by_id() -> None:
    history = made()
    history.add_activity_task_scheduled(Charge, activity_id="a")
    a = history.last_id
    history.add_activity_task_scheduled(Charge, activity_id="b")
    b = history.last_id
    history.add_timer_started("t")
    history.add_activity_task_started(b).add_activity_task_started(a).add_timer_fired("t")
    history.add_activity_task_completed(a).add_activity_task_failed(b, reason="no money")

    compiled = history.compile()

    assert [(thing.label, thing.state) for thing in compiled[2:]] == [
        ("ActivityTask 'a'", "completed"),
        ("ActivityTask 'b'", "failed"),
        ("Timer 't'", "fired"),
    ]


def test_a_compiled_thing_can_be_driven_by_hand() -> None:
    history = made().add_activity_task(Charge, last_state="completed", activity_id="c")
    scheduled, started, completed = history[4:]

    thing = CompiledEvent(scheduled)
    assert thing.next_states == {"started", "canceled", "timed_out"}
    assert thing.transit(started).transit(completed).state == "completed"
    with pytest.raises(TransitionError, match=r"event 6 \(ActivityTaskStarted\) does not follow: since event 7"):
        thing.transit(started)
    with pytest.raises(TransitionError, match="none of"):
        thing.transit(history.first)
    with pytest.raises(InconsistentStateError, match=r"event 6 .*begins as 'schedule_failed' or 'scheduled'"):
        CompiledEvent(started)


def changed(history: builder.History, id: int, **values: Any) -> History:
    """The history with other attributes of one event; ``timestamp`` and ``new_id`` change its envelope."""
    facts = list(history.facts)
    fact = facts[id - 1]
    envelope = {name: values.pop(name) for name in ("timestamp", "id") if name in values}
    attributes = msgspec.structs.replace(fact.attributes, **values)
    facts[id - 1] = msgspec.structs.replace(fact, attributes=attributes, **envelope)
    return History(facts)


def without(history: builder.History, id: int) -> History:
    """The history without one event, the later ones moved up (what they name is not)."""
    facts = [fact for fact in history.facts if fact.id != id]
    return History([msgspec.structs.replace(fact, id=number) for number, fact in enumerate(facts, 1)])


def charged() -> builder.History:
    """Events 1-3 the beginning, 4 the decision, 5-7 the activity, 8-10 the next decision, 11 the end."""
    history = made().add_activity_task(Charge, last_state="completed", activity_id="c", result=7)
    return history.add_decision_task().add_workflow_completed()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("broken", "error", "event_id", "words"),
    [
        (lambda: charged()[1:], InconsistentStateError, 2, "a history begins with event 1"),
        (lambda: charged()[:5] + charged()[6:], InconsistentStateError, 7, "event 6 comes next"),
        (lambda: History([charged().facts[1]]), InconsistentStateError, 2, "begins with event 1"),
        (lambda: without(charged(), 1), InconsistentStateError, 1, "begins with WorkflowExecutionStarted"),
        (lambda: changed(charged(), 6, timestamp=1.0), InconsistentStateError, 6, "before the event before it"),
        (lambda: charged().add_signal("late"), InconsistentStateError, 12, "after the execution has completed"),
        (
            lambda: changed(charged(), 5, decision_task_completed_event_id=3),
            InconsistentStateError,
            5,
            "names event 3 as its decision, which is no DecisionTaskCompleted",
        ),
        (lambda: changed(charged(), 6, scheduled_event_id=2), InconsistentStateError, 6, "which began no ActivityTask"),
        (lambda: changed(charged(), 7, started_event_id=5), InconsistentStateError, 7, "was started by event 6"),
        (lambda: charged()[:7].__add__(again(charged(), 7)), TransitionError, 8, "is 'completed', after which"),
        (
            lambda: (
                made()
                .add_activity_task_scheduled(Charge, activity_id="c")
                .add_activity_task_scheduled(Charge, activity_id="c")
            ),
            TransitionError,
            6,
            "since event 5, ActivityTask 'c' is 'scheduled'",
        ),
        (
            lambda: made().add_timer_started("t").add_timer_started("t"),
            TransitionError,
            6,
            "since event 5, Timer 't' is 'started'",
        ),
        (
            lambda: changed(made().add_timer_started("t").add_timer_fired("t"), 6, timer_id="u"),
            InconsistentStateError,
            6,
            "is about 'u', but event 5 about 't'",
        ),
        (
            lambda: made().add_activity_task_cancel_requested("nobody"),
            InconsistentStateError,
            5,
            "a ActivityTask begins as",
        ),
        (
            lambda: made().add_decision_task_scheduled().add(e.DecisionTaskScheduled(task_list=TaskList(name="x"))),
            TransitionError,
            6,
            "DecisionTask of event 5 is 'scheduled'",
        ),
        (
            lambda: made().add(e.DecisionTaskCompleted(scheduled_event_id=2, started_event_id=2)),
            InconsistentStateError,
            4,
            "was started by event 3",
        ),
        (
            lambda: changed(made().add_child_workflow(Order, workflow_id="child"), 6, initiated_event_id=4),
            InconsistentStateError,
            6,
            "names event 4 as its initiated_event_id, which began no ChildWorkflowExecution",
        ),
        (
            lambda: (
                made()
                .add_external_signal("w", "s")
                .add(
                    e.ExternalWorkflowExecutionCancelRequested(
                        workflow_execution=builder.History(Order).execution_word, initiated_event_id=5
                    )
                )
            ),
            TransitionError,
            7,
            "is 'execution_signaled', after which comes nothing",
        ),
        (
            lambda: (
                made().add_lambda_function("f", "n", "completed").add(e.LambdaFunctionStarted(scheduled_event_id=5))
            ),
            TransitionError,
            8,
            "LambdaFunction 'f' is 'completed'",
        ),
        (
            lambda: (
                made()
                .add_activity_task(Charge, last_state="failed", activity_id="c")
                .add_activity_task_scheduled(Charge, activity_id="c")
                .add(e.ActivityTaskStarted(scheduled_event_id=5))
            ),
            InconsistentStateError,
            9,
            "but event 8 has begun it again since",
        ),
    ],
)
def test_a_history_that_no_service_has_written_is_refused_at_its_first_wrong_event(
    broken: Any, error: type[Exception], event_id: int, words: str
) -> None:
    history = broken()

    with pytest.raises(error, match=words) as caught:
        history.compile()

    assert caught.value.event_id == event_id  # type: ignore[attr-defined]
    assert str(caught.value).startswith(f"event {event_id} (")
    with pytest.raises(error):
        _ = history.execution


def again(history: builder.History, id: int) -> History:
    """One event once more, as the next."""
    return History([msgspec.structs.replace(history.facts[id - 1], id=id + 1)])


def test_what_follows_a_state_is_what_the_tables_say() -> None:
    assert follows("ActivityTask", None) == {"scheduled", "schedule_failed"}
    assert follows("ActivityTask", "failed") == {"scheduled", "schedule_failed"}
    assert follows("ActivityTask", "completed") == frozenset()
    assert follows("Timer", "started") == {"fired", "canceled"}
    assert follows("DecisionTask", "timed_out") == {"scheduled"}


def test_the_classes_of_events_are_those_of_their_nouns() -> None:
    history = every_event()
    assert isinstance(history.filter(state="recorded")[0], MarkerEvent)
    assert {type(event) for event in history.filter(type="LambdaFunction")} == {LambdaFunctionEvent}
    assert Event.of(history.facts[0]) == history.first


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_are_whole(copied: Any) -> None:
    raw = [event.raw for event in made()]
    history = copied(History.from_event_list(raw))
    assert (history, history.raw) == (History.from_event_list(raw), raw)

    things = made().add_activity_task(Charge, last_state="failed", activity_id="a").compile()
    again = copied(things)
    assert again == things
    assert [(thing.state, thing.attempts) for thing in again] == [(thing.state, thing.attempts) for thing in things]
    assert copied(things[-1]).reason == "REASON"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_copy_of_a_made_up_history_goes_on_by_itself(copied: Any) -> None:
    history = builder.History(Order).pass_time(5)
    events = list(history)
    again = copied(history)

    assert type(again) is builder.History
    again.add_activity_task(Charge).compile()
    assert again[3].timestamp - again[2].timestamp == datetime.timedelta(seconds=6)
    assert list(history) == events


@pytest.mark.parametrize("kind", [InconsistentStateError, TransitionError])
def test_errors_of_histories_can_be_copied_and_sent(kind: Any) -> None:
    for again in (pickle.loads(pickle.dumps(kind("event 5: no", 5))), copy.copy(kind("event 5: no", 5))):
        assert (type(again), str(again), again.event_id) == (kind, "event 5: no", 5)


def test_a_history_is_made_of_what_boto3_gives() -> None:
    events = list(made())
    raws = [event.raw | {"eventTimestamp": event.timestamp} for event in events]
    assert History(events=raws) == History([events[0], events[1].fact, raws[2]]) == History(events)
    wrong: Any = [events[0], 5]
    with pytest.raises(TypeError, match="events: 5 is none"):
        History(wrong)


def test_a_decision_that_was_never_taken_causes_nothing() -> None:
    """0 is written only where a failure comes later than what it is of."""
    history = made().add_decision_task_completed()
    history.add(e.TimerStarted(timer_id="t", start_to_fire_timeout="1", decision_task_completed_event_id=0))
    with pytest.raises(InconsistentStateError, match="names event 0 as its decision"):
        history.compile()

    late = made().add_external_signal("other", "hello", "signal_execution_initiated")
    late.add(
        e.SignalExternalWorkflowExecutionFailed(
            workflow_id="other",
            cause=Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION,
            initiated_event_id=late.last_id,
            decision_task_completed_event_id=0,
        )
    )
    assert late.compile()[-1].state == "signal_execution_failed"


def test_what_a_history_keeps_cannot_be_moved_on() -> None:
    history = made().add_decision_task_completed().add_activity_task(Charge, last_state="scheduled")
    started = history[:].facts[-1]
    (thing,) = history.compiled.of_type("ActivityTask")
    with pytest.raises(TypeError, match="is kept by its history"):
        thing.transit(started)
    history.add_activity_task_started()
    assert copy.copy(thing).transit(history.last).state == "started"
    assert thing.state == "scheduled"


@pytest.mark.parametrize(
    "add",
    [
        lambda history: history.add_activity_task(Charge, last_state="FOO"),
        lambda history: history.add_activity_task(Charge, last_state="timed_out", timeout_type="FOO"),
        lambda history: history.add_activity_task(Charge, result=object()),
        lambda history: history.add_activity_task(Charge, last_state="failed", reason="r" * 257),
        lambda history: history.add_child_workflow(Order, last_state="FOO"),
        lambda history: history.add_lambda_function("f", "function", "FOO"),
        lambda history: history.add_external_signal("other", "hello", "FOO"),
        lambda history: history.add_external_request_cancel("other", "FOO"),
    ],
)
def test_what_cannot_be_added_whole_is_not_added(add: Any) -> None:
    history = made()
    with pytest.raises(SWFError):
        add(history)
    assert history == made()
    assert history.add_signal("later") == made().add_signal("later")


def test_an_activity_may_be_asked_to_cancel() -> None:
    history = made().add_activity_task(Charge, last_state="cancel_requested", activity_id="a")
    assert history.last.name == "ActivityTaskCancelRequested"
    thing = history.compile().find("ActivityTask", "a")
    assert thing is not None
    assert thing.state == "started"


@pytest.mark.parametrize(
    ("add", "told"),
    [
        (lambda history: history.add_signal(""), "'signalName'"),
        (lambda history: history.add_signal(5), "signalName: expected a string"),
        (lambda history: history.add_timer_started("t", -1), "'startToFireTimeout'"),
        (lambda history: history.add_workflow_failed("r" * 257), "'reason'"),
    ],
)
def test_no_event_is_made_up_that_the_api_cannot_carry(add: Any, told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        add(made())
