"""Outputs that were looked at and kept. ``UPDATE_GOLDEN=1 pytest tests/web`` writes them anew: look at them then."""

from __future__ import annotations

import os
from pathlib import Path

UPDATES = bool(os.environ.get("UPDATE_GOLDEN"))
FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str) -> None:
    """Compares *text* with the file of this name."""
    path = FOLDER / name
    if UPDATES:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.exists(), f"{path.name} is not there; write it with UPDATE_GOLDEN=1 and look at it"
    kept = path.read_text(encoding="utf-8")
    assert text == kept, f"{path.name} has changed; if it is meant, write it with UPDATE_GOLDEN=1 and look at it"
