"""What holds of every page, whichever it is: all addresses that the application has are looked at.

Each is opened once. It fits any screen, nothing complains on its console, its own policy forbids nothing of it, and
axe, which knows the rules of accessibility, finds nothing in either theme, on a desk and on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from swf.exceptions import Unreachable
from swf.server import ManualClock, open_service
from tests.web.browser import Eye, axe_finds, looking, shown
from tests.web.histories import START, Play, Step, waiting
from tests.web.test_doors import address, gets, routes
from tests.web.world import World, filled, pages_of

OF_LAYOUT = ("color-contrast", "target-size", "scrollable-region-focusable")
"""Rules of axe whose answer may be another one on a narrow screen; what the others look at is the same."""
MISSING = ("/nothing/at/all", "/nothing/", "/shop/e/nobody", "/shop/e/order-A-10442/another-run")
VIEWS = ("?view=full", "?view=signals", "?view=markers", "?view=children", "?only=failed", "?only=running&text=none")
"""Of the events of an execution; the other parts of their pages are the same."""
PARTS = 4
"""So many tests share the pages: each of them may run beside the others."""


@dataclass
class Street:
    """Pages at an address, and the paths of them all."""

    url: str
    world: World
    paths: list[str]


def paths_of(world: World) -> list[str]:
    """Every address that answers with a page, for a run that failed and one that is open; then what queries make."""
    found = gets(world)
    failed, still, order = (world.path(name) for name in ("report-2026-11-22", "asking", "order-A-10442"))
    found += [f"{still}{more}" for more in ("", "/signal", "/cancel", "/terminate", "/rerun")]
    pages = [path for path in found if "text/html" in world.get(path).headers.get("content-type", "")]
    lists = ["?all=1", "shop/?state=failed&tag=x", "shop/?colour=red&page=99", "empty/"]
    return [
        *pages,
        *(f"/{more}" for more in lists),
        *(order + more for more in ("", "/tree", *VIEWS)),
        f"{failed}?open=activity-aggregate-1&from=10&to=60",
        f"{failed}/rerun?reuse=before&from=activity-merge-1",
        *MISSING,
    ]


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    service = filled()
    open_run = waiting()
    Play(open_run.steps, until=100.0, signals={"other": 4.0}, workflow_id="asking", on=service).play()
    world = pages_of(service)
    from swf.protocol.operations import RegisterDomain

    world.client.client.call(RegisterDomain(name="empty", workflow_execution_retention_period_in_days="1"))
    with shown(world.browser.app) as url:  # type: ignore[arg-type]  # the same application
        yield Street(url, world, paths_of(world))
    service.close()


def troubles(eye: Eye, where: str, part: str | None = None) -> list[str]:
    """What is wrong with the page that is shown now, on any screen; axe looks at *part* of it, None: all."""
    page = eye.page
    found = []
    for wide, theme, rules in ((320, "dark", None), (768, "dark", None), (390, "dark", OF_LAYOUT), (1440, "light", ())):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": wide, "height": 400})
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append(f"{where} is {over} px too wide for a screen of {wide} px")
        if rules is not None:
            found += [f"{where}, {wide} px, {theme}: {each}" for each in axe_finds(page, rules, part)]
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_fits_any_screen_and_keeps_the_rules(browser: Browser, street: Street, part: int) -> None:
    found: list[str] = []
    with looking(browser) as eye:
        for path in street.paths[part::PARTS]:
            eye.page.goto(street.url + path)
            found += troubles(eye, path, "#s-events" if path.endswith(VIEWS) else None)
            status = "status of 404" if path in MISSING else "nothing is allowed"
            found += [f"{path}: {each}" for each in eye.complaints if status not in each]
            eye.complaints.clear()
    assert "\n".join(found) == ""


def test_no_address_is_left_out(street: Street) -> None:
    """Those that only take a form are reached through it, below."""
    looked_at = {path.partition("?")[0] for path in street.paths}
    forms = {address(street.world, route) for route in routes(street.world) if "GET" not in (route.methods or ())}
    assert {path.rpartition("/")[2] for path in forms} == {"choose", "terminate"}
    for path in gets(street.world):
        answer = street.world.get(path)
        if "text/html" in answer.headers.get("content-type", "") and answer.status_code == 200:
            assert path.partition("?")[0] in looked_at


def test_forms_for_many_and_their_results_keep_the_rules_too(browser: Browser, street: Street) -> None:
    service = open_service(None, clock=ManualClock(START))
    for number in range(3):
        Play([Step("ask", ["signal-go"])], until=5.0, workflow_id=f"one-{number}", on=service).play()
    with shown(pages_of(service).browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(f"{url}/shop/")
        page.get_by_label("Select all rows").check()
        found = troubles(eye, "the list with rows chosen")
        page.get_by_role("button", name="Terminate…").click()
        page.wait_for_url("**/bulk/**")
        found += troubles(eye, "the form for many")
        page.get_by_role("button", name="Terminate 3").click()
        expect(page.locator(".notice")).to_contain_text("3 of 3 were terminated")
        found += troubles(eye, "the results of many")
        page.goto(f"{url}/shop/e/one-0")
        page.locator("[data-help]").click()
        found += troubles(eye, "the keys")
        assert found == eye.complaints == []
    service.close()


def test_a_service_that_does_not_answer_is_told_of_by_the_same_rules(browser: Browser, street: Street) -> None:
    """The list that was there stays, greyed; what was never there is a page that says what was tried."""
    world = pages_of(street.world.service)
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]
        eye.page.goto(f"{url}/shop/")
        world.client.faults["*"] = Unreachable("http://127.0.0.1:1 does not answer: connection refused")
        for path in ("/shop/", "/shop/types"):
            eye.page.goto(url + path)
            assert troubles(eye, f"{path} of a silent service") == []
        assert [each for each in eye.complaints if "status of 50" not in each] == []


def test_what_a_policy_forbids_does_not_go_unnoticed(browser: Browser, street: Street) -> None:
    """The eye that finds all pages silent sees what it is there for."""
    with looking(browser) as eye:
        page: Page = eye.page
        page.goto(f"{street.url}/shop/types")
        page.evaluate(
            "document.body.setAttribute('style', 'color: red'), document.body.append(new Image().cloneNode())"
        )
        page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://elsewhere.example/x.png' }))")
        for _ in range(100):
            if eye.complaints:
                break
            page.wait_for_timeout(10)
        assert any("Content Security Policy" in each for each in eye.complaints)
