"""Random workflows in a random world: a run that stayed warm and one that was never decide the same.

The bed makes every decision twice and compares the bytes; here the world is made.
"""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleflow.format import decode
from simpleflow.replay import parts
from swf.protocol.causes import Cause
from tests.replay.bed import Bed
from tests.replay.programs import Program, Step, expected, expected_canvases, outcome, programs, signals_in

BUDGETS = st.sampled_from([4, 10, 100])


def live(bed: Bed, world: random.Random, signals: int) -> Any:
    """Lets random things happen until the execution is closed, and returns its closing event."""
    sent = 0
    for _ in range(3_000):
        execution = bed.execution()
        if not execution.is_open:
            assert not taken_twice(bed), "an id was asked for while it was open"
            return execution.closed
        choices = ["decide"] * 4 + ["work"] * 3
        if sent < signals:
            choices.append("signal")
        if world.random() < 0.05:
            choices.append("evict")
        if world.random() < 0.3:
            choices += ["late"] * 4
        match world.choice(choices):
            case "decide":
                is_busy = bed.decide()
            case "work":
                is_busy = bed.work()
            case "signal":
                bed.signal("s", sent)
                sent += 1
                is_busy = True
            case "evict":
                bed.kill()
                is_busy = True
            case "late":
                is_busy = _decide_late(bed, world, sent, signals)
        if not is_busy and not bed.decide() and not bed.work():
            if sent < signals:
                bed.signal("s", sent)
                sent += 1
                continue
            at = bed.service.next_wake()
            assert at is not None
            assert at < bed.clock.now() + 10_000_000, f"nothing can happen: {bed.run and bed.run.blocked_on}"
            bed.clock.set(max(at, bed.clock.now()))
            bed.service.tick()
    raise AssertionError("it did not come to an end")


def taken_twice(bed: Bed) -> list[str]:
    """The ids of what was refused because it was open already."""
    return [
        event.type
        for event in bed.events()
        if getattr(event.attributes, "cause", None) in (Cause.ACTIVITY_ID_ALREADY_IN_USE, Cause.TIMER_ID_ALREADY_IN_USE)
    ]


def _decide_late(bed: Bed, world: random.Random, sent: int, signals: int) -> bool:
    """Something happens between poll and answer; or the answer is lost, and the decision is asked for again."""
    task = bed.poll()
    if task.task_token is None:
        return False
    bed.work()
    bed.clock.advance(world.choice([0, 1]))
    bed.service.tick()
    if world.random() < 0.3:
        if world.random() < 0.5:
            bed.decide(task, is_lost=True)
        bed.clock.advance(301)  # longer than a decision may take
        bed.service.tick()
        if not bed.execution().is_open:
            return True
        return bed.decide()
    return bed.decide(task)


@settings(deadline=None)
@given(programs(calm=True), BUDGETS, st.integers(0, 2**32), st.booleans(), st.booleans())
def test_calm_programs_give_the_values_of_direct_evaluation(
    steps: list[Step], budget: int, seed: int, evict: bool, in_parts: bool
) -> None:
    bed = Bed(Program, (steps,), evict=evict, outcomes=outcome, options={"max_decisions": budget})
    most, each = (4, 3) if in_parts else (parts.MOST_HERE, parts.PART_ITEMS)
    with patch.multiple(parts, MOST_HERE=most, PART_ITEMS=each):
        closed = live(bed, random.Random(seed), signals_in(steps))
    assert closed.type == "WorkflowExecutionCompleted", closed
    result = decode(closed.attributes.result)
    assert result["values"] == expected(steps)
    assert result["canvases"] == expected_canvases(steps)
    assert [finding for finding in bed.findings if "never sent" not in finding] == []
    bed.kill()
    bed.service.close()


@settings(deadline=None)
@given(programs(calm=False), BUDGETS, st.integers(0, 2**32), st.booleans())
def test_wild_programs_decide_the_same_warm_and_cold(steps: list[Step], budget: int, seed: int, cancels: bool) -> None:
    """Cancellations, tasks that raise, patches; and sometimes the execution is asked to cancel."""
    world = random.Random(seed)
    bed = Bed(Program, (steps,), outcomes=outcome, options={"max_decisions": budget})
    if cancels:
        bed.decide()
        if bed.execution().is_open:
            bed.cancel()
    closed = live(bed, world, signals_in(steps))
    if cancels:
        assert closed.type in ("WorkflowExecutionCanceled", "WorkflowExecutionCompleted", "WorkflowExecutionFailed")
    elif closed.type == "WorkflowExecutionFailed":
        reason = closed.attributes.reason
        assert "programs.raising" in reason or "KeyError" in reason or reason.endswith("failed: on purpose")
    else:
        assert closed.type == "WorkflowExecutionCompleted"
    bed.kill()
    bed.service.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_whole_replay_of_the_history_has_no_finding(seed: int) -> None:
    """Strict replay of one's own history, from its first event to its last decision, at once."""
    world = random.Random(seed)
    steps: list[Step] = [
        ("submit", "patient", 1, []),
        ("many", 30),
        ("marker", 1, True),
        ("finally", [("read", 0), ("sleep", 3), ("signal",)]),
        ("first", 3),
        ("side effect", 5),
        ("patched", 1),
        ("within", 2),
    ]
    bed = Bed(Program, (steps,), outcomes=outcome, options={"max_decisions": 10})
    live(bed, world, signals_in(steps))
    events = bed.events()
    last = max(event.id for event in events if event.type == "DecisionTaskStarted")
    run = bed.new_run()
    decisions = run.advance(events[:last])
    assert decisions.findings == []
    assert decisions.closing is not None
    run.kill()
