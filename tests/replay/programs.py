"""Random workflows: programs as data, run by one workflow class, and evaluated directly beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from simpleflow import Workflow, activity, futures
from simpleflow.activity import Activity
from simpleflow.canvas import Chain, FuncGroup, Group
from simpleflow.futures import Future
from tests.replay.bed import Failing

Step = tuple[Any, ...]


def compute(index: int, fails: int, dependencies: list[Any], *more: Any) -> int:
    """What every activity of a program returns."""
    return index + sum(value or 0 for value in dependencies) + sum(flat(more))


def flat(value: Any) -> Iterator[int]:
    """The numbers at any depth."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from flat(each)
    elif value is not None:
        yield value


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
    index, fails, dependencies, *more = content["args"]
    if content["meta"]["simpleflow"]["attempt"] <= fails:
        raise Failing(f"attempt {attempt} of {activity_id}")
    return compute(index, fails, dependencies, *more)


class Leaf(Workflow):
    """A child that has one task done, or fails."""

    name, version, task_list = "leaf", "1", "bed"
    execution_timeout = "NONE"
    raises_on_failure = False

    def run(self, index: int, fails: int, dependencies: list[Any], *more: Any) -> Any:
        if fails:
            self.fail("as planned")
        return self.submit(ACTIVITIES["plain"], index, 0, dependencies, *more).result


Plan = tuple[Any, ...]
"""A canvas as data: a task with its activity, index and failures; a group, a chain, or a function that makes one."""


def evaluated(plan: Plan, *more: Any) -> tuple[Any, bool]:
    """The result of a plan, evaluated directly, and whether it has an exception; *more* is what a chain has sent."""
    match plan:
        case ("task", name, index, fails):
            if fails > RETRIES[name]:
                return None, True
            return compute(index, fails, [], *more), False
        case ("child", index, fails):
            return (None, True) if fails else (compute(index, 0, [], *more), False)
        case ("timer", _):
            return None, False
        case ("function", inner):
            return evaluated(inner)
        case ("group", plans, _, bubbles):
            results = [evaluated(each, *more) for each in plans]
            return [value for value, _ in results], bubbles and any(failed for _, failed in results)
        case ("chain", plans, sends, breaks):
            values: list[Any] = []
            has_failed = False
            for each in plans:
                value, failed = evaluated(each, *more)
                values.append(value)
                has_failed = has_failed or failed
                if failed and breaks:
                    break
                more = (value,) if sends else ()
            return values, has_failed
    raise AssertionError(plan)


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
        self.canvases: list[Future[Any]] = []
        self.log: list[Any] = []
        self.count = 0
        self.block(steps)
        every = [*self.tasks, *self.canvases]
        futures.wait(*[each for each in every if not each.cancelled])
        return {
            "values": [None if task.cancelled else task.result for task in self.tasks],
            "canvases": [[each.result, each.exception is not None] for each in self.canvases],
            "log": self.log,
        }

    def planned(self, plan: Plan) -> Any:
        """The canvas that a plan tells of."""
        match plan:
            case ("task", name, index, fails):
                return (ACTIVITIES[name], index, fails, [])
            case ("child", index, fails):
                return (Leaf, index, fails, [])
            case ("timer", seconds):
                self.count += 1
                return self.start_timer(f"c{self.count}", seconds)
            case ("function", inner):
                return FuncGroup(self.made, inner)
            case ("group", plans, limit, bubbles):
                items = [self.planned(each) for each in plans]
                return Group(*items, max_parallel=limit, bubbles_exception_on_failure=bubbles)
            case ("chain", plans, sends, breaks):
                return Chain(*map(self.planned, plans), send_result=sends, break_on_failure=breaks or sends)
        raise AssertionError(plan)

    def made(self, plan: Plan, *known: Any) -> Any:
        """What a function of a canvas returns; it waits for something first."""
        self.log.append(["called", list(known)])
        self.submit(ACTIVITIES["plain"], 1, 0, []).wait()
        planned = self.planned(plan)
        return Group(planned) if isinstance(planned, tuple) else planned

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
            case "completed":
                for task in futures.as_completed(*self.tasks[-args[0] :]):
                    self.log.append(None if task.cancelled else task.result)
            case "any":
                if self.tasks:
                    self.log.append(self.tasks.index(futures.wait_any(*self.tasks[-args[0] :])))
            case "then":
                if self.tasks:
                    task = self.tasks[args[0] % len(self.tasks)]
                    self.tasks.append(task.then(lambda x: self.submit(ACTIVITIES["plain"], x, 0, []) if x % 2 else x))
            case "canvas":
                self.canvases.append(self.submit(self.planned(args[0])))
            case "read canvas":
                if self.canvases:
                    self.log.append(self.canvases[args[0] % len(self.canvases)].result)
            case "cancel canvas":
                if self.canvases:
                    self.log.append(self.canvases[args[0] % len(self.canvases)].cancel())
            case "cancel item":
                items = [item for each in self.canvases for item in getattr(each, "futures", ())]
                if items:
                    self.log.append(items[args[0] % len(items)].cancel())
            case "map":
                self.tasks += self.starmap(
                    ACTIVITIES["plain"], [(len(self.tasks) + n, 0, []) for n in range(args[0])], max_parallel=args[1]
                )
            case "saga":
                self.saga_of(*args)
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

    def saga_of(self, steps: list[Step], undos: int, end: str) -> None:
        saga = self.saga()
        try:
            with saga:
                for number in range(undos):
                    saga.on_failure(ACTIVITIES["plain"], number, 0, self.tasks[-1:])
                self.block(steps)
                if end == "fail":
                    self.fail("on purpose")
                if end == "raise":
                    raise KeyError("on purpose")
        except Exception as error:
            self.log.append([type(error).__name__, len(saga.failures)])

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
                case "then":
                    if values:
                        values.append(values[args[0] % len(values)])
                case "patched":
                    values.append(len(values))
                case "many" | "map":
                    first = len(values)
                    values.extend(first + i for i in range(args[0]))
                case "saga":
                    block(args[0])
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


