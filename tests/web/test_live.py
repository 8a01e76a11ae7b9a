"""Pages of open executions in a browser: they follow what happens, at a fair price, and outlive the service.

The browser's own clock is moved by the tests, as that of the service is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simpleflow.cli.pages import listening
from swf.exceptions import Unreachable
from swf.protocol import operations as o
from swf.protocol.faults import ThrottlingException
from swf.server import ManualClock, open_service
from tests.web.browser import DESK_AND_PHONE, Eye, looking
from tests.web.histories import START, Play, Step
from tests.web.world import World, pages_of

HIDING = """
    let isHidden = false;
    Object.defineProperty(document, "hidden", { get: () => isHidden });
    window.hide = (value) => { isHidden = value; document.dispatchEvent(new Event("visibilitychange")); };
"""


@dataclass
class Stage:
    """An execution that goes on when the test says so, and its pages at an address that can go and come back."""

    play: Play
    world: World
    port: int = 0
    url: str = ""
    server: contextlib.ExitStack | None = None

    def serve(self) -> None:
        self.server = contextlib.ExitStack()
        url = self.server.enter_context(listening(self.world.browser.app, "127.0.0.1", self.port))  # type: ignore[arg-type]
        self.port = int(url.rstrip("/").rpartition(":")[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        assert self.server is not None
        self.server.close()

    @property
    def address(self) -> str:
        return self.url + self.world.path("order")

    def go_on(self, until: float | None) -> None:
        """Until so many seconds after the start, or to the end."""
        self.play.until = until
        self.play.play()

    def signal(self, name: str) -> None:
        self.world.client.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id="order", signal_name=name))


@pytest.fixture
def stage() -> Iterator[Stage]:
    service = open_service(None, clock=ManualClock(START))
    steps = [
        Step("reserve", (), [("completed", 3.0)]),
        Step("pack", ["activity-reserve-1"], [("failed", 4.0), ("completed", 4.0)]),
        Step("ship", ["activity-pack-1", "signal-paid"], [("completed", 2.0)], result={"parcel": 7}),
    ]
    it = Stage(Play(steps, until=2.0, on=service, workflow_id="order", result="done"), pages_of(service))
    it.play.play()
    it.serve()
    yield it
    it.stop()
    service.close()


def opened(eye: Eye, address: str) -> Page:
    """A page whose time stands still but for what the test lets pass."""
    page = eye.page
    page.add_init_script(HIDING)
    page.clock.install(time=START)
    page.goto(address)
    page.clock.pause_at(START + 60)
    expect(page.locator(".live.is-live")).to_have_count(1)
    return page


def pass_time(page: Page, until: Callable[[], Any]) -> None:
    """Lets seconds pass in the browser until *until* no longer fails."""
    for _ in range(60):
        page.clock.run_for(1000)
        with contextlib.suppress(AssertionError):
            until()
            return
    until()


def polled(eye: Eye) -> None:
    """Waits for one more question, and its answer."""
    number = len(asked(eye))
    with eye.page.expect_response("**/sections**"):
        pass_time(eye.page, lambda: at_least(asked(eye), number + 1))


def at_least(found: list[Any], number: int) -> None:
    assert len(found) >= number


def is_late(page: Page) -> None:
    expect(page.locator(".live.is-late")).to_have_count(1, timeout=300)


def is_live(page: Page) -> None:
    expect(page.locator(".live.is-live")).to_have_count(1, timeout=300)


def says(page: Page, text: str, place: str = "#s-say") -> Callable[[], None]:
    return lambda: expect(page.locator(place)).to_contain_text(text, timeout=300)


def asked(eye: Eye) -> list[str]:
    return [url for url in eye.requests if "/sections" in url]


def answered(eye: Eye) -> int:
    """How many questions there were, once all of them are over."""
    for _ in range(1000):
        if len(eye.ended) == len(eye.requests):
            return len(asked(eye))
        eye.page.wait_for_timeout(10)
    raise AssertionError(f"{len(eye.requests) - len(eye.ended)} requests have no answer")


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
def test_a_page_follows_a_run_to_its_end_without_being_loaded_again(
    browser: Browser, stage: Stage, wide: int, theme: str
) -> None:
    """State, sentence and bars change; focus and zoom stay."""
    with looking(browser, wide=wide, theme=theme) as eye:
        page = opened(eye, stage.address)
        page.evaluate("window.isSame = true")
        drawing = ".fit.right" if wide == 1440 else ".fit.down"
        page.locator(f"{drawing} a[data-node=activity-reserve-1]").focus()
        page.keyboard.press("+")
        expect(page.locator("#s-say")).to_contain_text("1 running: reserve")
        bars = page.locator("#s-timeline .plot .f-running"), page.locator("#s-timeline .plot .f-completed")
        assert [each.count() for each in bars] == [1, 0]

        stage.go_on(5.0)
        pass_time(page, says(page, "pack"))
        expect(page.locator("#s-timeline .plot .zoom").first).to_have_attribute("width", "200%")
        assert page.evaluate("document.activeElement.dataset.node") == "activity-reserve-1"
        stage.go_on(20.0)
        pass_time(page, says(page, "waiting for signal 'paid'"))
        stage.signal("paid")
        stage.go_on(None)
        pass_time(page, says(page, "Completed", "#s-title .pill"))

        expect(page.locator("#s-say")).to_contain_text("done")
        expect(page.locator(".live")).to_have_count(0)
        assert [each.count() for each in bars] == [0, 3]
        expect(page.locator(".speaker")).to_have_text("order: Completed")
        assert page.title() == "order: Completed · simpleflow"
        assert page.evaluate("document.activeElement.dataset.node") == "activity-reserve-1"
        assert page.locator("#s-graph").inner_text().count("ship") == 0, "somebody is in the graph: it waits"
        page.evaluate("document.activeElement.blur()")
        ship = page.locator(f"{drawing} [data-node=activity-ship-1]")
        pass_time(page, lambda: expect(ship).to_have_count(1, timeout=300))
        assert page.evaluate("window.isSame"), "it was not loaded again"
        before = len(asked(eye))
        page.clock.run_for(60_000)
        assert len(asked(eye)) == before, "nothing is asked of what is closed"
        assert eye.complaints == []


def test_no_news_is_one_call_and_is_asked_for_less_often(browser: Browser, stage: Stage) -> None:
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        polled(eye)
        before = answered(eye)
        stage.world.client.calls.clear()
        for _ in range(5):
            polled(eye)
        number = answered(eye)
        assert stage.world.client.calls == ["GetWorkflowExecutionHistory"] * (number - before)
        page.clock.run_for(4_000)
        page.evaluate("1")
        assert len(asked(eye)) == number, "at most every five seconds when nothing happens"


def test_a_hidden_page_asks_nothing_and_one_that_comes_back_asks_at_once(browser: Browser, stage: Stage) -> None:
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        polled(eye)
        page.evaluate("hide(true)")
        before = len(asked(eye))
        page.clock.run_for(120_000)
        assert len(asked(eye)) == before
        stage.go_on(5.0)
        with page.expect_response("**/sections**"):
            page.evaluate("hide(false)")
        expect(page.locator("#s-say")).to_contain_text("pack")
        page.evaluate("hide(true)")
        page.clock.fast_forward("31:00")
        with page.expect_response("**/sections**"):
            page.evaluate("hide(false)")
        expect(page.locator(".live")).to_have_text("live")


def test_a_page_that_nobody_touches_pauses_and_goes_on(browser: Browser, stage: Stage) -> None:
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        page.clock.fast_forward("31:00")
        pass_time(page, says(page, "paused", ".live"))
        before = len(asked(eye))
        page.clock.run_for(60_000)
        assert len(asked(eye)) == before
        stage.go_on(5.0)
        page.get_by_role("button", name="go on").click()
        expect(page.locator("#s-say")).to_contain_text("pack")
        expect(page.locator(".live")).to_have_text("live")


def test_a_page_that_wakes_with_a_question_on_its_way_pauses_as_well(browser: Browser, stage: Stage) -> None:
    """The browser gives such a request up when its time has jumped, as after a night in which the machine slept."""
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        answered(eye)
        page.route("**/sections**", lambda route: None)
        with page.expect_request("**/sections**"):
            page.clock.run_for(6_000)
        page.clock.fast_forward("31:00")
        expect(page.locator(".live")).to_contain_text("paused")


def test_a_page_outlives_the_process_that_serves_it(browser: Browser, stage: Stage) -> None:
    """Amber while nobody answers, with all that was there; live again when somebody does."""
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        stage.stop()
        pass_time(page, lambda: is_late(page))
        expect(page.locator(".live")).to_contain_text("not answering")
        expect(page.locator("#s-say")).to_contain_text("1 running: reserve")
        gone = page.get_by_text("The server of this page is gone.")
        pass_time(page, lambda: expect(gone).to_be_visible(timeout=300))
        expect(page.locator("[data-gone] code")).to_have_text(f"simpleflow --db flow.db web --port {stage.port}")
        stage.go_on(5.0)
        stage.serve()
        pass_time(page, lambda: is_live(page))
        expect(page.locator("#s-say")).to_contain_text("pack")
        expect(gone).to_be_hidden()


def test_a_form_outlives_the_process_that_serves_it(browser: Browser, stage: Stage) -> None:
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        page.get_by_role("link", name="Signal…").click()
        page.get_by_label("Name").fill("paid")
        page.get_by_label("Value").fill('"typed for long"')
        stage.stop()
        page.get_by_role("button", name="Send the signal").click()
        expect(page.locator("dialog .notice")).to_contain_text("does not answer")
        stage.serve()
        page.get_by_role("button", name="Send the signal").click()
        expect(page.locator("main > .notice")).to_contain_text("The signal 'paid' was sent to order")


def test_a_page_is_late_when_the_service_behind_it_is_silent(browser: Browser, stage: Stage) -> None:
    with looking(browser) as eye:
        page = opened(eye, stage.address)
        stage.world.client.faults["*"] = Unreachable("nobody listens")
        pass_time(page, lambda: is_late(page))
        expect(page.locator(".live")).to_contain_text("GetWorkflowExecutionHistory was tried at embedded")
        stage.world.client.faults["*"] = ThrottlingException("Rate exceeded")
        pass_time(page, says(page, "The service slows us down; going on in 3 s", ".live"))
        stage.world.client.faults.clear()
        pass_time(page, lambda: is_live(page))


def test_seven_live_pages_do_not_keep_the_eighth_waiting(browser: Browser, stage: Stage) -> None:
    """A browser has six connections to a host: pages that held one each would block the next page and every form."""
    with looking(browser) as eye:
        pages = [eye.page, *(eye.context.new_page() for _ in range(6))]
        for page in pages:
            page.goto(stage.address)
        other = eye.context.new_page()
        other.goto(f"{stage.address}/signal")
        other.get_by_label("Name").fill("paid")
        other.get_by_role("button", name="Send the signal").click()
        expect(other.locator("main > .notice")).to_contain_text("The signal 'paid' was sent")
        for page in pages[-2:]:
            page.bring_to_front()
            expect(page.locator("#s-events")).to_contain_text("paid")
        assert answered(eye) > 0, "none of them holds a connection while it waits for news"
