"""Replay: a history and a workflow class become decisions."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simpleflow.replay.greenlets import RunEvicted
    from simpleflow.replay.options import Decisions, Finding, RunOptions, Stale
    from simpleflow.replay.run import Run

__all__ = ["Decisions", "Finding", "Run", "RunEvicted", "RunOptions", "Stale"]

_ROOMS = {
    "Decisions": "options",
    "Finding": "options",
    "Run": "run",
    "RunEvicted": "greenlets",
    "RunOptions": "options",
    "Stale": "options",
}
"""Where each is. Commands that only show things need a rule of this room or two, not its engine."""


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name)
    return value
