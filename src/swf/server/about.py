"""Which version this is."""

from __future__ import annotations

DISTRIBUTION = "simpleflow"


def running_version() -> str:
    """The version of the distribution, or ``unknown`` where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # it is slow to import

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
