"""Who looks at pages of open executions."""

from __future__ import annotations

import threading

from simpleflow.web.answers.viewers import LATE_S, Viewers


def test_nobody_is_waited_for_who_does_not_look() -> None:
    now = 0.0
    viewers = Viewers(lambda: now)
    viewers.wait()
    viewers.heard("told", is_over=True)
    viewers.heard("hidden since", is_over=False)
    now = LATE_S
    viewers.wait()


def test_all_who_look_are_waited_for_until_they_were_told() -> None:
    viewers = Viewers(lambda: 0.0)
    names = ["one", "two"]
    for name in names:
        viewers.heard(name, is_over=False)
    waiting = threading.Thread(target=viewers.wait)
    waiting.start()
    viewers.heard("one", is_over=True)
    waiting.join(0.05)
    assert waiting.is_alive()
    viewers.heard("two", is_over=True)
    waiting.join(5)
    assert not waiting.is_alive()
