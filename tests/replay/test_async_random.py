"""Random coroutines in a random world: a run that stayed warm and one that was never decide the same."""

from __future__ import annotations

import gc
import random
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleflow.format import decode
from tests.replay.async_programs import AsyncProgram, Block, programs, signals_in, wrong
from tests.replay.bed import Bed
from tests.replay.programs import outcome
from tests.replay.test_warm_equals_cold import BUDGETS, live


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_unraisable() -> Any:
    told: list[Any] = []
    before, sys.unraisablehook = sys.unraisablehook, told.append
    yield
    gc.collect()
    sys.unraisablehook = before
    assert told == []


@settings(deadline=None)
@given(programs(calm=True), BUDGETS, st.integers(0, 2**32), st.booleans())
def test_calm_coroutines_give_the_values_of_direct_evaluation(
    steps: Block, budget: int, seed: int, evict: bool
) -> None:
    bed = Bed(AsyncProgram, (steps,), evict=evict, outcomes=outcome, options={"max_decisions": budget})
    closed = live(bed, random.Random(seed), signals_in(steps))
    assert closed.type == "WorkflowExecutionCompleted", closed
    assert wrong(decode(closed.attributes.result)) == []
    bed.kill()
    bed.service.close()


@settings(deadline=None)
@given(programs(calm=False), BUDGETS, st.integers(0, 2**32), st.booleans())
def test_wild_coroutines_decide_the_same_warm_and_cold(steps: Block, budget: int, seed: int, cancels: bool) -> None:
    """Tasks that raise, errors that end the run; and sometimes the execution is asked to cancel."""
    world = random.Random(seed)
    bed = Bed(AsyncProgram, (steps,), outcomes=outcome, options={"max_decisions": budget})
    if cancels:
        bed.decide()
        if bed.execution().is_open:
            bed.cancel()
    closed = live(bed, world, signals_in(steps))
    if closed.type == "WorkflowExecutionFailed":
        reason = closed.attributes.reason
        assert "programs.raising" in reason or reason.endswith("failed: on purpose") or "ExceptionGroup" in reason
    else:
        assert closed.type == "WorkflowExecutionCompleted" or (cancels and closed.type == "WorkflowExecutionCanceled")
    bed.kill()
    bed.service.close()
