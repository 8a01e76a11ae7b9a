"""Screenshots of six pages beside those that were looked at and kept.

``UPDATE_GOLDEN=1 pytest tests/web/test_pictures.py`` takes them anew: look at them then.

Two machines draw a letter in two ways, so the browser of these tests knows four faces of one font alone, DejaVu, whose
last release is of 2016: Debian's chromium cannot be installed without it. Letters are drawn without hints, in shades of
grey. Two releases of chromium, of two makers, gave the same pictures pixel by pixel. What a small change of a colour, a
size or a distance makes differ is above the tolerance; a test here sees to that.
"""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, Playwright

from tests.web.browser import launched, looking, shown
from tests.web.golden import UPDATES
from tests.web.histories import START, Play, crawl
from tests.web.world import World, filled, pages_of

FOLDER = Path(__file__).parent / "pictures"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
SETTINGS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
 <dir>{fonts}</dir><cachedir>{cache}</cachedir>
 <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
 <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
"""
DRAWING = ("--font-render-hinting=none", "--disable-lcd-text", "--disable-gpu", "--force-color-profile=srgb")

TOLERANCE = 0.005
"""The share of all pixels that may differ,"""
IN_ONE_PLACE = 0.02
"""and that of each of the hundred parts of a picture: a state whose colour is another one is small."""
ALIKE = 4
"""Of 255 shades, so many are one."""


@dataclass(frozen=True)
class View:
    """A page as it was looked at."""

    name: str
    path: str
    wide: int = 1440
    high: int = 1000
    theme: str = "light"


VIEWS = (
    View("list-light", "/shop/"),
    View("order-dark", "/shop/e/order-A-10442", theme="dark"),
    View("failed-light", "/shop/e/report-2026-11-22"),
    View("running-dark", "/shop/e/crawl-7", theme="dark"),
    View("failed-phone-light", "/shop/e/report-2026-11-22", wide=390, high=1300),
    View("list-phone-dark", "/shop/", wide=390, high=1300, theme="dark"),
)


@pytest.fixture(scope="module")
def street() -> Iterator[str]:
    """The same executions, ids and times on every machine."""
    numbers = itertools.count(1)
    service = filled(new_run_id=lambda: f"run-{next(numbers):04}")
    plan = crawl(150)
    Play(plan.steps, workers=64, until=7.0, type=plan.type, tags=plan.tags, workflow_id="crawl-7", on=service).play()
    world: World = pages_of(service)
    with shown(world.browser.app) as url:  # type: ignore[arg-type]  # the same application
        yield url
    service.close()


@pytest.fixture(scope="module")
def plain_browser(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that draws the same everywhere."""
    folder = tmp_path_factory.mktemp("fonts")
    missing = [name for name in FACES if not (FONTS / name).exists()]
    assert not missing, f"there is no {missing[0]} in {FONTS}; install it with: apt-get install fonts-dejavu-core"
    for name in FACES:
        (folder / name).symlink_to(FONTS / name)
    settings = folder / "fonts.conf"
    settings.write_text(SETTINGS.format(fonts=folder, cache=folder / "cache"))
    with launched(driver, *DRAWING, env={**os.environ, "FONTCONFIG_FILE": str(settings)}) as found:
        yield found


def taken(page: Page) -> Image.Image:
    """What is on the screen."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def difference(kept: Image.Image, now: Image.Image) -> str:
    """In which way two pictures are not the same; empty: they are."""
    if kept.size != now.size:
        return f"it is {now.size} large, not {kept.size}"
    shades = ImageChops.difference(kept, now).split()
    most = ImageChops.lighter(ImageChops.lighter(shades[0], shades[1]), shades[2])
    differs = most.point([0] * ALIKE + [255] * (256 - ALIKE))
    share = ImageStat.Stat(differs).mean[0] / 255
    part = differs.reduce((differs.width // 10, differs.height // 10)).getextrema()[1] / 255
    if share > TOLERANCE or part > IN_ONE_PLACE:
        return f"{share:.2%} of it differ, and {part:.0%} at one place"
    return ""


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_page_is_the_picture_that_was_looked_at(
    plain_browser: Browser, street: str, tmp_path: Path, view: View
) -> None:
    path = FOLDER / f"{view.name}.png"
    with looking(plain_browser, wide=view.wide, high=view.high, theme=view.theme) as eye:
        eye.page.clock.set_fixed_time(START)  # a page of an open run counts on
        eye.page.goto(street + view.path)
        now = taken(eye.page)
    if UPDATES:
        now.save(path, optimize=True)
        return
    now.save(tmp_path / path.name)
    with Image.open(path) as kept:
        said = difference(kept.convert("RGB"), now)
    assert not said, (
        f"{path.name} is not what {tmp_path / path.name} is: {said}; if it is meant, take it with UPDATE_GOLDEN=1"
    )


CHANGES = (
    ":root { --failed: #c0392b }",
    ":root { --completed: #2d8a64 }",
    ":root { --card: #fafafa }",
    ":root { --ink3: #8a8a8a }",
    ".pill { background: none }",
    ".say { padding: 12px 14px }",
    ".btn { border-radius: 0; min-height: 34px }",
    "h1 { font-size: 20px }",
    ".columns { gap: 20px }",
    ".inspector { gap: 12px }",
    ".legend { gap: 4px 16px }",
    ".sf .node { stroke-width: 3px }",
)


def test_a_colour_or_a_distance_that_changes_is_seen(plain_browser: Browser, street: str) -> None:
    """Each of them alone; without them the page is what it was."""
    view = VIEWS[2]
    with looking(plain_browser, wide=view.wide, high=view.high) as eye:
        page = eye.page
        page.goto(street + view.path)
        before = taken(page)
        for rule in CHANGES:
            place = page.evaluate("rule => { const [sheet] = document.styleSheets;"
                                  "return sheet.insertRule(rule, sheet.cssRules.length); }", rule)  # fmt: skip
            assert difference(before, taken(page)), rule
            page.evaluate("place => document.styleSheets[0].deleteRule(place)", place)
        assert difference(before, taken(page)) == ""
