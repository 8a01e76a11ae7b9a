"""Takes the pictures of the pages in ``docs/pictures`` from real runs of the examples, in Debian's chromium.

``make browser && python -m tools.pictures`` runs the examples on a file of their own, as a user does.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
EXAMPLES: Final = (
    ("basic", "examples.basic.BasicWorkflow", "[1, 5]"),
    ("wordcount", "examples.wordcount.WordCount", '["texts"]'),
    ("failing", "examples.wordcount.WordCount", '["/no/such/folder"]'),
    *((f"order-A-{number}", "examples.order.Order", f'["A-{number}"]') for number in range(10440, 10443)),
)


@dataclass(frozen=True, slots=True)
class View:
    """A page in one theme, at one size."""

    name: str
    path: str
    theme: str = "light"
    wide: int = 1440
    high: int = 900
    opens: str = ""
    """The link that opens a form."""


CHARGE: Final = "activity-examples.order.charge_card-1"
VIEWS: Final = (
    View("list-light", ""),
    View("list-phone-dark", "", "dark", 390, 844),
    View("order-light", "e/order-A-10442", high=1180),
    View("order-dark", "e/order-A-10442", "dark", high=1180),
    View("failing-light", "e/failing"),
    View("failing-phone-light", "e/failing", "light", 390, 844),
    View("approval-light", "e/approval"),
    View("signal-dark", "e/approval", "dark", opens="Signal…"),
    View(
        "rerun-light", "e/order-A-10442?task=activity-examples.order.charge_card-1", high=980, opens="Rerun from here…"
    ),
)


def main() -> None:
    """Runs the examples and takes all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="flows-") as name:
        place = Path(name)
        (place / "texts").mkdir()
        for text in (ROOT / "docs").glob("*.md"):
            shutil.copy(text, place / "texts")
        for id, workflow, input in EXAMPLES:
            _simpleflow(place, "standalone", workflow, "--workflow-id", id, "--input", input)
        with _browser() as browser:
            with _standing(place, "examples.signals.Approval", "approval", "[100]") as url:
                _wait(f"{url}e/approval", "waiting for signal")
                for view in VIEWS:
                    _take(browser, url, view)
            with _standing(place, "examples.map_large.Census", "map", "[1000, 1000]") as url:
                _wait(f"{url}e/map", "[2-8][0-9]{2} of 1,000")
                _take(browser, url, View("map-dark", "e/map", "dark"))


def _environment(place: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SIMPLEFLOW", "SWF_", "AWS_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "SIMPLEFLOW_VALUES": str(place / "values")}


def _simpleflow(place: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "simpleflow", *arguments]
    subprocess.run(command, cwd=place, env=_environment(place), capture_output=True, check=False)


@contextlib.contextmanager
def _standing(place: Path, workflow: str, id: str, input: str) -> Iterator[str]:
    """The example runs in the block; gives the address of its pages."""
    more = ("--workflow-id", id, "--input", input, "--nb-workers", "1")
    command = [sys.executable, "-m", "simpleflow", "standalone", workflow, *more]
    streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=place, env=_environment(place), **streams)
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith("pages: "))
        yield line.removeprefix("pages: ").strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait(url: str, until: str) -> None:
    """Returns when the page says what *until* matches."""
    while True:
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(url) as answer:
            if re.search(until, answer.read().decode()):
                return


@contextlib.contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def _take(browser: Any, url: str, view: View) -> None:
    size = {"width": view.wide, "height": view.high}
    page = browser.new_page(viewport=size, color_scheme=view.theme)
    page.goto(url + view.path)
    if view.opens:
        page.get_by_role("link", name=view.opens).click()
        page.wait_for_selector("dialog[open]")
    page.screenshot(path=PICTURES / f"{view.name}.png")
    page.close()


if __name__ == "__main__":
    main()
