"""How long tasks took: of histories in every state."""

from __future__ import annotations

from simpleflow.history import History
from simpleflow.stats import WorkflowStats, profile
from swf.lifecycle import fold
from swf.protocol.event import HistoryEvent
from tests.web import histories


def stats(events: list[HistoryEvent]) -> WorkflowStats:
    return WorkflowStats(History(fold(events)))


def test_a_prefix_of_any_history_has_timings() -> None:
    """Tasks that wait, run, have failed or timed out: none is a reason to crash."""
    for play in (histories.order(), histories.crawl(20), histories.delayed(), histories.waiting()):
        events = play.play()
        for length in range(1, len(events) + 1):
            found = stats(events[:length])
            assert found.total_time() == events[length - 1].timestamp - events[0].timestamp
            for id, state, scheduled, start, end, seconds in found.get_timings():
                assert id
                assert state
                assert (end is None) == (seconds is None)
                assert start is None or scheduled is None or start >= scheduled
                assert seconds is None or seconds >= 0
            rows = profile(History(fold(events[:length])))
            assert [row[5] for row in rows] == sorted((row[5] for row in rows), reverse=True)


def test_percentages_are_of_the_whole_time() -> None:
    found = stats(histories.order().play())
    whole = found.total_time()
    for *_, seconds, share in found.get_timings_with_percentage():
        assert (share is None) == (seconds is None)
        assert share is None or abs(share - 100 * seconds / whole) < 1e-9


def test_nothing_has_happened_in_a_history_of_nothing() -> None:
    found = stats([])
    assert (found.total_time(), found.get_timings()) == (0.0, [])
