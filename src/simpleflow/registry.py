"""Activities by name, as they were defined in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simpleflow.activity import Activity


class Registry:
    """Activities by label and name. Label None holds those that were given none."""

    def __init__(self) -> None:
        self._activities: dict[str | None, dict[str, Activity[..., Any]]] = {}

    def __getitem__(self, label: str | None) -> dict[str, Activity[..., Any]]:
        return self._activities.setdefault(label, {})

    def register(self, task: Activity[..., Any], label: str | None = None) -> None:
        """Makes the activity findable by its name; the latest of a name wins."""
        self[label][task.name] = task


registry = Registry()
"""The registry in which every activity is registered when it is made."""
