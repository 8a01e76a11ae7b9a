"""Opens a file as a service, or a service in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw

from swf.server import failpoints
from swf.server.clock import Clock, SystemClock
from swf.server.functions import Functions
from swf.server.lock import FileLock
from swf.server.machine.quotas import Quotas
from swf.server.rates import Rates
from swf.server.service import Service
from swf.server.store.database import Database
from swf.server.store.errors import CannotOpen
from swf.server.store.place import refuse_another_kind
from swf.server.ticker import Ticker


def open_service(
    path: str | Path | None,
    *,
    clock: Clock | None = None,
    wait_s: float = 0.0,
    new_run_id: Callable[[], str] | None = None,
    quotas: Quotas | None = None,
    rates: Rates | None = None,
    functions: Functions | None = None,
    reach: failpoints.Reach = failpoints.nothing,
) -> Service:
    """The service on the file *path*, created if it is not there; None for one in memory.

    Without a *clock* it runs on the wall clock and minds its deadlines in a thread of its own; with one,
    whoever moves the clock calls :meth:`Service.tick`. *quotas* None: Amazon's numbers; *rates* None: no call is
    throttled; *functions* None: Lambda functions are not available. Raises FileOwned if another process keeps the file
    for *wait_s* seconds, NotADatabase if it is another kind of file, CannotOpen if it cannot be opened.
    *reach* is told the places where tests kill the process.
    """
    lock = None
    if path is not None:
        path = Path(path).resolve()
        refuse_another_kind(path)
        lock = FileLock(path, wait_s=wait_s)
    try:
        reach(failpoints.AT_START)
        database = Database(path, reach=reach)
        service = Service(
            database,
            clock or SystemClock(not_before=database.last_time()),
            lock=lock,
            new_run_id=new_run_id,
            quotas=quotas,
            rates=rates,
            functions=functions,
        )
    except apsw.CorruptError as error:
        if lock is not None:
            lock.release()
        raise CannotOpen(f"cannot open {path}: {error}; look at it with --check, or go back to a backup") from error
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    if clock is None:
        ticker = Ticker(service)
        service.on_close(ticker.stop)
        ticker.start()
    return service


def open_reader(path: str | Path, *, wait_s: float = 5.0) -> Service:
    """A service that answers reads alone and fires nothing, on a file that must exist.

    Raises FileNotFoundError, FileOwned if another process keeps the file for *wait_s* seconds, NotADatabase.
    """
    path = Path(path).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    refuse_another_kind(path)
    lock = FileLock(path, wait_s=wait_s)
    try:
        return Service(Database(path, read_only=True), SystemClock(), lock=lock, read_only=True)
    except BaseException:
        lock.release()
        raise
