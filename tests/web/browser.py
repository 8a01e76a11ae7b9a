"""A browser that looks at the pages: Debian's chromium, driven by playwright."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

from simpleflow.cli.pages import listening
from simpleflow.web.doors import Application

AXE = Path(__file__).parent / "vendored" / "axe.min.js"
DESK_AND_PHONE = [(1440, "light"), (390, "dark")]


@contextlib.contextmanager
def launched(driver: Playwright, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Browser]:
    """The browser; `make browser` installs it. *env* None: with the variables of this process."""
    path = shutil.which("chromium")
    assert path is not None, "there is no chromium; install it with: make browser"
    browser = driver.chromium.launch(
        executable_path=path, args=["--no-sandbox", *arguments], env=None if env is None else dict(env)
    )
    yield browser
    browser.close()


@contextlib.contextmanager
def shown(application: Application) -> Iterator[str]:
    """The pages at an address."""
    with listening(application, "127.0.0.1", 0) as url:
        yield url.rstrip("/")


class Eye:
    """One page of the browser, with what it complained of and asked for."""

    def __init__(self, browser: Browser, **about: Any) -> None:
        self.context = browser.new_context(**about)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.ended: list[str] = []
        """Of the requests, those that have an answer or got none."""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfinished", lambda request: self.ended.append(request.url))
        self.page.on("requestfailed", lambda request: self.ended.append(request.url))

    def close(self) -> None:
        self.context.close()


@contextlib.contextmanager
def looking(
    browser: Browser, *, wide: int = 1440, high: int = 900, theme: str = "light", script: bool = True
) -> Iterator[Eye]:
    """A new page of its own."""
    eye = Eye(
        browser,
        viewport={"width": wide, "height": high},
        color_scheme=theme,
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    try:
        yield eye
    finally:
        eye.close()


def axe_finds(page: Page, rules: Sequence[str] = (), part: str | None = None) -> list[tuple[str, list[str]]]:
    """What axe has against the page as it is shown now, with the elements; *rules* empty: all that axe has.

    *part* is a selector; None: the whole page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    if rules:
        options["runOnly"] = list(rules)
    run = "([part, options]) => axe.run(part ?? document, options).then(found => found.violations)"
    found = page.evaluate(run, [part, options])
    return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]
