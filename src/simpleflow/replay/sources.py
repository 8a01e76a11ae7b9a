"""Where in user code something happened."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import CodeType, FrameType
from typing import Any, NamedTuple

PACKAGES = ("simpleflow", "greenlet", "asyncio")


class Source(NamedTuple):
    """A place in code, cheap to take; the line is found when it is asked for."""

    code: CodeType
    instruction: int

    def __str__(self) -> str:
        line = self.code.co_firstlineno
        for index, (start, _, _, _) in enumerate(self.code.co_positions()):
            if index == self.instruction // 2:
                line = start or line
                break
        return f"{self.code.co_filename}:{line} in {self.code.co_qualname}"


def source(frame: FrameType | None) -> Source | None:
    """The innermost place outside of this package, from *frame* outward."""
    while frame is not None:
        if _is_of_user(frame):
            return Source(frame.f_code, frame.f_lasti)
        frame = frame.f_back
    return None


def innermost(frames: Iterable[FrameType]) -> Source | None:
    """The first of *frames* outside of this package."""
    return next((Source(frame.f_code, frame.f_lasti) for frame in frames if _is_of_user(frame)), None)


def _is_of_user(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] not in PACKAGES


def entrance(function: Any) -> Source:
    """Where a function begins."""
    return Source(function.__code__, -1)


def here() -> Source | None:
    """The place in user code that has called into this package."""
    return source(sys._getframe(1))
