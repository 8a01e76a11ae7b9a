"""DBOS Transact, a library: workflow and steps run in this process; each result is committed before the next step.

On a SQLite file, or with ``--postgres`` on a PostgreSQL server of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dbos import DBOS

from benchmarks.contract import STEPS, programs, run, until


@DBOS.step()
def increment(x: int) -> int:
    return x + 1


@DBOS.step()
def double(x: int) -> int:
    return x * 2


@DBOS.step()
def same(x: int) -> int:
    return x


@DBOS.step()
async def same_async(x: int) -> int:
    return x


@DBOS.workflow()
def quickstart(n: int) -> int:
    y = increment(n)
    same(y)
    return double(y)


@DBOS.workflow()
def chain(n: int) -> int:
    x = 0
    for _ in range(n):
        x = increment(x)
    return x


@DBOS.workflow()
async def fan_out(n: int) -> int:
    return sum(await asyncio.gather(*[same_async(i) for i in range(n)]))


class Dbos:
    """The library in this process."""

    def quickstart(self) -> None:
        assert quickstart(1) == 4

    def chain(self, n: int) -> None:
        assert chain(n) == n

    def fan_out(self, n: int) -> None:
        assert asyncio.run(fan_out(n)) == n * (n - 1) // 2

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        over = []
        for handle in [DBOS.start_workflow(chain, STEPS) for _ in range(n)]:
            assert handle.get_result() == STEPS
            over.append(time.perf_counter() - began)
        return over


@contextlib.contextmanager
def dbos(directory: Path, *, on_postgres: bool) -> Iterator[Dbos]:
    """Until the block is left."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres(directory)) if on_postgres else f"sqlite:///{directory}/dbos.sqlite"
        DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False})
        DBOS.launch()
        stack.callback(DBOS.destroy)
        yield Dbos()


@contextlib.contextmanager
def postgres(directory: Path) -> Iterator[str]:
    """A PostgreSQL server with its defaults; Debian's package is enough. Its URL."""
    found = [shutil.which("initdb"), *sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))]
    tools = next((Path(each).resolve().parent for each in reversed(found) if each), None)
    if tools is None:
        raise SystemExit("there is no PostgreSQL here: install Debian's postgresql")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    as_user: list[str] = []
    if os.geteuid() == 0:  # it refuses to be run by root
        user = pwd.getpwnam("postgres")
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        directory.chmod(0o755)
        (directory / "postgres").mkdir()
        shutil.chown(directory / "postgres", "postgres", "postgres")
    place = directory / "postgres"
    subprocess.run(
        [*as_user, tools / "initdb", "-D", place / "data", "-U", "bench", "-A", "trust", "-E", "UTF8"],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(place)},
        cwd="/",
    )
    with programs() as begin:
        begin([*as_user, str(tools / "postgres"), "-D", str(place / "data"), "-p", port, "-k", str(place),
               "-c", "listen_addresses=127.0.0.1"], stderr=subprocess.DEVNULL, cwd="/")  # fmt: skip
        ready = [tools / "pg_isready", "-h", "127.0.0.1", "-p", port]
        until(lambda: subprocess.run(ready, stdout=subprocess.DEVNULL, check=False).returncode == 0, "PostgreSQL is up")
        yield f"postgresql://bench@127.0.0.1:{port}/postgres"


if __name__ == "__main__":
    on_postgres = "--postgres" in sys.argv
    run("DBOS, PostgreSQL" if on_postgres else "DBOS, SQLite", functools.partial(dbos, on_postgres=on_postgres))
