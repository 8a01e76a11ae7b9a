"""Calls that are tried again."""

from __future__ import annotations

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Delay = Callable[[int], float]
"""Seconds before the next try, by the number of those that have failed, from 0."""
Errors = type[BaseException] | tuple[type[BaseException], ...]

log = logging.getLogger(__name__)


def constant(seconds: float) -> Delay:
    """Always the same."""

    def delay(tries: int) -> float:
        return seconds

    return delay


def exponential(tries: int) -> float:
    """Twice as long each time, at random: 1 s, and up to two to the number of tries more."""
    return random.SystemRandom().random() * float(2**tries) + 1  # the numbers of whoever seeds `random` stay theirs


def with_delay(
    nb_times: int = 1,
    delay: Delay | float | None = None,
    on_exceptions: Errors = Exception,
    except_on: Errors | None = None,
    log_with: Callable[..., Any] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: a call that raises one of *on_exceptions* is made *nb_times* in all, with pauses of *delay*
    (a second) in between; *except_on* is never tried again. *log_with* is called with each error."""
    if nb_times < 1:
        raise ValueError(f"nb_times is {nb_times}; a function is called once at least")
    pause = delay if callable(delay) else constant(1 if delay is None else delay)
    never: Errors = except_on or ()
    say = log_with or log.warning

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def trying(*args: P.args, **kwargs: P.kwargs) -> R:
            for tries in range(nb_times - 1):
                try:
                    return function(*args, **kwargs)
                except on_exceptions as error:
                    if isinstance(error, never):
                        raise
                    seconds = pause(tries)
                    say("%s failed, trying again in %.1f s: %r", function.__qualname__, seconds, error)
                    time.sleep(seconds)
            return function(*args, **kwargs)

        return trying

    return decorate
