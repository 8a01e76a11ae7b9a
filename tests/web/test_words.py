"""Durations, marks of an axis, text that cannot be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow.web.words import count, duration, elapsed, exact, listed, marks, one_line, visible


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.929, "929 ms"),
        (0.9996, "1.0 s"),
        (9.7, "9.7 s"),
        (59.94, "59.9 s"),
        (59.97, "1 m 00 s"),
        (543, "9 m 03 s"),
        (3599.9, "1 h 00 m"),
        (7500, "2 h 05 m"),
        (3 * 86400 + 4 * 3600, "3 d 04 h"),
        (-1, "0 ms"),
    ],
)
def test_a_duration_has_two_parts_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+0.000 s"), (59.9996, "+1 m 0.000 s"), (3723.0015, "+1 h 2 m 3.002 s"), (2 * 86400 + 65, "+2 d 1 m 5.000 s")],
)
def test_the_time_since_the_start_is_exact(seconds: float, text: str) -> None:
    assert exact(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.5, "500 ms"), (2.5, "2.5 s"), (60, "1 m"), (90, "1 m 30 s"), (7200, "2 h"), (90000, "1 d 1 h")],
)
def test_a_mark_is_as_short_as_it_can_be(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text


@given(st.floats(0, 1e8))
def test_an_axis_has_a_few_marks_in_order_that_fit(span: float) -> None:
    found = marks(span)
    assert found[0] == 0
    assert 1 <= len(found) <= 8
    assert found == sorted(set(found))
    assert found[-1] <= span + 0.001
    if span > 0.01:
        assert len(found) >= 2


def test_counts_and_lists() -> None:
    assert (count(1, "task"), count(3003, "task"), count(2, "child", "children")) == (
        "1 task",
        "3,003 tasks",
        "2 children",
    )
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_what_cannot_be_seen_is_written_as_an_escape() -> None:
    assert visible("a\u202eb\0c\ud800") == "a\\u202eb\\u0000c\\ud800"
    assert visible("été 👍 \n") == "été 👍 \n"
    assert one_line("a\n  b\tc" + "d" * 300, 10) == "a b cdddd…"
