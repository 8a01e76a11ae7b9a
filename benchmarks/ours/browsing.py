"""What the pages cost in a browser, and how much is sent to it: Debian's chromium, which draws with the processor.

Bytes, elements and requests are the same on every machine; tests assert those.
"""

from __future__ import annotations

import gzip
import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright
from tests.web.browser import launched, looking, shown
from tests.web.histories import START, Play, Step, crawl, order, waiting
from tests.web.world import World, pages_of

from benchmarks.contract import Bench
from benchmarks.goals import PAGES
from simpleflow.web.assets import assets
from swf.server import ManualClock, open_service
from swf.server.machine.quotas import Quotas

ROWS: Final = 10_000
LARGE: Final = 3_003
SMALL: Final = 11
VISITS: Final = 5
TABS: Final = 7
FRAMES: Final = """
async act => {
  const times = [];
  const painted = () => new Promise(done => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = done;
    port1.postMessage(null);
  }));
  const press = key => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const bars = [...document.querySelectorAll(".plot a, .graph a")];
  const acts = {
    zoom: at => press("++-+-+--"[at % 8]),
    hover: at => { bars[at % bars.length].focus({ preventScroll: true }); },
    scroll: () => scrollBy(0, 400),
  };
  for (let at = 0; at < 40; at++) {
    await painted();
    const began = performance.now();
    acts[act](at);
    await painted();
    times.push((performance.now() - began) / 1000);
  }
  return times;
}
"""
"""What passes from an act to the end of the frame that shows it."""
SELECTS: Final = """
async () => {
  const times = [];
  const nodes = [...document.querySelectorAll(".fit.right a[data-node]")];
  for (let at = 0; at < 20; at++) {
    const node = nodes[at % nodes.length];
    const task = node.dataset.node;
    const began = performance.now();
    node.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    while (document.querySelector("[data-task-shown]").dataset.taskShown !== task) {
      await new Promise(requestAnimationFrame);
    }
    times.push((performance.now() - began) / 1000);
  }
  return times;
}
"""


def made() -> World:
    """A small run, a large one, and one with very many rows."""
    quotas = Quotas(events_per_execution=100_000, open_activities=ROWS)
    service = open_service(None, clock=ManualClock(START), quotas=quotas)
    Play(order().steps, signals={"courier-ready": 31.0}, workflow_id="small", on=service).play()
    Play(crawl().steps, workers=64, workflow_id="large", on=service).play()
    steps = [Step("load"), *(Step("fetch", ["activity-load-1"]) for _ in range(ROWS))]
    Play(steps, workers=ROWS, batch=ROWS // 5, workflow_id="rows", on=service).play()
    Play(waiting().steps, until=60.0, workflow_id="asking", on=service).play()
    for number in range(21):
        Play([Step("ask")], workflow_id=f"invoice-{number}", on=service).play()
    return pages_of(service)


def counts(bench: Bench, world: World) -> None:
    """What is sent, and what of it a browser makes."""
    page = world.get(world.path("large"))
    sizes = {
        ("page, KB compressed", LARGE): len(gzip.compress(page.content)) / 1000,
        ("page, KB", LARGE): len(page.content) / 1000,
        ("page, elements", LARGE): len(re.findall(r"<[a-z]", page.text)),
        ("list, KB compressed", 26): len(gzip.compress(world.get("/shop/").content)) / 1000,
        ("style, KB compressed", 1): len(gzip.compress(assets()["app.css"].body)) / 1024,
        ("scripts, KB compressed", 1): sum(
            len(gzip.compress(asset.body)) for name, asset in assets().items() if name.endswith(".js")
        ) / 1024,
    }  # fmt: skip
    for (workload, n), size in sizes.items():
        bench.count(workload, n, size)


def first_view(bench: Bench, browser: Browser, world: World, url: str) -> None:
    """From nothing to the first content that is seen, of a profile that has never been here."""
    for name, tasks in (("small", SMALL), ("large", LARGE)):
        requests = 0
        with bench.measure("first contentful paint", tasks) as measure:
            for _ in range(VISITS):
                with looking(browser) as eye:
                    eye.page.goto(url + world.path(name))
                    eye.page.wait_for_load_state("networkidle")
                    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                    measure.parts.append(eye.page.evaluate(paint) / 1000)
                    requests = len(eye.requests)
            measure.seconds = sorted(measure.parts)[VISITS // 2]
        bench.count("requests of a first view", tasks, requests)


def frames(bench: Bench, browser: Browser, world: World, url: str) -> None:
    """How long it takes until what a user does is seen."""
    with looking(browser) as eye:
        eye.page.goto(url + world.path("large"))
        for act in ("zoom", "hover"):
            timed(bench, eye.page, act, LARGE, FRAMES)
        timed(bench, eye.page, "select", LARGE, SELECTS)
        eye.page.goto(f"{url}{world.path('rows')}?open=activity-fetch-1")
        filled(eye.page, ROWS)
        timed(bench, eye.page, "zoom", ROWS, FRAMES)
        timed(bench, eye.page, "scroll", ROWS, FRAMES)


def beside(bench: Bench, browser: Browser, world: World, url: str) -> None:
    """A form while seven pages of an open run ask for news: a browser has six connections to a host."""
    with looking(browser) as eye:
        pages = [eye.page, *(eye.context.new_page() for _ in range(TABS - 1))]
        for page in pages:
            page.goto(url + world.path("asking"))
        form = eye.context.new_page()
        with bench.measure("a form beside live pages", TABS) as measure:
            for _ in range(VISITS):
                form.goto(f"{url}{world.path('asking')}/signal")
                form.get_by_label("Name").fill("more")
                began = time.perf_counter()
                form.get_by_role("button", name="Send the signal").click()
                form.locator("main > .notice").wait_for()
                measure.parts.append(time.perf_counter() - began)
            measure.seconds = sum(measure.parts) / VISITS


def timed(bench: Bench, page: Page, act: str, n: int, script: str) -> None:
    """Each of many acts."""
    with bench.measure(f"{act}, a frame", n) as measure:
        measure.parts += page.evaluate(script, act)
        measure.seconds = sum(measure.parts) / len(measure.parts)


def filled(page: Page, rows: int) -> None:
    """Scrolls until all rows have come."""
    chunks = page.locator(".chunk")
    while page.locator("a[data-more]").count():
        number = chunks.count()
        chunks.last.evaluate("chunk => chunk.scrollIntoView({ block: 'end' })")
        chunks.nth(number).wait_for(state="attached")
    page.evaluate("scrollTo(0, 2000)")
    assert page.locator(".chunk").count() == rows // 200


def in_a_browser(bench: Bench) -> None:
    """All of it, over one service."""
    world = made()
    app: Any = world.browser.app
    with shown(app) as url, sync_playwright() as driver, launched(driver) as browser:
        counts(bench, world)
        first_view(bench, browser, world, url)
        frames(bench, browser, world, url)
        beside(bench, browser, world, url)
    world.service.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Bench(PAGES, Path(folder)).each(in_a_browser)


if __name__ == "__main__":
    main()
