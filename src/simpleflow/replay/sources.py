"""Where in user code something happened."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import NamedTuple

PACKAGES = ("simpleflow", "greenlet")


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
        if frame.f_globals.get("__name__", "").partition(".")[0] not in PACKAGES:
            return Source(frame.f_code, frame.f_lasti)
        frame = frame.f_back
    return None


def here() -> Source | None:
    """The place in user code that has called into this package."""
    return source(sys._getframe(1))
