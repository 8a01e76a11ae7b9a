"""Random workflows that start others, talk to them, try again and go on in new runs; and what their values must be."""

from __future__ import annotations

import random
from typing import Any

from simpleflow import RetryPolicy, Workflow, activity, futures
from simpleflow.futures import Future
from tests.replay.programs import ACTIVITIES, NEVER, Program, Step, compute

CAREFUL = activity.with_attributes(
    name="families.careful", retry=RetryPolicy(max_attempts=3, backoff=2, jitter=0.5, max_delay=5), **NEVER
)(compute)
ATTEMPTS = 3


class Family(Program):
    """A program with relatives. Its children are programs of the same kind."""

    name, version, task_list = "family", "1", "bed"

    def run(self, steps: list[Step]) -> Any:
        self.children: list[Future[Any]] = []
        self.told = 0
        result = super().run(steps)
        wanted = [child for child in self.children if not child.cancelled]
        futures.wait(*wanted)
        return {**result, "children": [None if child.cancelled else child.result for child in self.children]}

    def step(self, kind: str, *args: Any) -> None:
        match kind:
            case "child":
                self.children.append(self.submit(KINDS[args[0]], args[1]))
            case "careful":
                fails, dependencies = args
                chosen = [self.tasks[d % len(self.tasks)] for d in dependencies] if self.tasks else []
                self.tasks.append(self.submit(CAREFUL, len(self.tasks), fails, chosen))
            case "read child":
                if self.children:
                    self.log.append(self.children[args[0] % len(self.children)].result is None)
            case "first child":
                if self.children:
                    futures.wait(*self.children, return_when=futures.FIRST_COMPLETED)
                    self.log.append([child.done for child in self.children])
            case "tell":
                self.tell(*args)
            case "cancel child":
                if self.children:
                    self.log.append(self.children[args[0] % len(self.children)].cancel())
            case "request cancel":
                target = self.child_id(args[0])
                if target is not None:
                    self.submit(self.request_cancel(target))
            case "listen to cancel":
                self.submit(self.wait_cancel_request())
            case "continue":
                self.submit(self.continue_as_new(args[0])).wait()
            case "raise":
                raise KeyError("on purpose")
            case _:
                super().step(kind, *args)

    def child_id(self, index: int) -> str | None:
        return self.children[index % len(self.children)].task_id if self.children else None

    def tell(self, index: int, propagate: bool, waits: bool) -> None:
        """To a child, or to itself if there is none."""
        self.told += 1
        signal = self.signal(
            "s", self.told, workflow_id=self.child_id(index), propagate=propagate, idempotent=index % 2 == 0
        )
        future = self.submit(signal)
        if waits:
            self.log.append(future.exception is None)


class Quiet(Family):
    name, raises_on_failure = "quiet", False


class Patient(Family):
    name, raises_on_failure, retry = "patient", False, RetryPolicy(max_attempts=2, backoff=1)


class Equal(Family):
    name, idempotent, raises_on_failure = "equal", True, False


class Deciding(Family):
    """Decides itself what failures mean, from what it is told of them."""

    name, raises_on_failure = "deciding", False

    def on_task_failure(self, failure_context: Any) -> Any:
        match failure_context.attempt_number + len(failure_context.id or "") % 3:
            case 1:
                return failure_context.decide_retry(2)
            case 2:
                return failure_context.decide_handled(
                    failure_context.a_task, self.submit(ACTIVITIES["plain"], 100, 0, [])
                )
            case 3:
                return failure_context.decide_ignore()
        return None


KINDS: dict[str, type[Workflow]] = {
    "quiet": Quiet,
    "patient": Patient,
    "equal": Equal,
    "family": Family,
    "deciding": Deciding,
}


def expected(steps: list[Step]) -> dict[str, Any]:
    """The values of a calm program and its children, evaluated directly; those of the last run if it continues."""
    values: list[Any] = []
    children: list[Any] = []
    for kind, *args in steps:
        match kind:
            case "submit":
                name, fails, dependencies = args
                chosen = [values[d % len(values)] for d in dependencies] if values else []
                index = 7 if name == "shared" else len(values)
                values.append(None if fails > (2 if name == "patient" else 0) else compute(index, fails, chosen))
            case "careful":
                fails, dependencies = args
                chosen = [values[d % len(values)] for d in dependencies] if values else []
                values.append(None if fails >= ATTEMPTS else compute(len(values), fails, chosen))
            case "many":
                first = len(values)
                values.extend(first + i for i in range(args[0]))
            case "child":
                children.append(expected(args[1]))
            case "continue":
                return expected(args[0])
    return {"values": values, "children": children}


def stripped(result: Any) -> Any:
    """A result without its logs, which depend on the world."""
    if not isinstance(result, dict):
        return result
    return {"values": result["values"], "children": [stripped(each) for each in result["children"]]}


def families(source: random.Random, *, calm: bool, depth: int = 2) -> list[Step]:
    """A random family; *calm* ones neither cancel nor raise, so that their values can be told beforehand."""
    steps = [_step(source, calm=calm, depth=depth) for _ in range(source.randint(1, 7 if depth == 2 else 4))]
    if depth and source.random() < 0.3:
        steps.append(("continue", families(source, calm=calm, depth=depth - 1)))
    return steps


def _step(source: random.Random, *, calm: bool, depth: int) -> Step:
    def small() -> int:
        return source.randrange(5)

    def some() -> list[int]:
        return [small() for _ in range(source.randrange(3))]

    def child() -> Step:
        kinds = ["quiet", "patient", "equal"] + ([] if calm else ["family", "deciding", "deciding"])
        return "child", source.choice(kinds), families(source, calm=calm, depth=depth - 1)

    simple: list[Any] = [
        lambda: ("submit", source.choice(["plain", "patient", "shared"]), source.choice([0, 0, 1, 3]), some()),
        lambda: ("careful", source.randrange(4), some()),
        lambda: ("read", small()),
        lambda: ("first", 1 + small() % 3),
        lambda: ("timer", small()),
        lambda: ("sleep", small()),
        lambda: ("signal",),
        lambda: ("latest signal",),
        lambda: ("marker", small(), small() > 2),
        lambda: ("side effect", small()),
        lambda: ("known",),
        lambda: ("many", 1 + small()),
        lambda: ("read child", small()),
        lambda: ("first child",),
        lambda: ("tell", small(), small() > 2, small() > 2),
    ]
    wild: list[Any] = [
        lambda: ("cancel", small()),
        lambda: ("cancel timer", small()),
        lambda: ("cancel child", small()),
        lambda: ("request cancel", small()),
        lambda: ("listen to cancel",),
        lambda: ("raise",),
    ]
    if depth and source.random() < 0.4:
        return child()
    return source.choice(simple + ([] if calm else wild))()  # type: ignore[no-any-return]
