"""Forms in a browser: with a mouse, with the keyboard alone, without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import DESK_AND_PHONE, axe_finds, looking, shown
from tests.web.test_actions import Site, open_many


class Shop(Site):
    """The same at an address."""

    url: str = ""

    def of(self, workflow_id: str, more: str = "") -> str:
        return self.url + self.world.path(workflow_id, more)

    def signals(self) -> list[str]:
        return [
            each.attributes.signal_name for each in self.events("order") if each.type == "WorkflowExecutionSignaled"
        ]


@pytest.fixture
def shop() -> Iterator[Shop]:
    it = Shop()
    with shown(it.world.browser.app) as url:  # type: ignore[arg-type]  # the same application
        it.url = url
        yield it
    it.service.close()


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
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


def tab_to(page: Page, text: str, key: str = "Tab") -> None:
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"the {key} key does not lead to {text!r}")


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
def test_the_keyboard_alone_leads_from_the_list_to_a_task_and_a_signal(
    browser: Browser, shop: Shop, wide: int, theme: str
) -> None:
    with looking(browser, wide=wide, theme=theme) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/?state=open")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/e/order/**")
        page.keyboard.press("c")
        page.keyboard.press("Enter")
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-ask-1")
        tab_to(page, "Signal…", "Shift+Tab")
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
        assert eye.complaints == []


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
def test_without_a_script_an_execution_is_terminated_through_forms(
    browser: Browser, shop: Shop, wide: int, theme: str
) -> None:
    with looking(browser, wide=wide, theme=theme, script=False) as eye:
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


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
def test_twelve_are_terminated_when_their_number_is_typed(browser: Browser, shop: Shop, wide: int, theme: str) -> None:
    """And each of them is terminated, not only said to be."""
    open_many(shop, 12)
    with looking(browser, wide=wide, theme=theme) as eye:
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
        assert page.locator("tbody tr").count() == 12
        assert [each for each in eye.complaints if "422" not in each] == []
        page.goto(f"{shop.url}/shop/?tag=many&state=terminated")
        assert page.locator(".executions tbody tr").count() == 12
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
def test_axe_finds_nothing_in_a_dialog(browser: Browser, shop: Shop, wide: int, theme: str) -> None:
    with looking(browser, wide=wide, theme=theme) as eye:
        page = eye.page
        page.goto(shop.of("order"))
        page.get_by_role("link", name="Signal…").click()
        expect(page.locator("dialog")).to_be_visible()
        assert axe_finds(page) == []
        assert eye.complaints == []
