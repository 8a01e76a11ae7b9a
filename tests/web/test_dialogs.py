"""Forms in a browser: with a mouse, with the keyboard alone, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import launched, looking, shown
from tests.web.test_actions import Site, open_many

AXE = Path(__file__).parent / "vendored" / "axe.min.js"


class Shop(Site):
    """The same at an address."""

    url: str = ""

    def of(self, workflow_id: str, more: str = "") -> str:
        return self.url + self.world.path(workflow_id, more)

    def signals(self) -> list[str]:
        return [
            each.attributes.signal_name for each in self.events("order") if each.type == "WorkflowExecutionSignaled"
        ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def shop() -> Iterator[Shop]:
    it = Shop()
    with shown(it.world.browser.app) as url:  # type: ignore[arg-type]  # the same application
        it.url = url
        yield it
    it.service.close()


@pytest.mark.parametrize(("wide", "theme"), [(1440, "light"), (390, "dark")])
def test_a_signal_with_bad_json_is_refused_and_keeps_what_was_typed(
    browser: Browser, shop: Shop, wide: int, theme: str
) -> None:
    with looking(browser, wide=wide, theme=theme) as eye:
        page = eye.page
        page.goto(shop.of("order"))
        page.get_by_role("link", name="Signal…").click()
        expect(page.get_by_label("Name")).to_have_value("approval")
        page.get_by_label("Value").fill('{"by": eve}')
        expect(page.locator("dialog .problem")).to_contain_text("This is not JSON", use_inner_text=True)
        page.get_by_role("button", name="Send the signal").click()
        expect(page.locator("dialog .problem[role=alert]")).to_contain_text("This is not JSON")
        expect(page.get_by_label("Value")).to_have_value('{"by": eve}')
        expect(page.get_by_label("Value")).to_be_focused()
        assert shop.signals() == []

        page.get_by_label("Value").fill('{"by": "eve"}')
        expect(page.locator("dialog code")).to_contain_text("""--name approval --input '{"by": "eve"}'""")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="Send the signal").click()
        expect(page.locator("main > .notice")).to_contain_text("The signal 'approval' was sent to order")
        assert shop.signals() == ["approval"]
        page.reload()
        expect(page.locator("main > .notice")).to_have_count(0)
        assert [each for each in eye.complaints if "422" not in each] == []


def tab_to(page: Page, text: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"the Tab key does not lead to {text!r}")


def test_the_keyboard_alone_leads_from_the_list_to_a_signal(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/?state=open")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/e/order/**")
        tab_to(page, "Signal…")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        assert page.evaluate("document.activeElement.textContent") == "Signal…", "back to where one was"
        page.keyboard.press("Enter")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.type("[1, 2]")
        tab_to(page, "Send the signal")
        page.keyboard.press("Enter")
        expect(page.locator("main > .notice")).to_contain_text("was sent to order")
        assert shop.signals() == ["approval"]


def test_without_a_script_an_execution_is_terminated_through_forms(browser: Browser, shop: Shop) -> None:
    with looking(browser, script=False) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/?state=open")
        page.get_by_role("link", name="order", exact=True).click()
        page.get_by_role("link", name="Terminate…").click()
        page.get_by_label("Reason").fill("no longer wanted")
        page.get_by_role("button", name="Terminate it").click()
        expect(page.locator("main > .notice")).to_contain_text("order was terminated")
        expect(page.locator(".titled .pill")).to_have_text("Terminated")
        assert shop.last("order", "WorkflowExecutionTerminated").reason == "no longer wanted"


def test_without_a_script_a_bad_form_comes_back_as_a_page(browser: Browser, shop: Shop) -> None:
    with looking(browser, script=False, wide=390) as eye:
        page = eye.page
        page.goto(shop.of("order", "signal"))
        page.get_by_label("Value").fill("{bad")
        page.get_by_role("button", name="Send the signal").click()
        expect(page.locator(".problem")).to_contain_text("This is not JSON")
        expect(page.get_by_label("Value")).to_have_value("{bad")


def test_twelve_are_terminated_when_their_number_is_typed(browser: Browser, shop: Shop) -> None:
    open_many(shop, 12)
    with looking(browser) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/?tag=many")
        page.get_by_label("Select all rows").check()
        page.get_by_role("button", name="Terminate…").click()
        page.get_by_label("Reason").fill("enough")
        page.get_by_role("button", name="Terminate 12").click()
        expect(page.locator(".problem")).to_contain_text("These are 12 executions now")
        expect(page.get_by_label("Reason")).to_have_value("enough")
        page.get_by_label("Type 12 to go on").fill("12")
        page.get_by_role("button", name="Terminate 12").click()
        expect(page.locator(".notice")).to_contain_text("12 of 12 were terminated")
        assert page.get_by_role("row").count() == 13
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_runs_again_is_shown_before_it_does(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("report"))
        page.get_by_role("link", name="Rerun…").click()
        preview = page.locator("dialog .preview")
        expect(preview).to_contain_text("7 results are reused; 1 task runs again: activity-publish-1.")
        page.get_by_label("Workflow id").last.fill("report-2")
        page.get_by_label("A task and all that was scheduled after it").check()
        page.get_by_label("From the task").fill("activity-merge-1")
        page.keyboard.press("Tab")
        expect(preview).to_contain_text("6 results are reused; 2 tasks run again")
        expect(page.locator("dialog .fit.right .is-again")).to_have_count(2)
        expect(page.locator("dialog .fit.right .is-reused")).to_have_count(2)
        expect(page.locator("dialog code")).to_contain_text("--from activity-merge-1 --workflow-id report-2")
        page.get_by_role("button", name="Rerun it").click()
        expect(page.locator("main > .notice")).to_contain_text("6 results of report are reused")
        expect(page.locator("h1")).to_have_text("report-2")


@pytest.mark.parametrize(("wide", "theme"), [(1440, "dark"), (390, "light")])
def test_forms_fit_and_axe_finds_nothing(browser: Browser, shop: Shop, wide: int, theme: str) -> None:
    """Axe looks at half of them in one theme, at half in the other."""
    with looking(browser, wide=wide, theme=theme) as eye:
        page = eye.page
        paths = [shop.of("order", verb) for verb in ("signal", "cancel", "terminate")]
        paths += [shop.of("report", verb) for verb in ("rerun?reuse=before&from=activity-merge-1", "replay")]
        for number, address in enumerate([*paths, f"{shop.url}/shop/start"]):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
            if number % 2 == (theme == "dark"):
                _checked(page, address)
        page.goto(shop.of("order"))
        page.get_by_role("link", name="Signal…").click()
        expect(page.locator("dialog")).to_be_visible()
        _checked(page, "a dialog")
        assert eye.complaints == []


def _checked(page: Page, where: str) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(found => found.violations)")
    assert [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found] == [], where
