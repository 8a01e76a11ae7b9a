"""Recorded histories are replayed, and differences are told."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simpleflow import Workflow, futures
from simpleflow.testing import Environment, read_history, replay_history
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from tests.testing.flows import Family, Order, charge, ship

Events = list[HistoryEvent]


@pytest.fixture
def completed(simpleflow_env: Environment) -> Events:
    simpleflow_env.fake(charge, returns="charged")
    handle = simpleflow_env.start(Order, "a book", workflow_id="x")
    handle.signal("address", "the moon")
    assert handle.result() == "charged, shipped a book to the moon"
    return handle.events()


def changed(run: Callable[..., Any]) -> type[Workflow]:
    """The order with other code."""
    return type("Order", (Order,), {"run": run, "__module__": Order.__module__})


def plain(events: Events) -> list[dict[str, Any]]:
    return [msgspec.json.decode(wire.encode(event)) for event in events]


def test_the_code_that_made_a_history_has_no_differences(completed: Events) -> None:
    assert replay_history(Order, completed) == []


def test_each_prefix_of_a_history_replays(completed: Events) -> None:
    """Of an execution that is open: at any moment somebody may look. What a decision makes is there at once."""
    for length in range(1, len(completed) + 1):
        if hasattr(next(iter(completed[length:]), completed[0]).attributes, "decision_task_completed_event_id"):
            continue
        assert replay_history(Order, completed[:length]) == [], length


@pytest.mark.parametrize("form", ["command line", "list", "boto3"])
def test_histories_come_from_the_aws_command_line_from_lists_and_from_boto3(
    completed: Events, tmp_path: Path, form: str
) -> None:
    events = plain(completed)
    path = tmp_path / "history.json"
    if form == "boto3":
        for event in events:
            event["eventTimestamp"] = datetime.datetime.fromtimestamp(event["eventTimestamp"], datetime.UTC)
        assert replay_history(Order, events) == []
        assert [event.timestamp for event in read_history(events)] == [event.timestamp for event in completed]
        return
    if form == "command line":
        for event in events:
            at = datetime.datetime.fromtimestamp(event["eventTimestamp"], datetime.UTC)
            event["eventTimestamp"] = at.isoformat()
    path.write_text(json.dumps({"events": events} if form == "command line" else events))
    assert replay_history(Order, path) == []
    assert replay_history(Order, str(path)) == []


def ends_early(self: Order, what: str, amount: int = 5) -> str:
    self.submit(charge, amount).result  # noqa: B018  # waits
    return "done"


def waits(self: Order, what: str, amount: int = 5) -> Any:
    result = Order.run(self, what, amount)
    self.submit(self.wait_signal("more")).wait()
    return result


def other_result(self: Order, what: str, amount: int = 5) -> str:
    return Order.run(self, what, amount).upper()


def fails(self: Order, what: str, amount: int = 5) -> str:
    raise ValueError("today")


def submits_more(self: Order, what: str, amount: int = 5) -> str:
    self.submit(self.start_timer("another", 5))
    return Order.run(self, what, amount)


def submits_less(self: Order, what: str, amount: int = 5) -> str:
    self.submit(self.wait_signal("address")).wait()
    return "charged, shipped a book to the moon"


def other_input(self: Order, what: str, amount: int = 5) -> str:
    return Order.run(self, what, amount + 1)


def swapped(self: Order, what: str, amount: int = 5) -> str:
    futures.wait(self.submit(ship, what))
    return Order.run(self, what, amount)


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (ends_early, "the workflow does not submit|completes"),
        (waits, "event [0-9]+ tells that the workflow completes, but now it waits at .*test_histories.py"),
        (other_result, "completes with .*, but now with .*CHARGED"),
        (fails, "does not submit"),
        (submits_more, "submits 'another' before event [0-9]+ .*but the history has no trace of it"),
        (submits_less, "tells of the (activity|schedule|start_timer|timer) '.*', which the workflow does not submit"),
        (other_input, r"with the input .*5.*, but the workflow now submits .*6"),
        (swapped, "."),
    ],
)
def test_each_difference_is_told(completed: Events, run: Callable[..., Any], told: str) -> None:
    import re

    findings = replay_history(changed(run), completed)
    assert findings, run.__name__
    assert any(re.search(told, each.message) for each in findings), findings


def test_a_difference_in_the_last_decision_is_found_too(simpleflow_env: Environment) -> None:
    """What it has submitted stands behind the last decision that the code is fed."""
    simpleflow_env.fake(charge, returns="charged")
    events = simpleflow_env.start(Order, "a book").events()
    assert replay_history(Order, events) == []
    assert replay_history(changed(submits_more), events)
    assert replay_history(changed(waits), events) == []  # the change is still to come
    told = replay_history(changed(ends_early), events)
    assert any("completes" in each.message or "does not submit" in each.message for each in told), told


def test_children_need_the_ids_of_their_parent(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(charge, returns="charged")
    handle = simpleflow_env.start(Family, ["a"])
    handle.result()
    assert replay_history(Family, handle) == []
    ids = {"workflow_id": handle.workflow_id, "run_id": handle.run_id}
    assert replay_history(Family, plain(handle.events()), **ids) == []


def test_what_is_no_history_is_said(completed: Events, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text("{")
    with pytest.raises(ValueError, match="is no JSON"):
        read_history(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match="holds no history"):
        read_history(path)
    with pytest.raises(ValueError, match="does not begin with WorkflowExecutionStarted"):
        replay_history(Order, completed[1:])
    with pytest.raises(ValueError, match="event 3 is missing"):
        replay_history(Order, [*completed[:2], *completed[3:]])
    with pytest.raises(ValueError, match="no events of SWF"):
        read_history([{"eventId": 1}])
    with pytest.raises(ValueError, match="a history of the workflow 'order', not of 'family'"):
        replay_history(Family, completed)


class Careless(Workflow):
    """Its end comes before what it submits last can be sent."""

    name, version, task_list = "careless", "1", "t"

    def run(self) -> str:
        self.submit(ship, "never")
        return "done"


def test_what_is_worth_a_warning_is_no_difference(simpleflow_env: Environment) -> None:
    handle = simpleflow_env.start(Careless)
    assert replay_history(Careless, handle) == []


class Narrow(Order):
    """Six activities, of which two may be open."""

    name = "narrow"
    max_open_activity_count = 2

    def run(self, what: str) -> list[str]:  # type: ignore[override]
        return futures.wait(*[self.submit(ship, f"{what} {number}") for number in range(6)])


def test_what_waits_for_room_is_no_difference_and_what_has_room_is_one(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(ship, returns="shipped")
    handle = simpleflow_env.start(Narrow, "a book", workflow_id="x")
    assert len(handle.result()) == 6
    events = handle.events()
    for length in range(1, len(events) + 1):
        if not hasattr(next(iter(events[length:]), events[0]).attributes, "decision_task_completed_event_id"):
            assert replay_history(Narrow, events[:length]) == [], length

    def more(self: Narrow, what: str) -> list[str]:
        self.submit(charge, 1)
        return Narrow.run(self, what)

    (extra, *_) = replay_history(type("Narrow", (Narrow,), {"run": more, "__module__": __name__}), events)
    assert "now submits 'activity-tests.testing.flows.charge-1' before event 3" in extra.message


@pytest.mark.parametrize(("where", "first"), [("production", 18), ("test", 9)])
def test_limits_are_low_where_they_are_tested(
    simpleflow_env: Environment, monkeypatch: pytest.MonkeyPatch, where: str, first: int
) -> None:
    """Nine decisions and the timer that brings about the next one; fifteen activities are open at once."""
    monkeypatch.setenv("SIMPLEFLOW_ENV", where)

    def many(self: Order, what: str) -> int:
        return len(futures.wait(*[self.submit(ship, f"{what} {number}") for number in range(18)]))

    simpleflow_env.fake(ship, returns="shipped")
    handle = simpleflow_env.start(type("Many", (Order,), {"run": many, "name": "many"}), "a book", workflow_id="x")
    assert handle.result() == 18
    scheduled = [
        event.attributes.decision_task_completed_event_id
        for event in handle.events()
        if event.type == "ActivityTaskScheduled"
    ]
    assert scheduled.count(scheduled[0]) == first
