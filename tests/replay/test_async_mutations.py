"""Tests of the tests of coroutines: engines with one rule broken, each of which the bed must notice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from simpleflow.replay.coroutines import Coroutines
from simpleflow.replay.loops import Awaited, Loop, Task
from tests.replay.async_programs import AsyncProgram, Block, signals_in, wrong
from tests.replay.bed import Bed
from tests.replay.programs import outcome
from tests.replay.test_warm_equals_cold import decode, live

CALL: Block = [("call", "plain", 0, [])]
STEPS: Block = [
    *[("beside", [("sleep", seconds % 3), *CALL]) for seconds in range(12)],
    ("first", 12, 1),
    ("submit", "plain", 0, []),
    ("wait for", 0, 12),
    ("timeout", 3, [("group", [CALL, [("sleep", 1), *CALL], [("signal",)]])]),
    ("lock", CALL),
    ("relay", 4, 2),
    ("known",),
    ("values", 3, True),
    ("submit", "plain", 0, []),
    ("wait", 2, "FIRST_COMPLETED", 2),
    ("sleep", 2),
    ("first", 12, None),
    *CALL,
]


def order_sets_by_address(patch: pytest.MonkeyPatch) -> None:
    """As asyncio does."""
    dice = random.SystemRandom()
    whole = Task.__init__

    def init(self: Task, coro: Any, *, loop: Loop, **options: Any) -> None:
        whole(self, coro, loop=loop, **options)
        self._number = dice.getrandbits(40)

    patch.setattr(Task, "__init__", init)
    patch.setattr(Task, "__hash__", lambda self: self.__dict__.setdefault("_number", dice.getrandbits(40)))


def look_at_another_clock(patch: pytest.MonkeyPatch) -> None:
    """Waits are counted from a clock that goes on."""
    dice = random.SystemRandom()
    patch.setattr(Loop, "time", lambda self: self.driver.time() + 10 * dice.random())


def lose_what_waits(patch: pytest.MonkeyPatch) -> None:
    """A future that is done tells nobody."""
    patch.setattr(Awaited, "notify", lambda self, future: None)


def act_while_unwinding(patch: pytest.MonkeyPatch) -> None:
    """What unwinds is not told so, and acts."""
    patch.setattr(Coroutines, "check", lambda self: None)
    patch.setattr(Coroutines, "is_evicting", property(lambda self: False))
    patch.setattr("simpleflow.replay.engine.Engine.check", lambda self: None)


def name_tasks_across_runs(patch: pytest.MonkeyPatch) -> None:
    """Names are numbered for the process, as asyncio does."""
    numbers = iter(range(10**9))
    whole = Loop.create_task

    def create_task(self: Loop, coro: Any, *, name: Any = None, **options: Any) -> Any:
        return whole(self, coro, name=name or f"Task-{next(numbers)}", **options)

    patch.setattr(Loop, "create_task", create_task)


MUTATIONS = [
    order_sets_by_address,
    look_at_another_clock,
    lose_what_waits,
    act_while_unwinding,
    name_tasks_across_runs,
]


class Named(AsyncProgram):
    """Submits what it has seen, so that nothing that differs stays unseen."""

    async def run(self, steps: Block) -> Any:
        result = await super().run(steps)
        self.submit(self.record_marker("log", result["log"]))
        return result


def survives(seeds: int) -> bool:
    """Whether nothing is noticed in so many random worlds."""
    for seed in range(seeds):
        bed = Bed(Named, (STEPS,), outcomes=outcome, options={"max_decisions": 30})
        try:
            closed = live(bed, random.Random(seed), signals_in(STEPS))
            if closed.type != "WorkflowExecutionCompleted" or wrong(decode(closed.attributes.result)):
                return False
        except Exception:
            return False
        finally:
            bed.kill()
            bed.service.close()
    return True


def test_the_engine_as_it_is_passes() -> None:
    assert survives(8)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
@pytest.mark.filterwarnings("ignore")
def test_a_broken_rule_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert not survives(8)
