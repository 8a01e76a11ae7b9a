"""A page of the whole program in a browser while the process is killed and started again."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from simpleflow.service import Address, client_of
from swf.protocol import operations as o
from tests.processes.command import begin
from tests.web.browser import DESK_AND_PHONE, looking
from tests.web.histories import Play, waiting
from tests.web.test_live import is_late, is_live, opened, pass_time, says


class Server:
    """A process that serves a file, at one port all along."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.port = 0
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = ("server.start", "--db", "flow.db", "--domain", "shop", "--port", str(self.port))
        self.process = begin(self.place, *command)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if found := re.search(r"pages for browsers of this machine: (http://\S+:(\d+))/", line):
                self.url, self.port = found.group(1), int(found.group(2))
                return
        raise AssertionError(f"the server does not say where its pages are; it ended with {self.process.wait()}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    Play(waiting().steps, until=20.0, path=str(tmp_path / "flow.db"), start=round(time.time()) - 60).play()
    it = Server(tmp_path)
    it.start()
    yield it
    it.kill()


def test_a_page_goes_on_after_the_service_was_killed(browser: Browser, server: Server) -> None:
    """Amber while there is none, with all that it knew; then live, with what has happened since."""
    wide, theme = DESK_AND_PHONE[1]
    with looking(browser, wide=wide, theme=theme) as eye:
        page = opened(eye, f"{server.url}/shop/e/order")
        expect(page.locator("#s-say")).to_contain_text("approval")
        server.kill()
        pass_time(page, lambda: is_late(page))
        expect(page.locator(".live")).to_contain_text("not answering")
        expect(page.locator("#s-say")).to_contain_text("approval")
        server.start()
        client_of(Address(db=str(server.place / "flow.db"))).call(
            o.SignalWorkflowExecution(domain="shop", workflow_id="order", signal_name="while-nobody-looked")
        )
        pass_time(page, lambda: is_live(page))
        pass_time(page, says(page, "while-nobody-looked", "#s-timeline"))
        assert [each for each in eye.complaints if "ERR_CONNECTION" not in each] == []
