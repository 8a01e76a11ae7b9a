"""Each line marked so is an error for every type checker, and no other line is."""

from __future__ import annotations

import simpleflow
from simpleflow import Workflow, futures
from simpleflow.client import Client
from simpleflow.handle import Handle
from simpleflow.testing import Environment
from tests.typing.good import Kid, Shout, Waiting, delay, eight, fetch, inc, six


class W(Workflow):
    def run(self) -> None:
        one = self.submit(inc, 1)
        self.submit(inc, "x")  # error
        self.submit(inc, self.submit(delay, 1.0))  # error
        self.submit(inc)  # error
        self.submit(inc, 1, 2)  # error
        self.submit(inc, y=1)  # error
        self.submit(len, "x")  # error
        text: str = self.submit(inc, 1).result  # error
        number: int = self.submit(Kid, 1).result  # error
        self.submit(delay, 1.5, x=futures.as_argument(self.submit(delay, 1.5)))  # error
        self.submit(Shout)  # error
        self.submit(Shout, 1)  # error
        self.submit(Shout, one)  # error
        loud: int = self.submit(Shout, "x").result  # error
        self.submit(six, one, one, 1.5, 4, "e")  # error
        self.submit(six, 1, "b", 1.5, 4)  # error
        self.submit(eight, 1, 2, 3, 4, 5, 6, 7, one)  # error
        self.map(inc, ["a"])  # error
        several: list[str] = [each.result for each in self.map(inc, [1])]  # error
        self.submit(fetch, "x")  # error
        self.submit(fetch, self.submit(delay, 1.0))  # error
        fetched: int = self.submit(fetch, 1).result  # error
        self.map(fetch, ["a"])  # error
        print(text, number, loud, several, fetched)


def start(client: Client) -> None:
    client.start(Kid, "x")  # error
    client.start(Kid)  # error
    client.start(Kid, 1, mroe="x")  # error
    client.start(Kid, 1, workflow_id=5)  # error
    client.start(inc, 1)  # error
    client.with_options(workflow_id="a").start(Kid, "x")  # error
    client.with_options(workflow_id="a").start(Waiting, 1, more=2)  # error
    client.with_options(colour="red")  # error
    text: str = client.start(Kid, 1).result()  # error
    awaited: str = client.start(Waiting, 1).result()  # error
    other: Handle[str] = client.handle("x", workflow=Kid)  # error
    here: str = simpleflow.run(Kid, 1)  # error
    simpleflow.run(Waiting)  # error
    print(text, awaited, other, here)


def handle(kid: Handle[list[int]]) -> None:
    kid.status = "OPEN"  # error
    progress: str = kid.query(Kid.progress)  # error
    kid.query(Kid.progress, scale="x")  # error
    kid.signal()  # error
    print(progress)


async def awaiting() -> None:
    async with simpleflow.aconnect(domain="d") as client:
        await client.start(Kid, "x")  # error
        handle = await client.start(Kid, 1)
        text: str = await handle.result()  # error
        status: int = await handle.status  # error
        print(text, status)


def testing(env: Environment) -> None:
    env.fake(inc)  # error
    env.run(Kid)  # error
    text: str = env.run(Kid, 1)  # error
    print(text)
