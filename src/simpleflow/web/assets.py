"""The static files of the pages, read once from the package: nothing is fetched from elsewhere, nothing is built."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Final

from simpleflow.web.drawing.tokens import drawing_rules, variables

TYPES: Final = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "timeline.js": "text/javascript; charset=utf-8",
    "dialogs.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; *version* changes with its content."""

    name: str
    body: bytes
    type: str
    version: str

    @property
    def address(self) -> str:
        """Where it is; what is kept of it never gets old."""
        return f"/static/{self.name}?v={self.version}"


@functools.cache
def assets() -> dict[str, Asset]:
    """All of them by name."""
    found = {}
    for name, type in TYPES.items():
        text = stylesheet() if name == "app.css" else _bare(_text(name)) if name.endswith(".js") else _text(name)
        body = text.encode()
        found[name] = Asset(name, body, type, hashlib.sha256(body).hexdigest()[:12])
    return found


@functools.cache
def stylesheet() -> str:
    """The colours, the rules of the drawings, those of the pages."""
    return variables() + drawing_rules() + _text("app.css")


def _bare(script: str) -> str:
    """A script without comments on lines of their own, and without indentation: a tenth less to send."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _text(name: str) -> str:
    return resources.files("simpleflow.web").joinpath("static", name).read_text(encoding="utf-8")
