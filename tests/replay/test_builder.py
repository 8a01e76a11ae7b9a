"""The history builder of ``swf`` as users' tests have it: it makes up histories on which workflows are replayed."""

from __future__ import annotations

from collections.abc import Sequence

from examples.basic import BasicWorkflow, increment

from simpleflow import format
from simpleflow.replay import Run, RunOptions
from swf.models.history import builder
from swf.protocol import decisions as d
from swf.protocol.base import DecisionAttributes
from swf.protocol.event import HistoryEvent


def decided(events: Sequence[HistoryEvent]) -> list[DecisionAttributes]:
    """What the quickstart decides at the end of these events."""
    run = Run(BasicWorkflow, RunOptions())
    try:
        return run.advance(events).decisions
    finally:
        run.kill()


def test_a_workflow_is_replayed_on_made_up_histories() -> None:
    history = builder.History(BasicWorkflow, input={"args": [1], "kwargs": {"t": 0}})
    first = decided(history.facts)
    assert [each.activity_id for each in first if isinstance(each, d.ScheduleActivityTask)] == [
        "activity-examples.basic.increment-1"
    ]

    history.add_activity_task(
        increment, activity_id="activity-examples.basic.increment-1", input={"args": [1], "kwargs": {}}, result=2
    )
    history.add_decision_task_scheduled().add_decision_task_started()
    second = decided(history.facts)
    assert [each.activity_id for each in second if isinstance(each, d.ScheduleActivityTask)] == [
        "activity-examples.basic.delay-1",
        "activity-examples.basic.double-1",
    ]


def test_a_failure_is_made_up_as_well() -> None:
    history = builder.History(BasicWorkflow, input={"args": [1], "kwargs": {"t": 0}})
    history.add_activity_task(
        increment,
        last_state="failed",
        activity_id="activity-examples.basic.increment-1",
        input={"args": [1], "kwargs": {}},
        reason="no numbers today",
    )
    history.add_decision_task_scheduled().add_decision_task_started()

    scheduled = [each for each in decided(history.facts) if isinstance(each, d.ScheduleActivityTask)]

    assert [format.decode(each.input)["args"] for each in scheduled] == [[0, None], [None]]
