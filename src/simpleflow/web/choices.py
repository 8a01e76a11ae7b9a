"""What the query of an execution's page says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simpleflow.web.pages.entries import KINDS, ONLY
from simpleflow.web.pages.execution import Chosen

VIEWS: Final = ("compact", "full", "children", "signals", "markers")
KNOWN: Final = (
    "task", "view", "only", "text", "kind", "open", "at", "from", "to", "event", "nodes", "before", "group", "after",
    "names", "seen", "tab", "wait", "fold",
)  # fmt: skip


def chosen(query: Mapping[str, str]) -> tuple[Chosen, list[str]]:
    """What is chosen, and a note for each value that means nothing."""
    found: dict[str, Any] = {}
    notes = []
    for name, value in query.items():
        if not value:
            continue
        if name not in KNOWN:
            notes.append(f"There is no choice {name!r}; it was ignored.")
            continue
        problem = _take(found, name, value)
        if problem is not None:
            notes.append(f"{problem}; it was ignored.")
    return Chosen(**found), notes


def _take(found: dict[str, Any], name: str, value: str) -> str | None:
    """Takes a value, or says what is wrong with it."""
    match name:
        case "view" if value not in VIEWS:
            return f"There is no view {value!r}; there are {', '.join(VIEWS)}"
        case "only" if value not in ONLY:
            return f"Only {value!r} is nothing to choose; there are {', '.join(ONLY)}"
        case "kind" if value not in KINDS:
            return f"There is no kind {value!r}; there are {', '.join(KINDS)}"
        case "at" | "event":
            if not value.isdecimal() or len(value) > 9:
                return f"{name} {value!r} is no number"
            found[name] = int(value)
        case "from" | "to":
            if not _is_percent(value):
                return f"{name} {value!r} is no part of the time from 0 to 100"
            found["since" if name == "from" else "until"] = value
        case "fold":
            if value != "idle":
                return f"fold {value!r} is nothing to choose; there is idle"
            found["is_folded"] = True
        case "nodes":
            if value != "all":
                return f"nodes {value!r} is nothing to choose; there is all"
            found["all_nodes"] = True
        case "task" | "view" | "only" | "kind" | "text" | "open":
            found[name] = value
    return None


def _is_percent(value: str) -> bool:
    try:
        return len(value) < 20 and 0 <= float(value) <= 100
    except ValueError:
        return False
