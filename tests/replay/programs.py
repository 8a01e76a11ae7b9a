"""Random workflows: programs as data, run by one workflow class, and evaluated directly beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from simpleflow import Workflow, activity, futures
from simpleflow.activity import Activity
from simpleflow.futures import Future
from tests.replay.bed import Failing

Step = tuple[Any, ...]


def compute(index: int, fails: int, dependencies: list[Any]) -> int:
    """What every activity of a program returns."""
    return index + sum(value or 0 for value in dependencies)


NEVER: dict[str, Any] = dict.fromkeys(
    ("start_to_close_timeout", "schedule_to_close_timeout", "schedule_to_start_timeout", "heartbeat_timeout")
)
"""Left to the registered type, which has no limits: the world lets much time pass."""

ACTIVITIES: dict[str, Activity[..., Any]] = {
    "plain": activity.with_attributes(name="programs.plain", **NEVER)(compute),
    "patient": activity.with_attributes(name="programs.patient", retry=2, **NEVER)(compute),
    "shared": activity.with_attributes(name="programs.shared", idempotent=True, **NEVER)(compute),
    "raising": activity.with_attributes(name="programs.raising", raises_on_failure=True, **NEVER)(compute),
}
RETRIES = {"plain": 0, "patient": 2, "shared": 0, "raising": 0}


def outcome(activity_id: str, attempt: int, content: Any) -> int:
    """Fails as often as the program says, by the attempt that the worker is told."""
    index, fails, dependencies = content["args"]
    if content["meta"]["simpleflow"]["attempt"] <= fails:
        raise Failing(f"attempt {attempt} of {activity_id}")
    return compute(index, fails, dependencies)


@contextlib.contextmanager
def noting(log: list[Any], word: str) -> Iterator[None]:
    log.append(word)
    try:
        yield
    finally:
        log.append(f"end of {word}")


class Program(Workflow):
    """Runs the steps of its input."""

    name, version, task_list = "program", "1", "bed"

    def run(self, steps: list[Step]) -> Any:
        self.tasks: list[Future[Any]] = []
        self.timers: list[Future[Any]] = []
        self.log: list[Any] = []
        self.count = 0
        self.block(steps)
        futures.wait(*[task for task in self.tasks if not task.cancelled])
        return {"values": [None if task.cancelled else task.result for task in self.tasks], "log": self.log}

    def block(self, steps: list[Step]) -> None:
        for step in steps:
            self.step(*step)

    def step(self, kind: str, *args: Any) -> None:
        match kind:
            case "submit":
                name, fails, dependencies = args
                chosen = [self.tasks[d % len(self.tasks)] for d in dependencies] if self.tasks else []
                index = 7 if name == "shared" else len(self.tasks)
                self.tasks.append(self.submit(ACTIVITIES[name], index, fails, chosen))
            case "read":
                if self.tasks:
                    self.log.append(self.tasks[args[0] % len(self.tasks)].result)
            case "first":
                if self.tasks:
                    futures.wait(*self.tasks[-args[0] :], return_when=futures.FIRST_COMPLETED)
                    self.log.append([task.done for task in self.tasks])
            case "within":
                if self.tasks:
                    futures.wait(*self.tasks[-2:], timeout=args[0])
                    self.log.append([task.done for task in self.tasks])
            case "timer":
                self.count += 1
                self.timers.append(self.submit(self.start_timer(f"t{self.count}", args[0])))
            case "cancel timer":
                if self.timers:
                    self.timers[args[0] % len(self.timers)].cancel()
            case "cancel":
                if self.tasks:
                    self.log.append(self.tasks[args[0] % len(self.tasks)].cancel())
            case "sleep":
                self.sleep(args[0])
            case "signal":
                self.log.append(self.submit(self.next_signal("s")).result)
            case "latest signal":
                self.submit(self.wait_signal("s")).wait()
            case "marker":
                marker = self.submit(self.record_marker("m", args[0]))
                if args[1]:
                    self.log.append(marker.result)
            case "side effect":
                self.log.append(self.side_effect(lambda: args[0], "value"))
            case "patched":
                if self.patched(f"p{args[0]}"):
                    self.tasks.append(self.submit(ACTIVITIES["plain"], len(self.tasks), 0, []))
            case "known":
                self.log.append((self.now().timestamp(), self.random.random(), str(self.uuid4())))
            case "many":
                self.tasks += [self.submit(ACTIVITIES["plain"], len(self.tasks) + i, 0, []) for i in range(args[0])]
            case "finally":
                try:
                    self.block(args[0])
                finally:
                    self.tasks.append(self.submit(ACTIVITIES["plain"], len(self.tasks), 0, []))
            case "with":
                with noting(self.log, f"with {len(self.log)}"):
                    self.block(args[0])
            case "except":
                try:
                    self.block(args[0])
                    self.fail_sometimes(args[1])
                except BaseException as error:
                    self.log.append(type(error).__name__)
                    self.block(args[0][:1])

    def fail_sometimes(self, whether: bool) -> None:
        if whether:
            raise KeyError("on purpose")


def expected(steps: list[Step]) -> list[Any]:
    """The values of all tasks of a program without cancellations and raising tasks, evaluated directly."""
    values: list[Any] = []

    def block(steps: list[Step]) -> None:
        for kind, *args in steps:
            match kind:
                case "submit":
                    name, fails, dependencies = args
                    chosen = [values[d % len(values)] for d in dependencies] if values else []
                    index = 7 if name == "shared" else len(values)
                    values.append(None if fails > RETRIES[name] else compute(index, fails, chosen))
                case "patched":
                    values.append(len(values))
                case "many":
                    first = len(values)
                    values.extend(first + i for i in range(args[0]))
                case "finally":
                    block(args[0])
                    values.append(len(values))
                case "with":
                    block(args[0])
                case "except":
                    block(args[0])
                    if args[1]:
                        block(args[0][:1])

    block(steps)
    return values


def signals_in(steps: list[Step]) -> int:
    """How many signals a program waits for at most."""
    count = 0
    for kind, *args in steps:
        if kind == "signal" or kind == "latest signal":
            count += 1
        elif kind in ("finally", "with", "except"):
            inner = signals_in(args[0])
            count += inner * (2 if kind == "except" else 1)
    return count


def programs(*, calm: bool) -> st.SearchStrategy[list[Step]]:
    """Random programs; *calm* ones neither cancel nor raise, so that their values can be told beforehand."""
    small = st.integers(0, 6)
    names = ["plain", "patient", "shared"] + ([] if calm else ["raising"])
    simple = [
        st.tuples(
            st.just("submit"), st.sampled_from(names), st.sampled_from([0, 0, 1, 3]), st.lists(small, max_size=3)
        ),
        st.tuples(st.just("submit"), st.sampled_from(names), st.just(0), st.lists(small, max_size=3)),
        st.tuples(st.just("read"), small),
        st.tuples(st.just("first"), st.integers(1, 4)),
        st.tuples(st.just("within"), st.integers(0, 3)),
        st.tuples(st.just("timer"), st.integers(0, 5)),
        st.tuples(st.just("cancel timer"), small),
        st.tuples(st.just("sleep"), st.integers(0, 5)),
        st.tuples(st.just("signal")),
        st.tuples(st.just("latest signal")),
        st.tuples(st.just("marker"), small, st.booleans()),
        st.tuples(st.just("side effect"), small),
        st.tuples(st.just("patched"), st.integers(0, 2)) if not calm else st.tuples(st.just("known")),
        st.tuples(st.just("known")),
        st.tuples(st.just("many"), st.integers(1, 12)),
    ]
    if not calm:
        simple.append(st.tuples(st.just("cancel"), small))
    step: st.SearchStrategy[Any] = st.one_of(*simple)
    for _ in range(2):
        inner = st.lists(step, max_size=4)
        step = st.one_of(
            *simple,
            st.tuples(st.just("finally"), inner),
            st.tuples(st.just("with"), inner),
            st.tuples(st.just("except"), inner, st.booleans()),
        )
    return st.lists(step, max_size=12)
