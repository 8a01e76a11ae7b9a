"""What one submit says of its tasks alone: it counts before what the activity or the workflow says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from simpleflow.activity import PRIORITY_NOT_SET, Activity
from simpleflow.retry import checked

ATTRIBUTES: Final = (
    "idempotent",
    "meta",
    "raises_on_failure",
    "retry",
    "task_heartbeat_timeout",
    "task_list",
    "task_priority",
    "task_schedule_to_close_timeout",
    "task_schedule_to_start_timeout",
    "task_start_to_close_timeout",
    "version",
)
"""The attributes of an activity that may be another for a task of it."""


@dataclass(frozen=True, slots=True)
class Options:
    """*priority* is that of the tasks (PRIORITY_NOT_SET: not said); *attributes* are those of the activity that are
    others for them, as name and value."""

    priority: Any = PRIORITY_NOT_SET
    attributes: tuple[tuple[str, Any], ...] = ()

    def with_attribute(self, name: str, value: Any) -> Options:
        """These, and one attribute more. AttributeError if activities have none of this name."""
        if name not in ATTRIBUTES:
            raise AttributeError(f"a task has no attribute {name!r} to set; it may be {', '.join(ATTRIBUTES)}")
        if name == "retry":
            checked(value)
        if name.endswith("_timeout") and value is not None:
            value = str(value)
        return Options(self.priority, (*((n, v) for n, v in self.attributes if n != name), (name, value)))

    def over(self, inner: Options) -> Options:
        """These for something inside that has options of its own: its priority and our attributes count."""
        if self is NOTHING_SAID:
            return inner
        merged = {**dict(inner.attributes), **dict(self.attributes)}
        priority = self.priority if inner.priority is PRIORITY_NOT_SET else inner.priority
        return Options(priority, tuple(merged.items()))

    def applied(self, activity: Activity[..., Any]) -> Activity[..., Any]:
        """The activity as the task has it; the shared one is left as it is."""
        return activity.varied(**dict(self.attributes)) if self.attributes else activity


NOTHING_SAID: Final = Options()


def take_options(kwargs: dict[str, Any]) -> Options:
    """The options among keyword arguments, which are taken out of *kwargs*: ``__priority``.

    Inside of a class Python writes ``_Name__priority`` for it.
    """
    for key in kwargs:
        if key.startswith("_") and key.endswith("__priority"):
            return Options(priority=kwargs.pop(key))
    return NOTHING_SAID
