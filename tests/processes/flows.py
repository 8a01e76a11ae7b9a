"""Workflows that go well and wrong, for tests of the command."""

from __future__ import annotations

import functools
import os
import signal
import time
from pathlib import Path
from typing import Any

from examples import wordcount

from simpleflow import Workflow, activity, futures
from simpleflow.activity import Activity

FAST = activity.with_attributes(version="1", task_list="t", retry=0)


@FAST
def add(a: int, b: int) -> int:
    print("this is no part of the output")
    return a + b


@FAST
def raise_it(message: str) -> None:
    raise ValueError(message)


@FAST
def no_json() -> object:
    return object()


@FAST
def leave() -> None:
    os._exit(3)


@FAST
def politely_leave() -> None:
    raise SystemExit("bye")


@activity.with_attributes(version="1", retry=1)
def die_once(flag: str) -> str:
    if not Path(flag).exists():
        Path(flag).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


@activity.with_attributes(version="1", retry=1, heartbeat_timeout=5)
def wait_for(path: str, announce: str) -> str:
    """Runs until the file is there; says with which process."""
    Path(announce).write_text(str(os.getpid()))
    while not Path(path).exists():
        time.sleep(0.01)
    return "released"


@activity.with_attributes(version="1", start_to_close_timeout=1)
def sleep_on() -> None:
    time.sleep(60)


@activity.with_attributes(version="1", heartbeat_timeout=1)
def take_time(seconds: float) -> str:
    time.sleep(seconds)
    return "still there"


@FAST
def leave_somebody_behind() -> None:
    """Ends its process; a forked one lives on for a while and keeps what it has inherited open."""
    if os.fork():
        os._exit(4)
    time.sleep(20)
    os._exit(0)


def before(context: dict[str, Any], **kwargs: Any) -> None:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write(f"before {context['activity_id']}\n")


def after(context: dict[str, Any], result: Any, **kwargs: Any) -> None:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write(f"after {result}\n")


class Base(Workflow):
    version = "1"
    task_list = "t"


class Add(Base):
    name = "add"

    def run(self, a: int, b: int = 2) -> int:
        total = self.submit(add, a, b).result
        print(f"{a} + {b} = {total}")
        return total


class Raises(Base):
    name = "raises"

    def run(self) -> Any:
        return self.submit(raise_it, "the disk is on fire").result_or_raise()


class Refused(Exception):
    """An error of the user's own."""

    def __init__(self, card: str, limit: int) -> None:
        super().__init__(f"{card} refused")
        self.limit = limit


@FAST
def charge(card: str) -> None:
    raise Refused(card, 5)


@activity.with_attributes(version="1", retry=0, heartbeat_timeout="NONE")
def later(path: str) -> str:
    """Is completed by whoever finds the token."""
    token = activity.current().task_token
    assert token is not None
    Path(path).write_text(token)
    raise activity.CompleteLater


class Later(Base):
    name = "later"

    def run(self, path: str) -> str:
        return self.submit(later, path).result_or_raise()


class CatchesRefused(Base):
    name = "catches-refused"

    def run(self) -> str:
        try:
            self.submit(charge, "visa").result_or_raise()
        except Refused as error:
            return f"{error}, limit {error.limit}"
        return "paid"


class NoJson(Base):
    name = "no-json"

    def run(self) -> Any:
        return self.submit(no_json).result_or_raise()


class Leaves(Base):
    name = "leaves"

    def run(self) -> Any:
        return self.submit(leave).result_or_raise()


class LeavesPolitely(Base):
    name = "leaves-politely"

    def run(self) -> Any:
        return self.submit(politely_leave).result_or_raise()


class ResultIsNoJson(Base):
    name = "result-is-no-json"

    def run(self) -> Any:
        return object()


class CatchesAll(Base):
    name = "catches-all"

    def run(self) -> Any:
        while True:
            try:
                self.submit(raise_it, "again").result_or_raise()
            except BaseException:
                if self.submit(add, 1, 1).result == 2:
                    return "caught"


