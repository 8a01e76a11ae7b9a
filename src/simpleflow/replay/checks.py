"""What a workflow cannot submit or wait for: told where it tries to, before anything is sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from simpleflow.workflow import Workflow

RESERVED: Final = ("_simpleflow_", "__simpleflow_")
"""What the names of the engine's own timers and markers begin with."""
NAME_LENGTH: Final = 256
LONGEST_S: Final = 99_999_999


def check_signal(name: Any) -> None:
    """Raises TypeError or ValueError for a name that no signal has: nobody could send what is waited for."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a signal is {name!r}; it must be a text")
    if not 1 <= len(name) <= NAME_LENGTH:
        raise ValueError(f"the name of a signal has {len(name)} characters; it may have 1 to {NAME_LENGTH}")


def check_own_name(what: str, name: Any) -> None:
    """Raises ValueError for the name of a timer or marker (*what*) that would be taken for one of the engine's."""
    if isinstance(name, str) and name.startswith(RESERVED):
        raise ValueError(
            f"the {what} {name!r} has a name that the engine keeps for itself; let it not begin with {RESERVED[0]!r}"
        )


def check_limit(workflow: type[Workflow]) -> None:
    """Raises ValueError for a class that would never be allowed to open an activity."""
    limit: Any = workflow.max_open_activity_count
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ValueError(
            f"max_open_activity_count of {workflow.__qualname__} is {limit!r}; it may be a number from 1, or None"
        )


def timer_seconds(timer_id: str, timeout: Any) -> int:
    """The whole seconds of a timer, rounded up. Raises ValueError if no timer can last so long."""
    try:
        seconds = math.ceil(float(timeout))
    except (TypeError, ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= LONGEST_S:
        raise ValueError(f"the timer {timer_id!r} is to take {timeout!r} s; 0 to {LONGEST_S} is possible")
    return seconds
