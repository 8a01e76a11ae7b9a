"""The standard streams of a command, whatever it was started with: closed ones, and such that cannot say everything."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """Opens what is closed, and lets no character be the end of a command."""
    _fill()
    for name, descriptor in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            mode = "r" if descriptor == 0 else "w"
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict" and not _is_unicode(stream):
            stream.reconfigure(errors="backslashreplace")


def _fill() -> None:
    """Puts /dev/null where a standard stream is closed, lest a file opened later takes its number and its lines."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _is_unicode(stream: io.TextIOWrapper) -> bool:
    return stream.encoding.lower().replace("_", "-").startswith("utf")