class NeverStops(Base):
    """Swallows the end of its own run."""

    name = "never-stops"

    def run(self) -> Any:
        self.fail("enough")
        return "not reached"


class DiesOnce(Base):
    name = "dies-once"

    def run(self, flag: str) -> Any:
        return self.submit(die_once, flag).result_or_raise()


class Waits(Base):
    name = "waits"

    def run(self, path: str, announce: str) -> Any:
        return self.submit(wait_for, path, announce).result_or_raise()


class TakesTime(Base):
    name = "takes-time"

    def run(self) -> Any:
        return self.submit(take_time, 2.5).result_or_raise()


class LeavesSomebodyBehind(Base):
    name = "leaves-somebody-behind"

    def run(self) -> Any:
        return self.submit(leave_somebody_behind).result_or_raise()


class TooSlow(Base):
    name = "too-slow"

    def run(self) -> Any:
        return self.submit(sleep_on).result_or_raise()


class Fans(Base):
    name = "fans"

    def run(self, n: int) -> Any:
        futures.wait(*self.starmap(add, [(i, i) for i in range(n)]))
        return n


class Signaled(Base):
    name = "signaled"

    def run(self) -> Any:
        return self.submit(self.wait_signal("go")).result


class Loops(Base):
    name = "loops"

    def run(self) -> Any:
        while True:
            time.sleep(0.01)


class Typed(Base):
    name = "typed"

    def run(self, x: int) -> Any:
        raise TypeError(f"{x} will not do")


SAFE = activity.with_attributes(
    version="1", task_list="safe", retry=20, heartbeat_timeout=5, raises_on_failure=True, start_to_close_timeout=60
)


@SAFE
def work(seconds: float, x: int) -> int:
    """Takes its time and counts on."""
    time.sleep(seconds)
    return x + 1


class Safe(Workflow):
    """Goes on whatever is killed."""

    version = "1"
    task_list = "safe"
    decision_tasks_timeout = "5"


class Chain(Safe):
    name = "chain"

    def run(self, n: int, seconds: float) -> int:
        x: Any = 0
        for _ in range(n):
            x = self.submit(work, seconds, x)
        return int(x.result)


class Fan(Safe):
    name = "fan"

    def run(self, n: int, seconds: float) -> int:
        parts = [self.submit(work, seconds, number) for number in range(n)]
        return sum(part.result for part in parts)


class Rounds(Safe):
    """Some at once, then a look at what is done first, a timer and a marker, again and again."""

    name = "rounds"

    def run(self, n: int, seconds: float) -> int:
        total = 0
        for number in range(n):
            parts = [self.submit(work, seconds, number), self.submit(work, 2 * seconds, number)]
            futures.wait(*parts, return_when=futures.FIRST_COMPLETED)
            self.submit(self.record_marker("round", number))
            self.sleep(1)
            total += sum(part.result for part in parts)
        return total


class Bad(Safe):
    """Cannot be decided."""

    name = "bad"

    def run(self) -> Any:
        raise SystemExit("no workflow does that")


class NoSuchActivity(Safe):
    name = "no-such-activity"

    def run(self) -> Any:
        return self.submit(Activity(add, name="nowhere.to.be.found", task_list="safe", version="1")).result_or_raise()


def ledgered(counted: Activity[..., Any]) -> None:
    """Has the activity write a line to the file LEDGER whenever it is run to its end."""
    inner = counted.callable

    @functools.wraps(inner)
    def outer(*args: Any) -> Any:
        result = inner(*args)
        with open(os.environ["LEDGER"], "a") as file:
            file.write(f"{counted.name} {args!r}\n")
        return result

    counted._callable = outer


class Ledgered(wordcount.WordCount):
    """The word count, its activities leaving a trace outside of the history."""


if "LEDGER" in os.environ:
    for each in (wordcount.list_files, wordcount.count_words, wordcount.merge, wordcount.summarize):
        ledgered(each)
