"""Every id has an address, and every address is one that a browser asks for."""

from __future__ import annotations

import html
from urllib.parse import quote, unquote, urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from simpleflow.web import urls
from swf.server import ManualClock, open_service
from tests.web.browser import looking, shown
from tests.web.histories import START, Play, Step
from tests.web.world import BASE, pages_of

LEGAL = st.text(st.characters(exclude_characters=":/|", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=256)
DOTS = st.text(".:%2eE", min_size=1, max_size=6)


@given(id=LEGAL | DOTS | st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
@example(".")
@example("..")
@example(":..")
@example("%2e.")
@example("...")
def test_an_id_is_one_segment_of_a_path_and_comes_back_from_it(id: str) -> None:
    segment = urls.segment(id)
    assert urls.text_of(unquote(segment)) == id
    assert "/" not in segment
    assert segment.lower().replace("%2e", ".") not in (".", "..")
    assert segment.isascii()


@given(id=LEGAL)
def test_links_to_ids_of_other_characters_are_as_they_were(id: str) -> None:
    assert (urls.segment(id) == quote(id, safe="")) == (id not in (".", ".."))


@pytest.mark.parametrize("id", [".", "..", "a?b#c", "ü é"])
def test_what_has_such_an_id_is_found_at_its_address(id: str) -> None:
    service = open_service(None, clock=ManualClock(START))
    Play([Step("load", id=id)], workflow_id=id, on=service).play()
    world = pages_of(service)
    newest = world.get(urls.execution("shop", id))
    assert newest.status_code == 303
    page = newest.headers["location"]
    assert urljoin(f"http://localhost{page}", page).endswith(page), "a browser leaves it as it is"
    assert world.get(page).status_code == 200
    assert world.get(f"{page}/task/{urls.segment(id)}", headers={"accept": "application/json"}).json()["id"] == id
    assert world.get(f"{page}/sections?after=0&names=say").status_code == 200
    rows = world.get("/shop/").text
    assert page in rows
    chosen = html.unescape(rows.partition('name="run" value="')[2].partition('"')[0])
    token = rows.partition('name="token" value="')[2].partition('"')[0]
    form = {"token": token, "run": chosen}
    question = world.browser.post("/shop/bulk/rerun", data=form, headers={"origin": BASE})
    assert f'<li class="mono">{html.escape(id)}</li>' in question.text
    service.close()


def test_a_browser_gets_to_an_execution_of_two_dots_and_its_tasks(browser: Browser) -> None:
    service = open_service(None, clock=ManualClock(START))
    Play([Step("load", id="."), Step("store", ["."], id="%2e")], workflow_id="..", on=service).play()
    world = pages_of(service)
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(f"{url}/shop/")
        page.get_by_role("link", name="..", exact=True).click()
        expect(page.locator("h1")).to_have_text("..")
        page.evaluate("window.isSame = true")
        page.locator(".fit.right [data-node='.']").click()
        expect(page.locator("#s-task")).to_contain_text("load()")
        page.locator(".fit.right [data-node='%2e']").click()
        expect(page.locator("#s-task")).to_contain_text("store()")
        assert page.evaluate("window.isSame")
        assert eye.complaints == []
    service.close()
