"""Dask's scheduler with two worker processes: nothing is durable, so it shows what scheduling alone can do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster

from benchmarks.contract import STEPS, run


def increment(x: int) -> int:
    return x + 1


def double(x: int) -> int:
    return x * 2


def same(x: int) -> int:
    return x


class Dask:
    """A client; it hands a whole graph over at once."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _submit(self, function: Any, value: Any) -> Any:
        return self._client.submit(function, value, pure=False)

    def _chain(self, n: int) -> Any:
        x: Any = 0
        for _ in range(n):
            x = self._submit(increment, x)
        return x

    def quickstart(self) -> None:
        y = self._submit(increment, 1)
        yy, z = self._submit(same, y), self._submit(double, y)
        assert (yy.result(), z.result()) == (2, 4)

    def chain(self, n: int) -> None:
        assert self._chain(n).result() == n

    def fan_out(self, n: int) -> None:
        assert sum(self._client.gather(self._client.map(same, range(n), pure=False))) == n * (n - 1) // 2

    def many(self, n: int) -> list[float]:
        began = time.perf_counter()
        over = []
        for future in [self._chain(STEPS) for _ in range(n)]:
            assert future.result() == STEPS
            over.append(time.perf_counter() - began)
        return over


@contextlib.contextmanager
def dask(directory: Path) -> Iterator[Dask]:
    """Until the block is left."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                     local_directory=str(directory)) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield Dask(client)


if __name__ == "__main__":
    run("dask (not durable)", dask)
