"""A workflow of coroutines that can be killed where it waits."""

from __future__ import annotations

import asyncio
import os
import time

from simpleflow import Workflow, activity


@activity.with_attributes(version="1", task_list="coroutines", retry=5)
def note(what: str, seconds: float) -> str:
    time.sleep(seconds)
    with open(os.environ["LEDGER"], "a", encoding="utf-8") as ledger:
        ledger.write(f"{what}\n")
    return what


class Relay(Workflow):
    """Two runners side by side, a queue between them, and a pause in which nothing happens."""

    name, version, task_list = "relay", "1", "coroutines"

    async def run(self) -> list[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        done: list[str] = []

        async def first() -> None:
            for what in "abc":
                await queue.put(await self.submit(note, what, 0.2))

        async def second() -> None:
            for _ in "abc":
                done.append(await self.submit(note, (await queue.get()).upper(), 0))

        async with asyncio.TaskGroup() as group:
            group.create_task(first())
            group.create_task(second())
        try:
            async with asyncio.timeout(3):
                done.append(await self.submit(self.wait_signal("baton")))
        except TimeoutError:
            done.append("dropped")
        return done
