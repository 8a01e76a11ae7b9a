"""A history by what there was in it, as ``workflow.history --output-format cooked`` shows it."""

from __future__ import annotations

from typing import Any

from simpleflow.history import History


def cooked(history: History) -> dict[str, Any]:
    """The entries of all things by kind, then by id or name."""
    return {
        "workflow": history.workflow,
        "activities": history.activities,
        "child_workflows": history.child_workflows,
        "markers": history.markers,
        "timers": history.timers,
        "signals": history.signals,
        "signal_lists": history.signal_lists,
        "external_workflows_signaling": {str(id): entry for id, entry in history.external_workflows_signaling.items()},
        "signaled_workflows": history.signaled_workflows,
    }
