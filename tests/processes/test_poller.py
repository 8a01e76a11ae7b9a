"""The thread of a poller process, and how its main thread hears of its end."""

from __future__ import annotations

import pytest

from simpleflow.service import Address
from simpleflow.swf.process.poller import Plan, Poller


def test_a_loop_that_breaks_is_known_to_be_done_before_anybody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is woken looks only once: the thread may still be alive then, and nobody is woken again."""

    def broken(self: Poller) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Poller, "_workers", broken)
    seen: list[tuple[bool, bool]] = []
    plan = Plan(kind="worker", address=Address(endpoint_url="http://127.0.0.1:1"), domain="d", task_list="t")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    poller = Poller(plan, lambda: seen.append((poller.is_done, poller.is_broken)))
    poller.thread.start()
    poller.thread.join()
    assert seen == [(True, True)]
