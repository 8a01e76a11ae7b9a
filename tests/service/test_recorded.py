"""Recordings of Amazon SWF, done again on the embedded service: what it answers is what Amazon answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swf.protocol import events as e
from swf.server.check import problems
from tests.service.recording import FOLDER, Recording, Rerun

WITH_HISTORY = (
    "cancel_requested",
    "chain_send_result",
    "failing_workflow_input",
    "simpleflow_activity_rerun",
    "timer_and_cancel",
    "unrequested_signal",
    "without_replays",
)
WITHOUT_HISTORY = ("simpleflow_workflow_start", "simpleflow_workflow_terminate")

RUNNING_DECISION = 9
AT_THE_END = (None,)
DESCRIBED_AFTER: dict[str, tuple[int | None, ...]] = {
    "timer_and_cancel": (RUNNING_DECISION, None),
    "unrequested_signal": (RUNNING_DECISION, None),
}
"""After which events the execution was described, where that was not always after the last.

The recordings tell the second of each call on the client's clock only; the counts they show fit while the decider
works on the task that event 9 started.
"""


def describe_count(name: str) -> int:
    return len(Recording.read(name).all("DescribeWorkflowExecution"))


@pytest.fixture
def rerun(request: pytest.FixtureRequest) -> Iterator[Rerun]:
    rerun = Rerun(Recording.read(request.param))
    yield rerun
    rerun.service.close()


def without_newer_members(response: Any) -> Any:
    """A recorded answer without members that the API model does not know, and that came and went with the years.

    ``scheduleToStartTimeout`` of DecisionTaskScheduled is in recordings of 2023, not in those of 2017; we send it.
    """
    match response:
        case {"eventType": "DecisionTaskScheduled", "decisionTaskScheduledEventAttributes": attributes}:
            attributes = {name: value for name, value in attributes.items() if name != "scheduleToStartTimeout"}
            return response | {"decisionTaskScheduledEventAttributes": attributes}
        case dict():
            return {
                name: without_newer_members(value) for name, value in response.items() if not name.startswith("reopen")
            }
        case list():
            return [without_newer_members(item) for item in response]
    return response


def test_every_recording_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(WITH_HISTORY + WITHOUT_HISTORY)


@pytest.mark.parametrize("rerun", WITH_HISTORY, indirect=True)
def test_a_recorded_execution_gives_the_recorded_history(rerun: Rerun) -> None:
    """Order, ids, types, attributes and, since every call is made at its recorded time, timestamps."""
    history = rerun.recording.history
    rerun.register_activity_types(history)

    for position, event in enumerate(history, start=1):
        rerun.do(event, history[position:])

    assert_history_is_as_recorded(rerun)


@pytest.mark.parametrize("name", WITH_HISTORY)
def test_a_restart_before_every_call_changes_nothing(name: str, tmp_path: Path) -> None:
    rerun = Rerun(Recording.read(name), str(tmp_path / "swf.db"))
    history = rerun.recording.history
    rerun.register_activity_types(history)

    for position, event in enumerate(history, start=1):
        rerun.reopen()
        rerun.do(event, history[position:])

    rerun.reopen()
    assert_history_is_as_recorded(rerun)
    assert list(problems(rerun.service)) == []
    rerun.service.close()


def assert_history_is_as_recorded(rerun: Rerun) -> None:
    call = rerun.recording.only("GetWorkflowExecutionHistory")
    assert without_newer_members(rerun.repeat(call)) == without_newer_members(call.response)


@pytest.mark.parametrize(
    ("name", "position", "after"),
    [
        (name, position, after)
        for name in WITH_HISTORY
        for position, after in enumerate(DESCRIBED_AFTER.get(name, AT_THE_END * describe_count(name)))
    ],
)
def test_an_execution_is_described_as_recorded(name: str, position: int, after: int | None) -> None:
    rerun = Rerun(Recording.read(name))
    history = rerun.recording.history
    rerun.register_activity_types(history)

    for event in history[:after]:
        rerun.do(event, history[event.id :])

    call = rerun.recording.all("DescribeWorkflowExecution")[position]
    assert rerun.repeat(call) == without_newer_members(call.response)
    rerun.service.close()


@pytest.mark.parametrize("rerun", [*WITH_HISTORY, *WITHOUT_HISTORY], indirect=True)
def test_the_workflow_type_is_described_as_recorded(rerun: Rerun) -> None:
    call = rerun.recording.only("DescribeWorkflowType")
    assert rerun.repeat(call) == call.response


@pytest.mark.parametrize("rerun", WITHOUT_HISTORY, indirect=True)
def test_start_list_and_terminate_answer_as_recorded(rerun: Rerun) -> None:
    recording = rerun.recording
    listed = recording.only("ListOpenWorkflowExecutions").response
    assert listed is not None
    rerun.clock.set(listed["executionInfos"][0]["startTimestamp"])

    for operation in ("StartWorkflowExecution", "ListOpenWorkflowExecutions", "TerminateWorkflowExecution"):
        call = recording.only(operation)
        assert rerun.repeat(call) == call.response, operation

    again = rerun.repeat(recording.only("ListOpenWorkflowExecutions"))
    assert again == {"executionInfos": []}


def test_no_recording_needs_other_executions() -> None:
    """Child workflows, and signals and cancel requests to others, are in none of them."""
    reaching = (
        e.StartChildWorkflowExecutionInitiated,
        e.SignalExternalWorkflowExecutionInitiated,
        e.RequestCancelExternalWorkflowExecutionInitiated,
    )
    for name in WITH_HISTORY:
        assert not any(isinstance(event.attributes, reaching) for event in Recording.read(name).history), name
