"""The embedded service: Amazon SWF on one SQLite file, or in memory.

Its parts are imported when they are first used: who only asks where a file is served needs none of them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swf.server.clock import Clock, ManualClock, SystemClock
    from swf.server.functions import Functions, LocalFunctions
    from swf.server.lock import FileOwned
    from swf.server.machine.quotas import Quotas
    from swf.server.opening import open_reader, open_service
    from swf.server.rates import Rates
    from swf.server.service import Service, StartedTask
    from swf.server.store.errors import CannotOpen, DatabaseError, NotADatabase

__all__ = [
    "CannotOpen",
    "Clock",
    "DatabaseError",
    "FileOwned",
    "Functions",
    "LocalFunctions",
    "ManualClock",
    "NotADatabase",
    "Quotas",
    "Rates",
    "Service",
    "StartedTask",
    "SystemClock",
    "open_reader",
    "open_service",
]

_HOMES = {
    "CannotOpen": "store.errors",
    "Clock": "clock",
    "DatabaseError": "store.errors",
    "FileOwned": "lock",
    "Functions": "functions",
    "LocalFunctions": "functions",
    "ManualClock": "clock",
    "NotADatabase": "store.errors",
    "Quotas": "machine.quotas",
    "Rates": "rates",
    "Service": "service",
    "StartedTask": "service",
    "SystemClock": "clock",
    "open_reader": "opening",
    "open_service": "opening",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
