"""What an editor says of a workflow: good code passes, wrong arguments are found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import asyncio

from simpleflow import Workflow, activity, futures
from simpleflow.canvas import Chain, Group
from simpleflow.futures import Future

@activity.with_attributes()
def inc(x: int) -> int:
    return x + 1

@activity.with_attributes(version="1")
def delay(t: float, x: int = 3) -> str:
    return "a"

@activity.with_attributes()
class Shout:
    def __init__(self, text: str) -> None:
        self.text = text

    def execute(self) -> str:
        return self.text.upper()

@activity.with_attributes()
def total(numbers: list[int], more: dict[str, int] | None = None) -> int:
    return sum(numbers)

class Kid(Workflow):
    name, version, task_list = "kid", "1", "t"

    def run(self, x: int, more: str = "") -> list[int]:
        return [x]

class AsyncKid(Workflow):
    name, version, task_list = "async kid", "1", "t"

    async def run(self, x: int) -> list[str]:
        one: int = await self.submit(inc, x)
        kids: list[int] = await self.submit(Kid, one)
        text, more = await asyncio.gather(self.submit(delay, 1.5, one), self.submit(AsyncKid, 2))
        results = await self.wait(self.submit(inc, 1), timeout=5)
        async with self.saga() as saga, asyncio.TaskGroup() as group:
            saga.on_failure(inc, 1)
            later = group.create_task(self.doubled(kids[0]))
        async for each in futures.as_completed(self.submit(inc, 1)):
            last: int = each.result
        return [text.upper(), *more, str(later.result() + last + len(results))]

    async def doubled(self, x: int) -> int:
        return 2 * await self.submit(inc, x)

class W(Workflow):
    def run(self) -> int:
        one = self.submit(inc, 1)
        two = self.submit(inc, one)
        text: str = self.submit(delay, 1.5, two).result
        self.submit(delay, 1.5)
        self.submit(delay, t=1.5, x=2)
        shout: str = self.submit(Shout, text).result
        group = self.submit(Group((inc, 1), Chain((inc, 2), (inc, 3))))
        count: int = len(group.futures) + self.submit(Chain()).count_finished_activities
        later: Future[str] = one.then(str)
        first: int = futures.wait_any(one, two).result + next(iter(futures.as_completed(one))).result + count
        several: list[int] = [each.result for each in self.map(inc, [1, 2])]
        direct: int = inc(3)
        kids: list[int] = self.submit(Kid, one, more="a").result
        strings: list[str] = self.submit(AsyncKid, one).result
        self.submit(self.signal("go", 1, workflow_id="x")).wait()
        self.submit(self.continue_as_new(2)).wait()
        all: int = self.submit(total, [one, two]).result + self.submit(total, [1], {"more": one}).result
        return two.result + direct + several[0] + len(shout)
"""
WRONG = [
    'self.submit(inc, "x")',
    "self.submit(inc, self.submit(delay, 1.0))",
    "self.submit(inc)",
    "self.submit(inc, 1, 2)",
    "self.submit(len, 'x')",
    "text: str = self.submit(inc, 1).result",
    "number: int = self.submit(Kid, 1).result",
    "number: int = self.submit(AsyncKid, 1).result",
]


def test_a_type_checker_accepts_good_code_and_finds_each_wrong_call(tmp_path: Path) -> None:
    lines = [f"        {line}  # wrong {number}" for number, line in enumerate(WRONG)]
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(CODE)
    bad.write_text(CODE.replace("        return two.result", "\n".join(lines) + "\n        return two.result"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(good)],
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(bad)],
        capture_output=True,
        text=True,
    )
    first = next(number for number, line in enumerate(bad.read_text().splitlines(), 1) if "# wrong 0" in line)
    for number, line in enumerate(WRONG):
        said = [text for text in done.stdout.splitlines() if text.startswith(f"{bad}:{first + number}: error")]
        assert said, f"nothing is said of {line}\n{done.stdout}"
