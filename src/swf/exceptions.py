"""The errors of the client side."""

from __future__ import annotations


class SWFError(Exception):
    """What went wrong in talking to Amazon SWF."""


class Unreachable(SWFError):
    """The endpoint did not answer; what was asked may or may not have been done."""


class ConfigurationError(SWFError):
    """Nothing says which service is meant, or what it takes to call it."""


class ResponseError(SWFError):
    """The endpoint answered what no service of Amazon SWF answers."""
