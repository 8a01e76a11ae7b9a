"""Who looks at pages of open executions."""

from __future__ import annotations

import threading

from simpleflow.web.answers.viewers import LATE_S, Viewers


def test_nobody_is_waited_for_who_does_not_look() -> None:
    now = 0.0
    viewers = Viewers(lambda: now)
    viewers.wait("order")
    viewers.heard("told", "order", is_over=True)
    viewers.heard("of another one", "report", is_over=False)
    viewers.wait("order")
    viewers.heard("hidden since", "order", is_over=False)
    now = LATE_S
    viewers.wait("order")


def test_all_who_look_are_waited_for_until_they_were_told() -> None:
    viewers = Viewers(lambda: 0.0)
    names = ["one", "two"]
    for name in names:
        viewers.heard(name, "order", is_over=False)
    waiting = threading.Thread(target=viewers.wait, args=("order",))
    waiting.start()
    viewers.heard("one", "order", is_over=True)
    waiting.join(0.05)
    assert waiting.is_alive()
    viewers.heard("two", "order", is_over=True)
    waiting.join(5)
    assert not waiting.is_alive()
