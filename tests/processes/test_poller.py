"""The thread of a poller process, and how its main thread hears of its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simpleflow.service import Address
from simpleflow.swf.process.poller import Plan, Poller
from tests.processes.fleet import fleet, wait_until


def test_a_loop_that_breaks_is_known_to_be_done_before_anybody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is woken looks only once: the thread may still be alive then, and nobody is woken again."""

    def broken(self: Poller) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Poller, "_workers", broken)
    seen: list[tuple[bool, int]] = []
    plan = Plan(kind="worker", address=Address(endpoint_url="http://127.0.0.1:1"), domain="d", task_list="t")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    poller = Poller(plan, lambda: seen.append((poller.is_done, poller.exit_code)))
    poller.thread.start()
    poller.thread.join()
    assert seen == [(True, 1)]


FLAKY = """
import sys
from pathlib import Path

from simpleflow import Workflow

if "poller" in sys.argv[0] and not Path("licence").exists():
    raise RuntimeError("there is\\nno licence")


class Flaky(Workflow):
    name = "flaky"
    version = "1"
    task_list = "flaky"
"""


def test_a_poller_that_cannot_begin_is_a_line_and_a_growing_pause(tmp_path: Path) -> None:
    """What is mended meanwhile is found by the next one."""
    (tmp_path / "flaky.py").write_text(FLAKY)
    with fleet(tmp_path) as ships:
        ships.begin("decider", "decider.start", "flaky.Flaky", "-N", "1")
        wait_until(lambda: ships.log("decider").count("could not begin, replaced in") == 2, "it is tried again")
        log = ships.log("decider")
        assert log.count("decider cannot begin: RuntimeError: there is no licence") == 2
        assert "Traceback" not in log
        first, second = map(float, re.findall(r"could not begin, replaced in ([\d.]+) s", log))
        assert first <= 0.5 <= second, "pauses of 0.25 to 0.5 s, and of 0.5 to 1 s"
        (tmp_path / "licence").touch()
        wait_until(lambda: "[polling]" in "".join(ships.processes().values()), "one begins")
