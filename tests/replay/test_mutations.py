"""Tests of the tests: engines with one rule broken, each of which the bed must notice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from simpleflow import RetryPolicy
from simpleflow.futures import Future
from simpleflow.replay import answers
from simpleflow.replay.children import Children
from simpleflow.replay.continuing import Continuation
from simpleflow.replay.engine import Engine
from simpleflow.replay.others import Others
from simpleflow.replay.outbox import Outbox
from simpleflow.replay.run import Run
from tests.replay.bed import Bed
from tests.replay.families import Family, families
from tests.replay.programs import Program, Step, outcome, signals_in
from tests.replay.test_families import World
from tests.replay.test_warm_equals_cold import live

STEPS: list[Step] = [
    ("submit", "patient", 1, []),
    ("many", 9),
    ("patched", 1),
    ("side effect", 5),
    ("marker", 1, True),
    ("timer", 3),
    ("cancel timer", 0),
    ("known",),
    ("read", 0),
    ("first", 3),
    ("many", 12),
    ("side effect", 6),
    ("cancel", 20),
    ("known",),
    ("read", 5),
    ("sleep", 2),
    ("marker", 2, True),
]


def carry_helpers_over(patch: pytest.MonkeyPatch) -> None:
    """Helper markers wait in the outbox as others do."""
    whole = Outbox.take

    def take(self: Outbox, *, count: int, size: int, open_slots: int) -> Any:
        entries, is_cut = whole(self, count=count, size=size, open_slots=open_slots)
        return [entry for entry in entries if entry.key[0] != "helper" or len(entries) <= count], is_cut

    patch.setattr(Outbox, "take", take)


def forget_the_rest(patch: pytest.MonkeyPatch) -> None:
    """What an answer cannot hold is dropped."""
    whole = Outbox.take

    def take(self: Outbox, *, count: int, size: int, open_slots: int) -> Any:
        entries, is_cut = whole(self, count=count, size=size, open_slots=open_slots)
        for queue in (self.activities, self.others):
            for key in [key for key, entry in queue.items() if entry not in entries]:
                queue.pop(key)
        return entries, is_cut

    patch.setattr(Outbox, "take", take)


def never_wake_for_markers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "_waits_for_echo", lambda run: False)


def look_at_another_clock(patch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(10**9))
    patch.setattr(Run, "now", property(lambda self: float(next(ticks)), lambda self, value: None), raising=False)


def send_what_was_cancelled(patch: pytest.MonkeyPatch) -> None:
    """A cancelled task is forgotten, and its decision is not."""

    def cancel(self: Engine, future: Future[Any]) -> None:
        self._run.records.pop(("activity", future.task_id or ""), None)

    patch.setattr(Engine, "cancel", cancel)


MUTATIONS = [
    carry_helpers_over,
    forget_the_rest,
    never_wake_for_markers,
    look_at_another_clock,
    send_what_was_cancelled,
]


def survives(seeds: int) -> bool:
    """Whether nothing is noticed in so many random worlds."""
    for seed in range(seeds):
        bed = Bed(Program, (STEPS,), outcomes=outcome, options={"max_decisions": 6})
        try:
            closed = live(bed, random.Random(seed), signals_in(STEPS))
            if closed.type != "WorkflowExecutionCompleted":
                return False
        except Exception:
            return False
        finally:
            bed.kill()
            bed.service.close()
    return True


def test_the_engine_as_it_is_passes() -> None:
    assert survives(12)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_broken_rule_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert not survives(12)


# Families


def send_children_once(patch: pytest.MonkeyPatch) -> None:
    """A child whose type is unknown is registered and not started again."""
    patch.setattr(Children, "end_refused", lambda self, record, attributes: None)


def send_signals_for_ever(patch: pytest.MonkeyPatch) -> None:
    """What was sent stays in the outbox."""
    whole = Others.initiate

    def initiate(self: Others, event: Any) -> None:
        entry = self._run.outbox.queues["external"].get(self._key(event.attributes))
        whole(self, event)
        if entry is not None:
            self._run.outbox.queues["external"][entry.key] = entry

    patch.setattr(Others, "initiate", initiate)


def throw_dice(patch: pytest.MonkeyPatch) -> None:
    """The jitter is another one in each replay."""
    whole, dice = RetryPolicy.delay_s, random.SystemRandom()
    patch.setattr(RetryPolicy, "delay_s", lambda self, failures, draw: whole(self, failures, dice.random()))


def forget_the_next_run(patch: pytest.MonkeyPatch) -> None:
    """A run that waits to continue as new waits for ever."""
    patch.setattr(Continuation, "is_among", lambda self, futures: False)


FAMILY_MUTATIONS = [
    send_children_once,
    send_signals_for_ever,
    throw_dice,
    forget_the_next_run,
]


def family_survives(seeds: int) -> bool:
    """Whether nothing is noticed in so many random families."""
    for seed in range(seeds):
        bed = Bed(Family, (families(random.Random(seed), calm=True),), outcomes=outcome, options={"max_decisions": 6})
        try:
            world = World(bed, seed)
            if world.live().type != "WorkflowExecutionCompleted":
                return False
            world.check()
        except Exception:
            return False
        finally:
            bed.kill()
            bed.service.close()
    return True


def test_the_engine_as_it_is_passes_with_families() -> None:
    assert family_survives(6)


@pytest.mark.parametrize("mutate", FAMILY_MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_broken_rule_about_families_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert not family_survives(6)
