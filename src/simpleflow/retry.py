"""When a failed task is tried again, and after how long."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

Wanted = type[BaseException] | str
"""An exception class, or the name of one: ``"ValueError"`` or ``"package.errors.Refused"``."""

TIMEOUT_TYPES: Final = ("START_TO_CLOSE", "SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "HEARTBEAT")
LONGEST_S: Final = 99_999_999
"""What a timer of SWF can wait."""


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often a task is tried, and how long is waited in between; give it as ``retry=`` of an activity or workflow.

    *max_attempts* counts the first one too. The wait before attempt 2 is *backoff* seconds, and *factor* times as
    long before each later one, *max_delay* at most. *jitter* (0 to 1) lengthens or shortens it by up to that part, so
    that tasks which failed together do not come back together; every replay gets the same one.

    *retry_on* names the exceptions that are worth another attempt (none named: all), *give_up_on* those that are not,
    and wins. A class stands for its subclasses too. *on_timeout* says the same of timeouts: True, False, or some of
    ``START_TO_CLOSE``, ``SCHEDULE_TO_START``, ``SCHEDULE_TO_CLOSE``, ``HEARTBEAT``.
    """

    max_attempts: int = 3
    backoff: float = 1.0
    max_delay: float = 3600.0
    jitter: float = 0.0
    retry_on: Sequence[Wanted] = ()
    give_up_on: Sequence[Wanted] = ()
    on_timeout: bool | Collection[str] = True
    factor: float = 2.0

    def __post_init__(self) -> None:
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int) or self.max_attempts < 1:
            raise ValueError(f"max_attempts is {self.max_attempts!r}; it counts the first attempt, so 1 is the least")
        for name, least in (("backoff", 0), ("max_delay", 0), ("factor", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= LONGEST_S:
                raise ValueError(f"{name} is {value!r}; it may be a number from {least} to {LONGEST_S}")
        if isinstance(self.jitter, bool) or not isinstance(self.jitter, int | float) or not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter is {self.jitter!r}; it is a part of the delay, from 0 to 1")
        for name in ("retry_on", "give_up_on"):
            object.__setattr__(self, name, _wanted(name, getattr(self, name)))
        if not isinstance(self.on_timeout, bool):
            given = (self.on_timeout,) if isinstance(self.on_timeout, str) else tuple(self.on_timeout)
            for each in given:
                if each not in TIMEOUT_TYPES:
                    raise ValueError(f"on_timeout has {each!r}; it may be a bool or some of {', '.join(TIMEOUT_TYPES)}")
            object.__setattr__(self, "on_timeout", frozenset(given))

    def delay_s(self, failures: int, draw: float = 0.5) -> int:
        """Whole seconds to wait after so many failures. *draw* (0 to 1) chooses within the jitter; 0.5 is none."""
        try:
            delay = min(self.backoff * self.factor ** (failures - 1), self.max_delay)
        except OverflowError:
            delay = self.max_delay
        delay *= 1 + self.jitter * (2 * draw - 1)
        return min(math.ceil(round(delay, 6)), LONGEST_S)

    def admits_timeout(self, timeout_type: str) -> bool:
        """Whether a timeout of this type is worth another attempt."""
        return self.on_timeout if isinstance(self.on_timeout, bool) else timeout_type in self.on_timeout

    def admits(self, names: Sequence[str]) -> bool:
        """Whether an exception is worth another attempt; *names* are its dotted path and those of its bases."""
        if any(_stands_for(each, names) for each in self.give_up_on):
            return False
        return not self.retry_on or any(_stands_for(each, names) for each in self.retry_on)


def checked(retry: int | RetryPolicy) -> int | RetryPolicy:
    """*retry* of an activity or workflow, if it makes sense."""
    if isinstance(retry, RetryPolicy):
        return retry
    if isinstance(retry, bool) or not isinstance(retry, int):
        raise TypeError(f"retry is {retry!r}; it may be the number of attempts after the first, or a RetryPolicy")
    if retry < 0:
        raise ValueError(f"retry is {retry}; it is the number of attempts after the first, so 0 is the least")
    return retry


def _wanted(name: str, given: Sequence[Wanted] | Wanted) -> tuple[Wanted, ...]:
    each_of = (given,) if isinstance(given, str | type) else tuple(given)
    for each in each_of:
        if not isinstance(each, str) and not (isinstance(each, type) and issubclass(each, BaseException)):
            raise TypeError(f"{name} has {each!r}; it may have exception classes and names of them")
    return each_of


def _stands_for(wanted: Wanted, names: Sequence[str]) -> bool:
    if isinstance(wanted, type):  # a bare name is all that some tell
        return f"{wanted.__module__}.{wanted.__qualname__}" in names or wanted.__name__ in names
    return any(wanted in (name, name.rpartition(".")[2]) for name in names)
