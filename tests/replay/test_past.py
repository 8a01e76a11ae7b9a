"""Histories read again: what a program did itself is never a difference, at no moment of its history."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from simpleflow.replay import RunOptions, past
from tests.replay.bed import Bed
from tests.replay.programs import Program, Step, outcome, programs, signals_in
from tests.replay.test_warm_equals_cold import BUDGETS, live


@settings(deadline=None)
@given(programs(calm=False), BUDGETS, st.integers(0, 2**32), st.booleans())
def test_no_program_differs_from_its_own_history(steps: list[Step], budget: int, seed: int, cancels: bool) -> None:
    world = random.Random(seed)
    bed = Bed(Program, (steps,), outcomes=outcome, compare=False, options={"max_decisions": budget})
    if cancels:
        bed.decide()
        if bed.execution().is_open:
            bed.cancel()
    live(bed, world, signals_in(steps))
    events = bed.events()
    options = RunOptions(
        task_list="bed",
        keeps_values=True,
        run_id=bed.name.run_id,
        workflow_id=bed.name.workflow_id,
        max_decisions=budget,
    )
    moments = [
        length
        for length in range(1, len(events))
        if not hasattr(events[length].attributes, "decision_task_completed_event_id")
    ]
    for length in [*world.sample(moments, min(5, len(moments))), len(events)]:
        for strict in (True, False):
            assert past.differences(Program, options, events[:length], strict=strict) == [], length
    bed.kill()
    bed.service.close()
