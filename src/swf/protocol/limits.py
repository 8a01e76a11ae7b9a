"""The quotas of the service, as numbers."""

from typing import Final

EVENTS_PER_EXECUTION: Final = 25_000
"""A transaction that leaves more ends the execution."""
OPEN_ACTIVITIES_PER_EXECUTION: Final = 1_000
OPEN_TIMERS_PER_EXECUTION: Final = 1_000
POLLERS_PER_TASK_LIST: Final = 1_000
PAGE_SIZE: Final = 1_000
"""Items of a page at most, and where no size is asked for."""
