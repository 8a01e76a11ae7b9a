"""The work, for Temporal: a module of its own, for its sandbox imports it again and again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

LONG = timedelta(seconds=600)


@activity.defn
async def increment(x: int) -> int:
    return x + 1


@activity.defn
async def double(x: int) -> int:
    return x * 2


@activity.defn
async def same(x: int) -> int:
    return x


@workflow.defn
class Quickstart:
    @workflow.run
    async def run(self, n: int) -> int:
        y = await workflow.execute_activity(increment, n, start_to_close_timeout=LONG)
        yy = workflow.start_activity(same, y, start_to_close_timeout=LONG)
        z = await workflow.execute_activity(double, y, start_to_close_timeout=LONG)
        await yy
        return z


@workflow.defn
class Chain:
    @workflow.run
    async def run(self, n: int) -> int:
        x = 0
        for _ in range(n):
            x = await workflow.execute_activity(increment, x, start_to_close_timeout=LONG)
        return x


@workflow.defn
class FanOut:
    @workflow.run
    async def run(self, n: int) -> int:
        made = [workflow.execute_activity(same, i, start_to_close_timeout=LONG) for i in range(n)]
        return sum(await asyncio.gather(*made))