def expected_canvases(steps: list[Step]) -> list[Any]:
    """What all canvases of such a program give, and whether they have an exception, evaluated directly."""
    found: list[Any] = []
    for kind, *args in steps:
        match kind:
            case "canvas":
                found.append(list(evaluated(args[0])))
            case "finally" | "with" | "saga":
                found += expected_canvases(args[0])
            case "except":
                found += expected_canvases(args[0])
                if args[1]:
                    found += expected_canvases(args[0][:1])
    return found


def signals_in(steps: list[Step]) -> int:
    """How many signals a program waits for at most."""
    count = 0
    for kind, *args in steps:
        if kind == "signal" or kind == "latest signal":
            count += 1
        elif kind in ("finally", "with", "except", "saga"):
            inner = signals_in(args[0])
            count += inner * (2 if kind == "except" else 1)
    return count


def plans(*, calm: bool) -> st.SearchStrategy[Plan]:
    """Random canvases."""
    names = st.sampled_from(["plain", "patient", "shared"] + ([] if calm else ["raising"]))
    leaf = st.one_of(
        st.tuples(st.just("task"), names, st.integers(0, 3), st.sampled_from([0, 0, 0, 1, 3])),
        st.tuples(st.just("child"), st.integers(0, 3), st.sampled_from([0, 0, 1])),
        st.tuples(st.just("timer"), st.integers(0, 3)),
    )
    yes = st.booleans()

    def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, max_size=4)
        limits = st.sampled_from([None, None, 1, 2])
        canvas = st.one_of(
            st.tuples(st.just("group"), several, limits, yes),
            st.tuples(st.just("chain"), several, st.just(False), yes),
            st.tuples(st.just("chain"), several, st.just(True), st.just(True)),
        )
        return st.one_of(canvas, st.tuples(st.just("function"), canvas))

    return around(st.recursive(leaf, around, max_leaves=8))


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
        st.tuples(st.just("map"), st.integers(1, 9), st.integers(1, 4)),
        st.tuples(st.just("completed"), st.integers(1, 5)),
        st.tuples(st.just("any"), st.integers(1, 5)),
        st.tuples(st.just("canvas"), plans(calm=calm)),
        st.tuples(st.just("canvas"), plans(calm=calm)),
        st.tuples(st.just("read canvas"), small),
        st.tuples(st.just("then"), small),
    ]
    if not calm:
        simple.append(st.tuples(st.just("cancel"), small))
        simple.append(st.tuples(st.just("cancel canvas"), small))
        simple.append(st.tuples(st.just("cancel item"), small))
    ends = ["", "raise"] + ([] if calm else ["fail"])
    step: st.SearchStrategy[Any] = st.one_of(*simple)
    for _ in range(2):
        inner = st.lists(step, max_size=4)
        step = st.one_of(
            *simple,
            st.tuples(st.just("finally"), inner),
            st.tuples(st.just("with"), inner),
            st.tuples(st.just("except"), inner, st.booleans()),
            st.tuples(st.just("saga"), inner, st.integers(0, 3), st.sampled_from(ends)),
        )
    return st.lists(step, max_size=12)
