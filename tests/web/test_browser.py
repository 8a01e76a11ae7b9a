"""The pages as a browser shows them: nothing runs over, nothing is forbidden by their own policy, keys work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import DESK_AND_PHONE, looking, shown
from tests.web.world import World, filled, pages_of


@dataclass
class Shop:
    """Pages at an address."""

    url: str
    world: World

    def of(self, workflow_id: str, more: str = "") -> str:
        return self.url + self.world.path(workflow_id) + more


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    service = filled()
    world = pages_of(service)
    with shown(world.browser.app) as url:  # type: ignore[arg-type]  # the same application
        yield Shop(url, world)
    service.close()


@pytest.mark.parametrize(("wide", "high"), [(1440, 900), (390, 844)])
def test_why_a_run_failed_is_seen_without_scrolling(browser: Browser, shop: Shop, wide: int, high: int) -> None:
    with looking(browser, wide=wide, high=high) as eye:
        eye.page.goto(shop.of("report-2026-11-22"))
        box = eye.page.get_by_text("AccessDenied: s3://reports is read-only for role reporter").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= high


def test_the_first_view_asks_for_little_and_for_nothing_elsewhere(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        eye.page.goto(shop.of("order-A-10442"))
        eye.page.wait_for_load_state("networkidle")
        assert len(eye.requests) <= 6
        assert all(each.startswith(shop.url) for each in eye.requests)


@pytest.mark.parametrize(("wide", "theme"), DESK_AND_PHONE)
def test_without_a_script_the_list_is_filtered_and_a_task_is_chosen(
    browser: Browser, shop: Shop, wide: int, theme: str
) -> None:
    with looking(browser, wide=wide, theme=theme, script=False) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/")
        page.get_by_label("Type").select_option("reports.DailyReport")
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("link", name="report-2026-11-22").click()
        page.get_by_role("link", name="Open the group aggregate").click()
        page.get_by_role("link", name="activity-aggregate-13: Completed").first.click()
        assert page.locator("[data-task-shown]").get_attribute("data-task-shown") == "activity-aggregate-13"
        assert "task=activity-aggregate-13" in page.url
        page.get_by_role("link", name="24 more of 62").click()
        assert page.locator("tbody tr").count() == 24


def test_a_task_is_shown_in_place_and_the_address_names_it(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("order-A-10442"))
        page.locator(".fit.right").get_by_role("link", name="activity-shop.charge_card-1").click()
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-shop.charge_card-1")
        assert "task=activity-shop.charge_card-1" in page.url
        expect(page.locator(".fit.right .is-selected")).to_have_count(1)
        page.reload()
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-shop.charge_card-1")


def test_the_zoom_is_two_attributes_and_in_the_address(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("order-A-10442"))
        inner = page.locator(".plot .zoom").first
        before = inner.inner_html()
        page.keyboard.press("+")
        expect(inner).to_have_attribute("width", "200%")
        expect(inner).to_have_attribute("x", "-50%")
        assert inner.inner_html() == before
        assert "from=25&to=75" in page.url
        page.reload()
        expect(inner).to_have_attribute("width", "200%")
        page.keyboard.press("0")
        expect(inner).to_have_attribute("width", "100%")
        assert "from=" not in page.url


def test_the_keyboard_alone_leads_from_the_list_to_a_task(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/?state=failed")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/report-2026-11-22/**")
        page.keyboard.press("c")
        assert page.evaluate("document.activeElement.dataset.node") == "activity-list_partitions-1"
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.node") == "activity-aggregate-1"
        page.keyboard.press("f")
        assert page.evaluate("document.activeElement.dataset.node") == "activity-publish-1"
        page.keyboard.press("Enter")
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-publish-1")
        page.keyboard.press("/")
        page.keyboard.type("invoice-2j")
        assert page.evaluate("document.activeElement.value") == "invoice-2j"
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        page.wait_for_url("**/e/invoice-2/**")
        page.locator("body").press("g")
        page.keyboard.press("l")
        page.wait_for_url("**/shop/")


def test_each_drawing_is_one_stop_of_the_tab_key(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        eye.page.goto(shop.of("order-A-10442"))
        for drawing in (".fit.right .graph", "[data-drawing=timeline]"):
            assert eye.page.locator(f"{drawing} a:not([tabindex='-1'])").count() == 1
        assert eye.page.locator(".plot a:not([tabindex='-1'])").count() == 0


def focused(page: Page, name: str) -> str | None:
    """A data attribute of what has the focus."""
    found: str | None = page.evaluate(f"document.activeElement.dataset.{name}")
    return found


def test_arrows_move_along_the_edges_of_the_graph(browser: Browser, shop: Shop) -> None:
    """The nearest node is not always one that follows: below the receipt stands the timer."""
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("order-A-10442"))
        page.locator(".fit.right [data-node='activity-shop.reserve_stock-1']").focus()
        keys = (
            ("ArrowRight", "activity-shop.price_shipping-1"),
            ("ArrowRight", "child-shop.pick_and_pack-1"),
            ("ArrowLeft", "activity-shop.price_shipping-1"),
            ("ArrowLeft", "activity-shop.reserve_stock-1"),
            ("ArrowLeft", "activity-shop.validate_order-1"),
            ("ArrowLeft", "activity-shop.validate_order-1"),
            ("End", "activity-shop.notify_customer-1"),
            ("ArrowRight", "activity-shop.notify_customer-1"),
        )
        edges = page.evaluate("[...document.querySelectorAll('.fit.right a')].map(a => [a.dataset.node, a.dataset.to])")
        names = [name for name, _ in edges]
        follows = {name: [names[int(each)] for each in (to or "").split()] for name, to in edges}
        before = "activity-shop.reserve_stock-1"
        for key, name in keys:
            page.keyboard.press(key)
            after = focused(page, "node")
            assert after == name
            if key == "ArrowRight" and after != before:
                assert after in follows[before]
            before = name
        assert page.locator(".fit.right a[tabindex='0']").count() == 1
        expect(page.locator(".labels .is-near")).to_have_attribute("data-task", "activity-shop.notify_customer-1")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "s-graph"


def test_the_signs_of_children_and_signals_lead_to_them(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("order-A-10442"))
        page.locator(".fit.right").get_by_role("link", name="courier-ready").click()
        page.wait_for_url("**view=signals**")
        expect(page.locator("#s-events")).to_contain_text("courier-ready")
        page.locator(".fit.right").get_by_role("link", name="Open the child execution").click()
        page.wait_for_url("**/e/child-shop.pick_and_pack-1/**")


def test_arrows_move_from_row_to_row_and_open_groups(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("report-2026-11-22"))
        page.locator(".labels a[data-task]").first.focus()
        page.keyboard.press("ArrowDown")
        assert focused(page, "task") == "activity-aggregate-1"
        page.keyboard.press("ArrowLeft")
        assert focused(page, "open") == "activity-aggregate-1"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert focused(page, "task") == "activity-merge-1"
        page.keyboard.press("Enter")
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-merge-1")
        page.locator("#s-task a").first.focus()
        page.keyboard.press("Escape")
        assert focused(page, "task") == "activity-merge-1"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.wait_for_url("**open=activity-aggregate-1**")
        page.locator(".labels a[data-task]").first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        assert focused(page, "task") == "activity-aggregate-2", "the rows of the group follow its own"
        page.keyboard.press("End")
        assert focused(page, "task") == "activity-publish-1"
        assert page.locator("#s-timeline svg a[tabindex='0']").count() == 1


def test_on_a_narrow_screen_the_bars_are_what_the_keyboard_finds(browser: Browser, shop: Shop) -> None:
    """The column of names is not there then."""
    with looking(browser, wide=390) as eye:
        page = eye.page
        page.goto(shop.of("order-A-10442"))
        stop = page.locator("#s-timeline svg a[tabindex='0']")
        assert stop.count() == 1
        assert stop.is_visible()
        stop.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-shop.reserve_stock-1")


def test_the_theme_that_was_chosen_comes_with_the_next_page(browser: Browser, shop: Shop) -> None:
    """As an attribute that the server wrote: nothing flashes."""
    with looking(browser, theme="light") as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/")
        page.get_by_role("button", name="Light or dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        answer = page.goto(f"{shop.url}/shop/types")
        assert answer is not None
        assert 'data-theme="dark"' in answer.text()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 16, 20)"


def test_rows_that_are_chosen_bring_up_what_can_be_done(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/")
        expect(page.locator(".bulk")).to_be_hidden()
        page.get_by_label("Select invoice-1").check()
        page.get_by_label("Select invoice-2").check()
        expect(page.locator(".bulk")).to_contain_text("With 2 chosen")
        page.get_by_label("Select all rows").check()
        expect(page.locator(".bulk")).to_contain_text("With 6 chosen")


def test_a_view_is_kept_in_the_browser(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.on("dialog", lambda dialog: dialog.accept("Daily"))
        page.goto(f"{shop.url}/shop/?tag=daily")
        page.get_by_role("button", name="Save this view").click()
        page.goto(f"{shop.url}/shop/")
        page.get_by_role("link", name="Daily", exact=True).click()
        page.wait_for_url("**/?tag=daily")


def test_a_stretch_of_the_histogram_narrows_the_list(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(f"{shop.url}/shop/")
        box = page.locator(".histogram").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"], box["y"] + 20)
        page.mouse.up()
        page.wait_for_url("**since=2026-11-23T**")
        assert page.locator(".executions tbody tr").count() < 6


def test_more_events_come_below_those_that_are_there(browser: Browser, shop: Shop) -> None:
    with looking(browser) as eye:
        page = eye.page
        page.goto(shop.of("report-2026-11-22"))
        assert page.locator(".events tbody tr").count() == 38
        page.get_by_role("link", name="24 more of 62").click()
        expect(page.locator(".events tbody tr")).to_have_count(62)
        expect(page.locator("[data-append]")).to_have_count(0)
