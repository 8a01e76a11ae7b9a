"""The work, for huey."""

from __future__ import annotations

import os

from huey import SqliteHuey

queue = SqliteHuey("bench", filename=os.environ["BENCH_HUEY"])


@queue.task()
def increment(x: int) -> int:
    return x + 1


@queue.task()
def double(x: int) -> int:
    return x * 2


@queue.task()
def same(x: int) -> int:
    return x
