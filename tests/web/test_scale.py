"""Time as a width, and the stretches in which nothing ran, folded."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow.web.insight.scale import FOLDED, IDLE, Scale, idle
from simpleflow.web.runs import Attempt, Kind, Run, State
from tests.web import histories
from tests.web.histories import drawn
from tests.web.strategies import runs
from tests.web.test_insight import a_run, a_task


def busy(run: Run) -> list[tuple[float, float]]:
    return [
        (attempt.started, run.end_of(attempt))
        for task in run.tasks
        if task.kind is not Kind.TIMER
        for attempt in task.attempts
        if attempt.started is not None
    ]


def folded(run: Run, room: float = 0.012) -> Scale:
    return Scale(run.start, run.end, room=room, folds=idle(run))


@given(runs())
def test_nothing_that_ran_is_folded_and_only_what_is_long_enough(run: Run) -> None:
    folds = idle(run)
    for since, until in folds:
        assert run.start <= since < until <= run.end
        assert until - since > IDLE * (run.end - run.start)
        assert not any(began < until and since < ended for began, ended in busy(run) if began < ended)
    for (_, a), (b, _) in pairwise(folds):
        assert a <= b


@given(runs(most=8), st.lists(st.floats(0, 1), min_size=2, max_size=8), st.sampled_from([0.0, 0.012]))
def test_later_times_stand_further_to_the_right_and_can_be_told_from_where_they_stand(
    run: Run, parts: list[float], room: float
) -> None:
    scale = folded(run, room)
    times = sorted(run.start + part * (run.end - run.start) for part in parts)
    places = [scale.part(at) for at in times]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    for at, place in zip(times, places, strict=True):
        if run.end > run.start:
            assert scale.at(place) == pytest.approx(at, abs=1e-4)
    if run.end > run.start:
        assert scale.part(run.start) == 0
        assert scale.part(run.end) == pytest.approx(1 / (1 + room))


@given(runs(most=8))
def test_all_that_is_not_folded_has_one_scale_and_all_folds_one_width(run: Run) -> None:
    """What is not folded is as wide as it was, or wider."""
    scale = folded(run)
    if not scale.folds:
        return
    width = scale.part(run.end)
    edges = [run.start, *(at for fold in scale.folds for at in fold), run.end]
    left = sum(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
    for since, until in zip(edges[::2], edges[1::2], strict=True):
        share = (until - since) / left * width * (1 - FOLDED * len(scale.folds))
        assert scale.part(until) - scale.part(since) == pytest.approx(share, abs=1e-6)
        assert share >= (until - since) / (run.end - run.start) * width - 1e-9
    for since, until in scale.folds:
        assert scale.part(until) - scale.part(since) == pytest.approx(FOLDED * width, abs=1e-6)


@given(runs(most=8), st.floats(0, 1))
def test_the_knots_tell_the_same_as_the_scale(run: Run, part: float) -> None:
    """What a script does with them, to keep the zoom."""
    scale, even = folded(run), Scale(run.start, run.end, room=0.012)
    knots = scale.knots()
    assert knots[0][0] == 0
    assert knots[-1] == (1, 1)
    assert knots == sorted(knots)
    for at in (run.start + part * (run.end - run.start), *(at for fold in scale.folds for at in fold)):
        place = even.part(at)
        (a, b) = next(((a, b) for a, b in pairwise(knots) if a[0] <= place <= b[0] and a[0] < b[0]), (knots[0],) * 2)
        share = (place - a[0]) / (b[0] - a[0]) if b[0] > a[0] else 0
        assert a[1] + share * (b[1] - a[1]) == pytest.approx(scale.part(at), abs=1e-5)


@given(runs())
def test_marks_are_true_and_none_is_within_a_fold(run: Run) -> None:
    scale = folded(run)
    marks = scale.marks()
    assert marks[0] == 0
    assert marks == sorted(marks)
    assert len(marks) <= 9 + 2 * len(scale.folds)
    for seconds in marks[1:]:
        at = run.start + seconds
        assert not any(since < at < until - 1e-3 for since, until in scale.folds)


def test_a_day_with_three_busy_stretches_has_two_folds() -> None:
    run = drawn(histories.patient())
    (first, second) = idle(run)
    assert first[1] - first[0] == pytest.approx(3 * 3600, abs=1)
    assert second[1] - second[0] > 16 * 3600
    scale = folded(run)
    review = next(task for task in run.tasks if task.label == "review")
    assert scale.part(review.attempts[-1].closed or 0) - scale.part(review.begin) > 0.2
    assert Scale(run.start, run.end).part(run.start + 120) < 0.002


def test_waiting_and_timers_are_idle_but_a_run_that_never_worked_is_not_folded() -> None:
    pause = a_task("t", 0, 90, kind=Kind.TIMER)
    waits = (Attempt(0, None, None, None, None, None, None, 1),)
    late = a_task("late", 0, None, attempts=waits, state=State.WAITING)
    assert idle(a_run(pause, late)) == ()
    assert idle(a_run(pause, late, a_task("a", 90, 100))) == ((0, 90),)


def test_what_waits_no_longer_than_a_twentieth_stays() -> None:
    assert idle(a_run(a_task("a", 0, 50), a_task("b", 55, 100), close=100.0)) == ()
    assert idle(a_run(a_task("a", 0, 50), a_task("b", 55.1, 100), close=100.0)) == ((50, 55.1),)


def test_an_open_run_that_waits_is_folded_up_to_now() -> None:
    assert idle(a_run(a_task("a", 0, 10), now=100.0)) == ((10, 100.0),)
