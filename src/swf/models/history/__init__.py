"""Histories, and :mod:`swf.models.history.builder` to make them up for tests."""

from swf.models.history.base import History
from swf.models.history.compiling import CompiledHistory

__all__ = ["CompiledHistory", "History"]
