"""What activities print in the threads of a command that has output of its own."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO, cast

from simpleflow import attempt


class Parted:
    """Standard output in workflow code and commands; in activities, standard error."""

    def __init__(self, output: TextIO, errors: TextIO) -> None:
        self._output = output
        self._errors = errors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._errors if attempt.is_here() else self._output, name)


def part_output() -> None:
    """From now on what activities of this process print, and what they start, goes to standard error."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    os.dup2(2, 1)
    sys.stdout = cast("TextIO", Parted(output, sys.stderr))
