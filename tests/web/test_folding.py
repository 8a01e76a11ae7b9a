"""Idle time folded on the page: an address, with and without a script, and in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from simpleflow.web.assets import stylesheet
from simpleflow.web.pages.execution import Shown
from simpleflow.web.pages.exported import exported
from simpleflow.web.queries.reader import Reader
from swf.server import ManualClock, open_service
from tests.web.browser import looking, shown
from tests.web.histories import START, Play, patient
from tests.web.world import World, pages_of

HOURS = 3600
GROUP = "activity-resize-1"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An album that is done, and one that waits for its approval."""
    service = open_service(None, clock=ManualClock(START))
    for id, signals in (("open", {}), ("album", patient().signals)):
        play = Play(patient().steps, workers=6, signals=signals, workflow_id=id, type="media.Album", on=service)
        play.play()
    yield pages_of(service)
    service.close()


def test_the_address_says_that_idle_time_is_folded_and_links_keep_it(world: World) -> None:
    page = world.get(f"{world.path('album')}?fold=idle").text
    assert "2 idle stretches folded, 19 h 53 m" in page
    assert page.count('class="zigzag"') == 1, "the texture, once"
    assert page.count('class="folded"') == 2
    assert "task=activity-review-1&amp;fold=idle" in page
    plain = world.get(world.path("album")).text
    assert "idle stretches" not in plain
    assert 'class="folded"' not in plain
    assert "fold=idle" in plain, "the link that folds"


def test_a_choice_that_means_nothing_is_ignored_with_a_note(world: World) -> None:
    page = world.get(f"{world.path('album')}?fold=all")
    assert page.status_code == 200
    assert "fold &#x27;all&#x27; is nothing to choose" in page.text or "fold 'all' is nothing to choose" in page.text


def test_what_is_live_and_what_comes_later_is_folded_too(world: World) -> None:
    news = world.get(f"{world.path('open')}/sections?after=0&names=timeline&fold=idle").json()
    assert 'class="folded"' in news["sections"]["timeline"]
    rows = world.get(f"{world.path('album')}/rows?group={GROUP}&at=0&fold=idle", headers={"X-Fragment": "1"}).text
    assert rows.count('class="folded"') == 2
    svg = world.get(f"{world.path('album')}/timeline.svg?fold=idle").text
    assert svg.count('class="folded"') == 2


def test_a_page_without_idle_time_has_nothing_to_fold(world: World) -> None:
    Play(patient().steps[:1], workflow_id="short", on=world.service, type="media.Album").play()
    page = world.get(f"{world.path('short')}?fold=idle").text
    assert "old idle" not in page


def zoom_of(page: Page) -> tuple[float, float]:
    query = parse_qs(urlsplit(page.url).query)
    return float(query["from"][0]), float(query["to"][0])


def test_without_a_script_a_link_folds_and_another_unfolds(browser: Browser, world: World) -> None:
    with shown(world.browser.app) as url, looking(browser, script=False) as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(url + world.path("album"))
        page.get_by_role("link", name="Fold idle").click()
        expect(page.locator(".plot .fold")).to_have_count(2)
        page.get_by_role("link", name="Open the group resize").click()
        expect(page.locator(".chunk .plot .fold")).to_have_count(2)
        page.get_by_role("link", name="Unfold idle").click()
        expect(page.locator(".plot .fold")).to_have_count(0)
        expect(page.locator(".chunk")).to_have_count(1)


def test_the_zoom_means_the_same_time_folded_or_not_and_stays_when_a_task_is_chosen(
    browser: Browser, world: World
) -> None:
    """Review ran from 3:04:23 to 3:06:23 of 20:01:15 hours."""
    with shown(world.browser.app) as url, looking(browser) as eye:  # type: ignore[arg-type]
        page = eye.page
        page.goto(f"{url}{world.path('album')}?fold=idle")
        plot = page.locator(".plot").first.bounding_box()
        bars = page.locator(".plot a[href*='task=activity-review-1'] rect")
        first, last = bars.first.bounding_box(), bars.last.bounding_box()
        assert plot is not None
        assert first is not None
        assert last is not None
        page.mouse.move(first["x"], plot["y"] + 10)
        page.mouse.down()
        page.mouse.move(last["x"] + last["width"], plot["y"] + 10, steps=3)
        page.mouse.up()
        page.wait_for_url("**from=**")
        since, until = zoom_of(page)
        whole = 20 * HOURS + 75
        assert since / 100 * whole * 1.012 == pytest.approx(3 * HOURS + 4 * 60 + 23, abs=2)
        assert (until - since) / 100 * whole * 1.012 == pytest.approx(120, abs=2)
        page.locator(".labels").get_by_role("link", name="publish").click()
        expect(page.locator("[data-task-shown]")).to_have_attribute("data-task-shown", "activity-publish-1")
        assert zoom_of(page) == (since, until)
        page.get_by_role("link", name="Unfold idle").click()
        expect(page.locator(".plot .fold")).to_have_count(0)
        assert zoom_of(page) == (since, until)
        wide = float((page.locator(".plot .zoom").first.get_attribute("width") or "").removesuffix("%"))
        assert wide == pytest.approx(100 * 100 / (until - since), rel=0.01)
        assert eye.complaints == []


def test_an_export_folds_without_script_or_server(browser: Browser, world: World, tmp_path: Path) -> None:
    reader = Reader(world.client.client, world.clock.now)
    picture, _ = reader.picture("shop", "album", world.run_id("album"))
    file = tmp_path / "album.html"
    file.write_text(exported(Shown(picture, ()), stylesheet(), "1"))
    with looking(browser, script=False) as eye:
        page = eye.page
        page.goto(file.as_uri())
        expect(page.locator(".bands:visible .fold")).to_have_count(0)
        page.get_by_label("Fold idle").check()
        expect(page.locator(".bands:visible .fold")).to_have_count(2)
        expect(page.locator(".bands:visible")).to_have_count(1)
