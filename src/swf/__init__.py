"""Amazon SWF in Python: its words, objects over its API, and a service that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

__title__ = "swf"
__author__ = "The simpleflow authors"
__license__ = "MIT"


__version__: str

if not TYPE_CHECKING:  # else a type checker would find every name here

    def __getattr__(name: str) -> str:
        if name == "__version__":
            from importlib.metadata import version

            return version("simpleflow")  # one distribution holds both
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
