"""Activities by name, as they were defined in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simpleflow.activity import Activity


class Registry:
    """Activities by label and name. Label None holds those that were given none."""

    def __init__(self) -> None:
        self._activities: dict[str | None, dict[str, Activity[..., Any]]] = {}
        self._versions: dict[tuple[str | None, str, str], Activity[..., Any]] = {}

    def __getitem__(self, label: str | None) -> dict[str, Activity[..., Any]]:
        return self._activities.setdefault(label, {})

    def register(self, task: Activity[..., Any], label: str | None = None) -> None:
        """Makes the activity findable: the latest of a name wins, and the latest of a name and version.

        Raises ValueError if another function of a module has both already: tasks of one would run the other.
        """
        key = label, task.name, str(task.version)
        known = self._versions.get(key)
        if known is not None and _are_others(known.callable, task.callable):
            raise ValueError(
                f"the activity {task.name!r}, version {task.version!r}, is {_path(known.callable)} already; "
                f"give {_path(task.callable)} another name or version"
            )
        self._versions[key] = self[label][task.name] = task

    def find(self, name: str, version: str | None = None, label: str | None = None) -> Activity[..., Any] | None:
        """The activity of a name: that of the *version*, if there is one, else the latest; None if there is none."""
        found = None if version is None else self._versions.get((label, name, version))
        return found or self[label].get(name)


def _path(function: Any) -> str:
    return f"{function.__module__}.{_name(function)}"


def _name(function: Any) -> str:
    name: str = getattr(function, "__qualname__", type(function).__qualname__)
    return name


def _are_others(one: Any, other: Any) -> bool:
    """Whether two functions lie in two places. One that was made anew, by a reload or in a function, is the same."""
    if "<locals>" in _name(one) or "<locals>" in _name(other):
        return False
    is_main = "__main__" in (one.__module__, other.__module__)  # run as a program and imported as well
    return _name(one) != _name(other) or (one.__module__ != other.__module__ and not is_main)


registry = Registry()
"""The registry in which every activity is registered when it is made."""
